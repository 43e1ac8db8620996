"""The API of gatherings: activities, who registers, who was there, and lists of who is invited."""

from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response

from services.registration.features.accounts.accounts_desk import note
from services.registration.features.gatherings import lists
from services.registration.features.gatherings.gatherings_desk import gatherings, submit_public
from services.registration.features.gatherings.public import disclosed_outcome
from services.registration.features.gatherings.sheets.sheet_report import as_dict
from services.registration.features.gatherings.sheets.sheet_row import command_id
from services.registration.features.gatherings.uploads import SHEET_BYTES
from services.registration.kernel.actions import Action
from services.registration.web import documented
from services.registration.web.answers import (
    RequestPreferences,
    answer_many,
    ask,
    decided_response,
    pending_response,
    require_found,
    uncertain_problem,
)
from services.registration.web.api import PREFIX, REFUSED, STAFF, OfficeApi, UnvalidatedRoute
from services.registration.web.bodies import body_as, fitted, parsed
from services.registration.web.documented import answers, body
from services.registration.web.tokens import OutcomeTicket, Tokens
from shared.accounts.access import SignedIn
from shared.contracts.commands import (
    CancelActivity,
    CancelRegistration,
    ChangeActivity,
    ChangeRegistration,
    PublishActivity,
    RecordAttendance,
    SeatRegistration,
    SubmitRegistration,
    SubstituteRegistration,
)
from shared.contracts.outcomes import Outcome
from shared.contracts.types import Slug
from shared.http import NOT_FOUND, Problem
from shared.kafka.connection import KafkaUnavailable

IMPORTS: Final = "/activities/{activity}/imports"
BODY_BYTES: Final = {f"{PREFIX}{IMPORTS}": SHEET_BYTES}
FORESEEN_SECONDS: Final = 2.0  # at most, where a list is sent all the same


def registrations(router: APIRouter, desk: OfficeApi) -> None:
    submitted = documented.with_path(body(SubmitRegistration, "activity"), "activity", Slug)
    told = answers() | documented.TOO_OFTEN | REFUSED
    Exporter = Annotated[SignedIn, Depends(desk.access.api(Action.EXPORT_ROSTER))]  # noqa: N806
    Canceller = Annotated[SignedIn, Depends(desk.access.api(Action.CANCEL_REGISTRATION))]  # noqa: N806
    Changer = Annotated[SignedIn, Depends(desk.access.api(Action.CHANGE_REGISTRATION))]  # noqa: N806
    Substituter = Annotated[  # noqa: N806
        SignedIn, Depends(desk.access.api(Action.SUBSTITUTE_REGISTRATION))
    ]
    Seater = Annotated[SignedIn, Depends(desk.access.api(Action.SEAT_REGISTRATION))]  # noqa: N806

    async def submit(request: Request) -> Response:
        user, activity = (
            await desk.access.bearer(request, Action.REGISTER_PERSON),
            request.path_params["activity"],
        )
        command = await body_as(SubmitRegistration, request, user is not None, activity=activity)
        how = desk.asking(request, user)
        if user is not None:
            return await desk.answer(command, activity, how)
        if how.known:  # no form's nonce holds a blank
            how = replace(
                how, identifier=gatherings(desk).public.identifier(f"http {how.identifier}", command)
            )
        try:
            asked, outcome = await submit_public(desk, request, command, how)
        except KafkaUnavailable:
            raise uncertain_problem() from None
        return answer_public(asked, outcome, how, desk.tokens)

    router.add_api_route(
        "/activities/{activity}/registrations",
        submit,
        methods=["POST"],
        responses=told,
        openapi_extra=submitted,
        route_class_override=UnvalidatedRoute,
    )

    @router.get("/activities/{activity}/registrations", responses=REFUSED | NOT_FOUND)
    async def listed(activity: str, user: Exporter, after: str | None = None) -> dict[str, Any]:
        require_found(await gatherings(desk).views.activity(activity), "activity_unknown")
        rows, mark = await gatherings(desk).views.registrations(activity, after)
        await note(desk, user, "read_list", f"a:{activity}", count=len(rows))
        return {"registrations": rows, "next": mark}

    @router.delete(
        "/registrations/{registration}",
        responses=STAFF | NOT_FOUND,
        openapi_extra=documented.WISHES,
    )
    async def withdraw(registration: str, user: Canceller, request: Request) -> Response:
        activity = await _activity_of(registration)
        command = CancelRegistration(registration=registration)
        return await desk.answer(command, activity, desk.asking(request, user))

    changed = body(ChangeRegistration, "registration")

    @router.patch("/registrations/{registration}", responses=STAFF | NOT_FOUND, openapi_extra=changed)
    async def change(registration: str, user: Changer, request: Request) -> Response:
        activity = await _activity_of(registration)
        command = await body_as(ChangeRegistration, request, registration=registration)
        return await desk.answer(command, activity, desk.asking(request, user))

    seated = body(SeatRegistration, "registration")

    @router.post("/registrations/{registration}/seat", responses=STAFF | NOT_FOUND, openapi_extra=seated)
    async def seat(registration: str, user: Seater, request: Request) -> Response:
        activity = await _activity_of(registration)
        command = await body_as(SeatRegistration, request, registration=registration)
        return await desk.answer(command, activity, desk.asking(request, user))

    substituted = body(SubstituteRegistration, "registration")

    @router.post(
        "/registrations/{registration}/substitute", responses=STAFF | NOT_FOUND, openapi_extra=substituted
    )
    async def substitute(registration: str, user: Substituter, request: Request) -> Response:
        activity = await _activity_of(registration)
        command = await body_as(SubstituteRegistration, request, registration=registration)
        return await desk.answer(command, activity, desk.asking(request, user))

    async def _activity_of(registration: str) -> str:
        return require_found(await gatherings(desk).views.activity_of(registration), "registration_unknown")


def activities(router: APIRouter, desk: OfficeApi) -> None:
    Announcer = Annotated[SignedIn, Depends(desk.access.api(Action.ANNOUNCE_ACTIVITY))]  # noqa: N806
    Changer = Annotated[SignedIn, Depends(desk.access.api(Action.CHANGE_ACTIVITY))]  # noqa: N806
    Canceller = Annotated[SignedIn, Depends(desk.access.api(Action.CANCEL_ACTIVITY))]  # noqa: N806

    @router.post("/activities", responses=STAFF, openapi_extra=body(PublishActivity))
    async def publish(user: Announcer, request: Request) -> Response:
        command = await body_as(PublishActivity, request)
        return await desk.answer(command, command.id, desk.asking(request, user))

    changed = body(ChangeActivity, "activity")

    @router.patch("/activities/{activity}", responses=STAFF, openapi_extra=changed)
    async def change(activity: Slug, user: Changer, request: Request) -> Response:
        command = await body_as(ChangeActivity, request, activity=activity)
        return await desk.answer(command, activity, desk.asking(request, user))

    ended = body(CancelActivity, "activity", required=False)

    @router.post("/activities/{activity}/cancellation", responses=STAFF, openapi_extra=ended)
    async def cancel(activity: Slug, user: Canceller, request: Request) -> Response:
        body = await parsed(request) if await request.body() else {}  # without a reason, without a body
        command = fitted(CancelActivity, body, activity=activity)
        return await desk.answer(command, activity, desk.asking(request, user))

    @router.get("/activities")
    async def listed(after: str | None = None) -> dict[str, Any]:
        """Public: all of the office, by id; `next`, if any, as `after` gives the page that follows."""
        items, mark = await gatherings(desk).views.public_list(after)
        return {"items": items, "next": mark}

    @router.get("/activities/{activity}", responses=NOT_FOUND)
    async def show(activity: str) -> dict[str, Any]:
        return require_found(await gatherings(desk).views.activity(activity), "activity_unknown")


def attendance(router: APIRouter, desk: OfficeApi) -> None:
    Recorder = Annotated[SignedIn, Depends(desk.access.api(Action.RECORD_ATTENDANCE))]  # noqa: N806

    @router.post(
        "/activities/{activity}/attendance",
        responses=answers(Outcome | documented.Outcomes) | REFUSED,
        openapi_extra=body(RecordAttendance, "activity", or_many=True),
    )
    async def attend(activity: Slug, user: Recorder, request: Request) -> Response:
        body = await parsed(request)
        rows = body if isinstance(body, list) else [body]
        if len(rows) > 1_000:
            raise Problem(422, "too_large", "Kirim paling banyak 1.000 kehadiran sekaligus.")
        marks = [fitted(RecordAttendance, row, activity=activity) for row in rows]
        if not isinstance(body, list):
            return await desk.answer(marks[0], activity, desk.asking(request, user))
        return await answer_many(desk.command_client, marks, activity, desk.asking(request, user))


def imports(router: APIRouter, desk: OfficeApi) -> None:
    Importer = Annotated[SignedIn, Depends(desk.access.api(Action.IMPORT_LIST))]  # noqa: N806

    @router.post(
        IMPORTS,
        responses=REFUSED | documented.TOO_LARGE,
        openapi_extra=documented.SHEET,
    )
    async def import_sheet(
        activity: Slug, user: Importer, request: Request, dry_run: bool = False
    ) -> dict[str, object]:
        if not (sheet := await request.body()):
            raise Problem(422, "invalid", "Lampirkan lembar Excel, OpenDocument, atau CSV.")
        seconds = lists.SECONDS if dry_run else FORESEEN_SECONDS
        report = await gatherings(desk).lists.looked_through(sheet, activity, seconds)
        if dry_run:
            return as_dict(report)
        sent = []
        for row in report.rows:
            how = RequestPreferences(
                f"/{desk.office}/excel",
                command_id(gatherings(desk).sheet_key, row.command),
                False,
                0,
                user.actor,
            )
            await ask(desk.command_client, row.command, activity, how)
            digest = desk.command_client.digests.command(activity, how.source, how.identifier)
            sent.append((row.number, digest, row.sheet))
        if report.readable:
            await gatherings(desk).uploads.note(activity, sent, report.problems)
        return as_dict(report, sent=len(report.rows))


API: Final = (registrations, activities, attendance, imports)
"""The public's first."""


def answer_public(
    asked: OutcomeTicket, outcome: Outcome | None, how: RequestPreferences, tokens: Tokens
) -> Response:
    """As `answer_one`; but who must be told nothing gets the 202 of the undecided, after the same wait."""
    handle = tokens.of_outcome(asked)
    told = disclosed_outcome(outcome, asked.met_before, handle) if outcome else None
    if told is None or told.result == "received":
        return pending_response(how.source, handle, asked.activity)
    return decided_response(told)
