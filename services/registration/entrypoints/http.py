"""The office's HTTP API: every change is a command on intake, every answer its outcome."""

import math
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.routing import APIRoute

from services.registration.adapters import lists
from services.registration.adapters.lists import Lists
from services.registration.adapters.outcomes import Outcomes, pending
from services.registration.adapters.uploads import Uploads
from services.registration.adapters.views import PAGE, Views
from services.registration.application.acceptable import Unacceptable
from services.registration.application.asker import Asker
from services.registration.application.public import Asked, ClosedToAll, Public, TooOften, disclosed
from services.registration.application.sentences import sentence
from services.registration.application.sheet_report import as_dict
from services.registration.application.sheet_row import command_id
from services.registration.domain import participant
from services.registration.entrypoints import documented
from services.registration.entrypoints.answers import (
    Asking,
    answer_many,
    answer_one,
    answer_public,
    ask,
    found,
    shown,
    uncertain,
)
from services.registration.entrypoints.bodies import body_as, fitted, parsed
from services.registration.entrypoints.documented import answers, body
from services.registration.entrypoints.tokens import Tokens, TokenUnknown
from shared.contracts.commands import (
    CancelActivity,
    CancelRegistration,
    ChangeActivity,
    Command,
    CorrectParticipant,
    PersonRef,
    PublishActivity,
    RecordAttendance,
    SubmitRegistration,
)
from shared.contracts.envelope import OFFICE_STAFF
from shared.contracts.outcomes import Outcome
from shared.contracts.types import INT_BOUND, Slug
from shared.http import (
    NOT_FOUND,
    UNAUTHORIZED,
    Problem,
    bears_token,
    misfitting,
    require_token,
    token_matches,
    unauthorized,
)
from shared.kafka.connection import KafkaUnavailable

ROLES: Final = ("staff", "public")
FORESEEN_SECONDS: Final = 2.0  # at most, where a list is sent all the same
Mark = Annotated[int | None, Query(ge=0, le=INT_BOUND)]


STAFF = answers() | UNAUTHORIZED


@dataclass(frozen=True, slots=True)
class Desk:
    """What the routes of an office work with."""

    office: str
    staff_token_hash: str
    asker: Asker
    outcomes: Outcomes
    views: Views
    sheet_key: bytes
    public: Public
    tokens: Tokens
    uploads: Uploads
    lists: Lists

    def source(self, role: str) -> str:
        return f"/{self.office}/http/{role}"

    def role(self, request: Request) -> str:
        """Raises `Problem` 401: who bears a token that is wrong is not taken for the public."""
        if not bears_token(request):
            return "public"
        if not token_matches(request, self.staff_token_hash):
            raise unauthorized()
        return "staff"

    def asking(self, request: Request, role: str = "staff") -> Asking:
        """How a request wants its command to be answered. Raises `Problem` 400."""
        key, prefer = request.headers.get("idempotency-key"), request.headers.get("prefer")
        return Asking.of(self.source(role), key, prefer, OFFICE_STAFF if role == "staff" else None)

    async def submit(
        self, request: Request, command: SubmitRegistration, how: Asking
    ) -> tuple[Asked, Outcome | None]:
        """What the public submits. Raises `Problem` 409, 422 or 429, and `KafkaUnavailable`."""
        address = request.client.host if request.client else ""
        try:
            return await self.public.submit(command, how.identifier, how.known, address, how.wait)
        except Unacceptable as refused:
            raise misfitting(refused.found) from None
        except ClosedToAll as closed:
            reason = closed.refusal.reason
            raise Problem(409, reason, sentence("refused", reason, closed.refusal.numbers)) from None
        except TooOften as often:
            minutes = math.ceil(often.seconds / 60)
            told = f"Terlalu banyak pendaftaran dari email atau jaringan ini. Coba lagi {minutes} menit lagi."
            raise Problem(429, "too_often", told, {"Retry-After": str(often.seconds)}) from None

    def asked(self, handle: str, activity: str) -> Asked | None:
        """None for what is no handle of this activity."""
        try:
            asked = self.tokens.outcome(handle)
        except TokenUnknown:
            return None
        return asked if asked.activity == activity else None

    async def answer(self, command: Command, key: str, how: Asking) -> Response:
        return await answer_one(self.asker, command, key, how)


class ByHand(APIRoute):
    """Where a rush arrives: the endpoint reads its request itself, so that nothing is solved for it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        return self.endpoint


def routes(desk: Desk) -> APIRouter:
    """In one router, the public's first: each that lies within another takes its time of every request."""
    router = APIRouter(prefix="/api/v1")
    staff: list[Any] = [Depends(require_token(desk.staff_token_hash))]
    for part in (registrations, activities, participants, attendance, imports, outcomes):
        part(router, desk, staff)
    return router


def activities(router: APIRouter, desk: Desk, staff: list[Any]) -> None:
    @router.post("/activities", dependencies=staff, responses=STAFF, openapi_extra=body(PublishActivity))
    async def publish(request: Request) -> Response:
        command = await body_as(PublishActivity, request)
        return await desk.answer(command, command.id, desk.asking(request))

    changed = body(ChangeActivity, "activity")

    @router.patch("/activities/{activity}", dependencies=staff, responses=STAFF, openapi_extra=changed)
    async def change(activity: Slug, request: Request) -> Response:
        command = await body_as(ChangeActivity, request, activity=activity)
        return await desk.answer(command, activity, desk.asking(request))

    ended = body(CancelActivity, "activity", required=False)

    @router.post(
        "/activities/{activity}/cancellation", dependencies=staff, responses=STAFF, openapi_extra=ended
    )
    async def cancel(activity: Slug, request: Request) -> Response:
        body = await parsed(request) if await request.body() else {}  # without a reason, without a body
        command = fitted(CancelActivity, body, activity=activity)
        return await desk.answer(command, activity, desk.asking(request))

    @router.get("/activities/{activity}", responses=NOT_FOUND)
    async def show(activity: str) -> dict[str, Any]:
        return found(await desk.views.activity(activity), "activity_unknown")


def registrations(router: APIRouter, desk: Desk, staff: list[Any]) -> None:
    submitted = documented.with_path(body(SubmitRegistration, "activity"), "activity", Slug)
    told = answers() | documented.TOO_OFTEN | UNAUTHORIZED

    async def submit(request: Request) -> Response:
        role, activity = desk.role(request), request.path_params["activity"]
        command = await body_as(SubmitRegistration, request, role == "staff", activity=activity)
        how = desk.asking(request, role)
        if role == "staff":
            return await desk.answer(command, activity, how)
        if how.known:  # no form's nonce holds a blank
            how = replace(how, identifier=desk.public.identifier(f"http {how.identifier}", command))
        try:
            asked, outcome = await desk.submit(request, command, how)
        except KafkaUnavailable:
            raise uncertain() from None
        return answer_public(asked, outcome, how, desk.tokens)

    router.add_api_route(
        "/activities/{activity}/registrations",
        submit,
        methods=["POST"],
        responses=told,
        openapi_extra=submitted,
        route_class_override=ByHand,
    )

    @router.get(
        "/activities/{activity}/registrations", dependencies=staff, responses=UNAUTHORIZED | NOT_FOUND
    )
    async def listed(activity: str, after: str | None = None) -> dict[str, Any]:
        found(await desk.views.activity(activity), "activity_unknown")
        rows, mark = await desk.views.registrations(activity, after)
        return {"registrations": rows, "next": mark}

    @router.delete(
        "/registrations/{registration}",
        dependencies=staff,
        responses=STAFF | NOT_FOUND,
        openapi_extra=documented.WISHES,
    )
    async def withdraw(registration: str, request: Request) -> Response:
        activity = found(await desk.views.activity_of(registration), "registration_unknown")
        command = CancelRegistration(registration=registration)
        return await desk.answer(command, activity, desk.asking(request))


def participants(router: APIRouter, desk: Desk, staff: list[Any]) -> None:
    corrected = body(CorrectParticipant, "ref")

    @router.patch("/participants/{ref}", dependencies=staff, responses=STAFF, openapi_extra=corrected)
    async def correct(ref: PersonRef, request: Request) -> Response:
        command = await body_as(CorrectParticipant, request, ref=ref)
        return await desk.answer(command, participant.key(ref), desk.asking(request))


def attendance(router: APIRouter, desk: Desk, staff: list[Any]) -> None:
    @router.post(
        "/activities/{activity}/attendance",
        dependencies=staff,
        responses=answers(Outcome | documented.Outcomes) | UNAUTHORIZED,
        openapi_extra=body(RecordAttendance, "activity", or_many=True),
    )
    async def attend(activity: Slug, request: Request) -> Response:
        body = await parsed(request)
        rows = body if isinstance(body, list) else [body]
        if len(rows) > 1_000:
            raise Problem(422, "too_large", "Kirim paling banyak 1.000 kehadiran sekaligus.")
        marks = [fitted(RecordAttendance, row, activity=activity) for row in rows]
        if not isinstance(body, list):
            return await desk.answer(marks[0], activity, desk.asking(request))
        return await answer_many(desk.asker, marks, activity, desk.asking(request))


def imports(router: APIRouter, desk: Desk, staff: list[Any]) -> None:
    @router.post(
        "/activities/{activity}/imports",
        dependencies=staff,
        responses=UNAUTHORIZED | documented.TOO_LARGE,
        openapi_extra=documented.SHEET,
    )
    async def import_sheet(activity: Slug, request: Request, dry_run: bool = False) -> dict[str, object]:
        if not (sheet := await request.body()):
            raise Problem(422, "invalid", "Lampirkan lembar Excel, OpenDocument, atau CSV.")
        seconds = lists.SECONDS if dry_run else FORESEEN_SECONDS
        report = await desk.lists.looked_through(sheet, activity, seconds)
        if dry_run:
            return as_dict(report)
        sent = []
        for row in report.rows:
            how = Asking(
                f"/{desk.office}/excel", command_id(desk.sheet_key, row.command), False, 0, OFFICE_STAFF
            )
            await ask(desk.asker, row.command, activity, how)
            digest = desk.asker.digests.command(activity, how.source, how.identifier)
            sent.append((row.number, digest, row.sheet))
        if report.readable:
            await desk.uploads.note(activity, sent, report.problems)
        return as_dict(report, sent=len(report.rows))


def outcomes(router: APIRouter, desk: Desk, staff: list[Any]) -> None:
    one = {200: {"model": Outcome}, 202: {"model": Outcome}} | NOT_FOUND | UNAUTHORIZED

    @router.get("/commands/{identifier:path}", responses=one)
    async def outcome(identifier: str, aggregate: str, request: Request) -> Response:
        """By its id for staff; for anyone by what their own `Location` holds."""
        asked = desk.asked(identifier, aggregate)
        if desk.role(request) == "public":
            mine = found(asked, "outcome_unknown")
            told = await desk.outcomes.standing([mine.command])
            source = desk.public.source
            told = disclosed(told, mine.met_before, identifier) if told else pending(source, identifier)
            return shown(told)
        digests = [desk.asker.digests.command(aggregate, desk.source(role), identifier) for role in ROLES]
        told = await desk.outcomes.standing([asked.command] if asked else digests)
        return shown(told or pending(desk.source("staff"), identifier))

    @router.get("/commands", dependencies=staff, responses=UNAUTHORIZED | documented.NO_MARK)
    async def of_source(source: str, after: str | None = None) -> dict[str, Any]:
        """`next` is null at the end; `mark` is where to go on whenever there may be more."""
        try:
            told, mark, more = await desk.outcomes.of_source(source, after)
        except ValueError:
            raise Problem(400, "invalid", "`after` bukan penanda dari jawaban sebelumnya.") from None
        rows = [one.model_dump(exclude_none=True) for one in told]
        return {"outcomes": rows, "next": mark if more else None, "mark": mark}

    @router.get("/parked", dependencies=staff, responses=UNAUTHORIZED)
    async def parked(after: Mark = None) -> dict[str, Any]:
        rows = await desk.views.parked(after)
        last = rows[-1]["_id"] if len(rows) == PAGE else None
        return {"parked": [row | {"id": row.pop("_id")} for row in rows], "next": last}
