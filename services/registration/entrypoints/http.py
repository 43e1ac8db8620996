"""The office's HTTP API: every change is a command on intake, every answer its outcome."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Query, Request, Response

from services.registration.adapters.excel import read_sheet
from services.registration.adapters.outcomes import Outcomes, pending
from services.registration.adapters.views import Views
from services.registration.application.asker import Asker
from services.registration.application.rows import as_dict, command_id
from services.registration.entrypoints import documented
from services.registration.entrypoints.answers import Asking, answer_many, answer_one, ask, found, shown
from services.registration.entrypoints.bodies import body_as, fitted, parsed
from services.registration.entrypoints.documented import answers, body
from shared.contracts.commands import (
    CancelActivity,
    CancelRegistration,
    ChangeActivity,
    Command,
    PublishActivity,
    RecordAttendance,
    SubmitRegistration,
)
from shared.contracts.outcomes import Outcome
from shared.http import Problem, require_token, token_matches

IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key")]
Prefer = Annotated[str | None, Header()]


@dataclass(frozen=True, slots=True)
class Desk:
    """What the routes of an office work with."""

    office: str
    staff_token_hash: str
    asker: Asker
    outcomes: Outcomes
    views: Views
    sheet_key: bytes


def routes(desk: Desk) -> APIRouter:
    router = APIRouter(prefix="/api/v1")
    staff = [Depends(require_token(desk.staff_token_hash))]

    def asking(role: str, key: str | None, prefer: str | None) -> Asking:
        return Asking.of(f"/{desk.office}/http/{role}", key, prefer)

    async def answered(command: Command, key: str, how: Asking) -> Response:
        return await answer_one(desk.asker, command, key, how)

    @router.post("/activities", dependencies=staff, responses=answers(), openapi_extra=body(PublishActivity))
    async def publish(request: Request, key: IdempotencyKey = None, prefer: Prefer = None) -> Response:
        command = await body_as(PublishActivity, request)
        return await answered(command, command.id, asking("staff", key, prefer))

    @router.patch(
        "/activities/{activity}",
        dependencies=staff,
        responses=answers(),
        openapi_extra=body(ChangeActivity, "activity"),
    )
    async def change(
        activity: str, request: Request, key: IdempotencyKey = None, prefer: Prefer = None
    ) -> Response:
        command = await body_as(ChangeActivity, request, activity=activity)
        return await answered(command, activity, asking("staff", key, prefer))

    @router.post(
        "/activities/{activity}/cancellation",
        dependencies=staff,
        responses=answers(),
        openapi_extra=body(CancelActivity, "activity"),
    )
    async def cancel(
        activity: str, request: Request, key: IdempotencyKey = None, prefer: Prefer = None
    ) -> Response:
        command = await body_as(CancelActivity, request, activity=activity)
        return await answered(command, activity, asking("staff", key, prefer))

    @router.get("/activities/{activity}")
    async def show(activity: str) -> dict[str, Any]:
        return found(await desk.views.activity(activity), "activity_unknown")

    @router.post(
        "/activities/{activity}/registrations",
        responses=answers(),
        openapi_extra=body(SubmitRegistration, "activity"),
    )
    async def submit(
        activity: str, request: Request, key: IdempotencyKey = None, prefer: Prefer = None
    ) -> Response:
        command = await body_as(SubmitRegistration, request, activity=activity)
        role = "staff" if token_matches(request, desk.staff_token_hash) else "public"
        return await answered(command, activity, asking(role, key, prefer))

    @router.get("/activities/{activity}/registrations", dependencies=staff)
    async def registrations(activity: str, after: str | None = None) -> dict[str, Any]:
        rows, mark = await desk.views.registrations(activity, after)
        return {"registrations": rows, "next": mark}

    @router.delete("/registrations/{registration}", dependencies=staff, responses=answers())
    async def withdraw(registration: str, key: IdempotencyKey = None, prefer: Prefer = None) -> Response:
        activity = found(await desk.views.activity_of(registration), "registration_unknown")
        command = CancelRegistration(registration=registration)
        return await answered(command, activity, asking("staff", key, prefer))

    @router.post(
        "/activities/{activity}/attendance",
        dependencies=staff,
        responses=answers(Outcome | documented.Outcomes),
        openapi_extra=body(RecordAttendance, "activity", or_many=True),
    )
    async def attend(
        activity: str, request: Request, key: IdempotencyKey = None, prefer: Prefer = None
    ) -> Response:
        body = await parsed(request)
        rows = body if isinstance(body, list) else [body]
        if len(rows) > 1_000:
            raise Problem(413, "too_large", "Kirim paling banyak 1.000 kehadiran sekaligus.")
        marks = [fitted(RecordAttendance, row, activity=activity) for row in rows]
        how = asking("staff", key, prefer)
        if not isinstance(body, list):
            return await answered(marks[0], activity, how)
        return await answer_many(desk.asker, marks, activity, how)

    @router.get("/commands/{identifier}", responses={200: {"model": Outcome}, 202: {"model": Outcome}})
    async def outcome(identifier: str, aggregate: str, request: Request) -> Response:
        roles = ["staff", "public"] if token_matches(request, desk.staff_token_hash) else ["public"]
        sources = {
            desk.asker.digests.command(aggregate, f"/{desk.office}/http/{role}", identifier): role
            for role in roles
        }
        decided = await desk.outcomes.find(list(sources))
        for digest in sources:
            if digest in decided:
                return shown(decided[digest].outcome)
        return shown(pending(f"/{desk.office}/http/{roles[0]}", identifier))

    @router.get("/commands", dependencies=staff)
    async def outcomes(source: str, after: str | None = None) -> dict[str, Any]:
        try:
            found_outcomes, mark = await desk.outcomes.of_source(source, after)
        except ValueError:
            raise Problem(400, "invalid", "`after` bukan penanda dari jawaban sebelumnya.") from None
        return {"outcomes": [one.model_dump(exclude_none=True) for one in found_outcomes], "next": mark}

    @router.get("/parked", dependencies=staff)
    async def parked(after: Annotated[int | None, Query()] = None) -> dict[str, Any]:
        rows = await desk.views.parked(after)
        return {"parked": [row | {"id": row.pop("_id")} for row in rows]}

    @router.post("/activities/{activity}/imports", dependencies=staff, openapi_extra=documented.SHEET)
    async def import_sheet(activity: str, request: Request, dry_run: bool = False) -> dict[str, object]:
        report = await asyncio.to_thread(read_sheet, await request.body(), activity)
        if dry_run:
            return as_dict(report)
        for row in report.rows:
            how = Asking(f"/{desk.office}/excel", command_id(desk.sheet_key, row.command), False, 0)
            await ask(desk.asker, row.command, activity, how)
        return as_dict(report, sent=len(report.rows))

    return router
