"""The office's HTTP API: every change is a command on intake, every answer its outcome."""

import asyncio
import math
from dataclasses import asdict, dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from services.registration.adapters.excel import read_sheet
from services.registration.adapters.limits import Limits, TooOften
from services.registration.adapters.outcomes import Outcomes, pending
from services.registration.adapters.uploads import Uploads
from services.registration.adapters.views import Views
from services.registration.application.asker import Asker
from services.registration.application.rows import as_dict, command_id
from services.registration.domain import participant
from services.registration.entrypoints import documented
from services.registration.entrypoints.answers import (
    IDENTIFIER,
    Asking,
    answer_many,
    answer_one,
    ask,
    found,
    shown,
)
from services.registration.entrypoints.bodies import body_as, fitted, parsed
from services.registration.entrypoints.documented import answers, body
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
from shared.contracts.outcomes import Outcome
from shared.contracts.types import INT_BOUND, Slug
from shared.http import NOT_FOUND, UNAUTHORIZED, Problem, require_token, token_matches

KEY: dict[str, Any] = {"pattern": IDENTIFIER.pattern}
Mark = Annotated[int | None, Query(ge=0, le=INT_BOUND)]


@dataclass(frozen=True, slots=True)
class Wish:
    """The headers by which a client says how a command is to be answered."""

    key: str | None
    prefer: str | None


async def wish(
    key: Annotated[str | None, Header(alias="Idempotency-Key", json_schema_extra=KEY)] = None,
    prefer: Annotated[str | None, Header()] = None,
) -> Wish:
    """Not the class itself: whatever is no coroutine is sent through a thread."""
    return Wish(key, prefer)


STAFF = answers() | UNAUTHORIZED
Wished = Annotated[Wish, Depends(wish)]


@dataclass(frozen=True, slots=True)
class Desk:
    """What the routes of an office work with."""

    office: str
    staff_token_hash: str
    asker: Asker
    outcomes: Outcomes
    views: Views
    sheet_key: bytes
    limits: Limits
    uploads: Uploads

    def source(self, role: str) -> str:
        return f"/{self.office}/http/{role}"

    def role(self, request: Request) -> str:
        return "staff" if token_matches(request, self.staff_token_hash) else "public"

    def asking(self, wish: Wish, role: str = "staff") -> Asking:
        return Asking.of(self.source(role), wish.key, wish.prefer)

    async def admit(self, request: Request, command: SubmitRegistration, how: Asking) -> None:
        """Raises `Problem` 429."""
        digest = self.asker.digests.command(command.activity, how.source, how.identifier)
        try:
            await self.limits.admit(digest, command, request.client.host if request.client else "")
        except TooOften as often:
            minutes = math.ceil(often.seconds / 60)
            told = f"Terlalu banyak pendaftaran dari email atau jaringan ini. Coba lagi {minutes} menit lagi."
            raise Problem(429, "too_often", told, {"Retry-After": str(often.seconds)}) from None

    async def answer(self, command: Command, key: str, how: Asking) -> Response:
        return await answer_one(self.asker, command, key, how)


def routes(desk: Desk) -> APIRouter:
    router = APIRouter(prefix="/api/v1")
    staff: list[Any] = [Depends(require_token(desk.staff_token_hash))]
    for part in (activities, registrations, participants, attendance, imports, outcomes):
        router.include_router(part(desk, staff))
    return router


def activities(desk: Desk, staff: list[Any]) -> APIRouter:
    router = APIRouter(prefix="/activities")

    @router.post("", dependencies=staff, responses=STAFF, openapi_extra=body(PublishActivity))
    async def publish(request: Request, wish: Wished) -> Response:
        command = await body_as(PublishActivity, request)
        return await desk.answer(command, command.id, desk.asking(wish))

    changed = body(ChangeActivity, "activity")

    @router.patch("/{activity}", dependencies=staff, responses=STAFF, openapi_extra=changed)
    async def change(activity: Slug, request: Request, wish: Wished) -> Response:
        command = await body_as(ChangeActivity, request, activity=activity)
        return await desk.answer(command, activity, desk.asking(wish))

    ended = body(CancelActivity, "activity", required=False)

    @router.post("/{activity}/cancellation", dependencies=staff, responses=STAFF, openapi_extra=ended)
    async def cancel(activity: Slug, request: Request, wish: Wished) -> Response:
        body = await parsed(request) if await request.body() else {}  # without a reason, without a body
        command = fitted(CancelActivity, body, activity=activity)
        return await desk.answer(command, activity, desk.asking(wish))

    @router.get("/{activity}", responses=NOT_FOUND)
    async def show(activity: str) -> dict[str, Any]:
        return found(await desk.views.activity(activity), "activity_unknown")

    return router


def registrations(desk: Desk, staff: list[Any]) -> APIRouter:
    router = APIRouter()
    submitted = body(SubmitRegistration, "activity")
    told = answers() | documented.TOO_OFTEN

    @router.post("/activities/{activity}/registrations", responses=told, openapi_extra=submitted)
    async def submit(activity: Slug, request: Request, wish: Wished) -> Response:
        command = await body_as(SubmitRegistration, request, activity=activity)
        role = desk.role(request)
        how = desk.asking(wish, role)
        if role == "public":
            await desk.admit(request, command, how)
        return await desk.answer(command, activity, how)

    @router.get(
        "/activities/{activity}/registrations", dependencies=staff, responses=UNAUTHORIZED | NOT_FOUND
    )
    async def listed(activity: str, after: str | None = None) -> dict[str, Any]:
        found(await desk.views.activity(activity), "activity_unknown")
        rows, mark = await desk.views.registrations(activity, after)
        return {"registrations": rows, "next": mark}

    @router.delete("/registrations/{registration}", dependencies=staff, responses=STAFF | NOT_FOUND)
    async def withdraw(registration: str, wish: Wished) -> Response:
        activity = found(await desk.views.activity_of(registration), "registration_unknown")
        command = CancelRegistration(registration=registration)
        return await desk.answer(command, activity, desk.asking(wish))

    return router


def participants(desk: Desk, staff: list[Any]) -> APIRouter:
    router = APIRouter()
    corrected = body(CorrectParticipant, "ref")

    @router.patch("/participants/{ref}", dependencies=staff, responses=STAFF, openapi_extra=corrected)
    async def correct(ref: PersonRef, request: Request, wish: Wished) -> Response:
        command = await body_as(CorrectParticipant, request, ref=ref)
        return await desk.answer(command, participant.key(ref), desk.asking(wish))

    return router


def attendance(desk: Desk, staff: list[Any]) -> APIRouter:
    router = APIRouter()

    @router.post(
        "/activities/{activity}/attendance",
        dependencies=staff,
        responses=answers(Outcome | documented.Outcomes) | UNAUTHORIZED,
        openapi_extra=body(RecordAttendance, "activity", or_many=True),
    )
    async def attend(activity: Slug, request: Request, wish: Wished) -> Response:
        body = await parsed(request)
        rows = body if isinstance(body, list) else [body]
        if len(rows) > 1_000:
            raise Problem(422, "too_large", "Kirim paling banyak 1.000 kehadiran sekaligus.")
        marks = [fitted(RecordAttendance, row, activity=activity) for row in rows]
        if not isinstance(body, list):
            return await desk.answer(marks[0], activity, desk.asking(wish))
        return await answer_many(desk.asker, marks, activity, desk.asking(wish))

    return router


def imports(desk: Desk, staff: list[Any]) -> APIRouter:
    router = APIRouter()

    @router.post(
        "/activities/{activity}/imports",
        dependencies=staff,
        responses=UNAUTHORIZED | documented.TOO_LARGE,
        openapi_extra=documented.SHEET,
    )
    async def import_sheet(activity: Slug, request: Request, dry_run: bool = False) -> dict[str, object]:
        if not (sheet := await request.body()):
            raise Problem(422, "invalid", "Lampirkan lembar Excel (.xlsx).")
        report = await asyncio.to_thread(read_sheet, sheet, activity)
        if dry_run:
            return as_dict(report)
        sent = []
        for row in report.rows:
            how = Asking(f"/{desk.office}/excel", command_id(desk.sheet_key, row.command), False, 0)
            await ask(desk.asker, row.command, activity, how)
            sent.append((row.number, desk.asker.digests.command(activity, how.source, how.identifier)))
        if report.readable:
            await desk.uploads.note(activity, sent, [asdict(problem) for problem in report.problems])
        return as_dict(report, sent=len(report.rows))

    return router


def outcomes(desk: Desk, staff: list[Any]) -> APIRouter:
    router = APIRouter()

    @router.get("/commands/{identifier:path}", responses={200: {"model": Outcome}, 202: {"model": Outcome}})
    async def outcome(identifier: str, aggregate: str, request: Request) -> Response:
        roles = ["staff", "public"] if desk.role(request) == "staff" else ["public"]
        digests = [desk.asker.digests.command(aggregate, desk.source(role), identifier) for role in roles]
        decided = await desk.outcomes.find(digests)
        for digest in digests:
            if digest in decided:
                return shown(decided[digest].outcome)
        parked = await desk.outcomes.parked(digests)
        return shown(parked or pending(desk.source(roles[0]), identifier))

    @router.get("/commands", dependencies=staff, responses=UNAUTHORIZED | documented.NO_MARK)
    async def of_source(source: str, after: str | None = None) -> dict[str, Any]:
        try:
            told, mark = await desk.outcomes.of_source(source, after)
        except ValueError:
            raise Problem(400, "invalid", "`after` bukan penanda dari jawaban sebelumnya.") from None
        return {"outcomes": [one.model_dump(exclude_none=True) for one in told], "next": mark}

    @router.get("/parked", dependencies=staff, responses=UNAUTHORIZED)
    async def parked(after: Mark = None) -> dict[str, Any]:
        rows = await desk.views.parked(after)
        return {"parked": [row | {"id": row.pop("_id")} for row in rows]}

    return router
