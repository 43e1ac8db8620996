"""The office's HTTP API: every change is a command on intake, every answer its outcome."""

import asyncio
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import yaml
from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, TypeAdapter, ValidationError

from services.registration.adapters.excel import read_sheet
from services.registration.adapters.outcomes import Outcomes, pending
from services.registration.adapters.views import Views
from services.registration.application.asker import Asker, IdReused
from services.registration.application.rows import as_dict, command_id
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
from shared.http import Problem, invalid_body, require_token, token_matches
from shared.kafka.connection import KafkaUnavailable

MAX_WAIT_SECONDS = 30.0
IDENTIFIER = re.compile(r"^[\x21-\x7e]{1,200}$")
YAML_TYPES = {"application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml"}
STATUS = {"decided": 200, "pending": 202}
IdempotencyKey = Annotated[str | None, Header(alias="Idempotency-Key")]
Prefer = Annotated[str | None, Header()]
T = TypeVar("T")
C = TypeVar("C", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Desk:
    """What the routes of an office work with."""

    office: str
    staff_token_hash: str
    asker: Asker
    outcomes: Outcomes
    views: Views
    sheet_key: bytes


@dataclass(frozen=True, slots=True)
class Asking:
    """How a request wants to be answered."""

    source: str
    identifier: str
    known: bool
    wait: float


def routes(desk: Desk) -> APIRouter:
    router = APIRouter(prefix="/api/v1")
    staff = [Depends(require_token(desk.staff_token_hash))]

    def asking(role: str, key: str | None, prefer: str | None) -> Asking:
        if key is not None and not IDENTIFIER.match(key):
            raise Problem(
                400, "invalid", "Idempotency-Key berisi 1 sampai 200 huruf, angka, atau tanda baca."
            )
        source = f"/{desk.office}/http/{role}"
        return Asking(source, key or str(uuid.uuid4()), key is not None, wait_seconds(prefer))

    async def answered(command: Command, key: str, how: Asking) -> Response:
        outcome = await ask(desk, command, key, how)
        return response_of(outcome, key, how)

    @router.post("/activities", dependencies=staff)
    async def publish(request: Request, key: IdempotencyKey = None, prefer: Prefer = None) -> Response:
        command = await body_as(PublishActivity, request)
        return await answered(command, command.id, asking("staff", key, prefer))

    @router.patch("/activities/{activity}", dependencies=staff)
    async def change(
        activity: str, request: Request, key: IdempotencyKey = None, prefer: Prefer = None
    ) -> Response:
        command = await body_as(ChangeActivity, request, activity=activity)
        return await answered(command, activity, asking("staff", key, prefer))

    @router.post("/activities/{activity}/cancellation", dependencies=staff)
    async def cancel(
        activity: str, request: Request, key: IdempotencyKey = None, prefer: Prefer = None
    ) -> Response:
        command = await body_as(CancelActivity, request, activity=activity)
        return await answered(command, activity, asking("staff", key, prefer))

    @router.get("/activities/{activity}")
    async def show(activity: str) -> dict[str, Any]:
        return found(await desk.views.activity(activity), "activity_unknown")

    @router.post("/activities/{activity}/registrations")
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

    @router.delete("/registrations/{registration}", dependencies=staff)
    async def withdraw(registration: str, key: IdempotencyKey = None, prefer: Prefer = None) -> Response:
        activity = found(await desk.views.activity_of(registration), "registration_unknown")
        command = CancelRegistration(registration=registration)
        return await answered(command, activity, asking("staff", key, prefer))

    @router.post("/activities/{activity}/attendance", dependencies=staff)
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
        return await many(desk, marks, activity, how)

    @router.get("/commands/{identifier}")
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

    @router.post("/activities/{activity}/imports", dependencies=staff)
    async def import_sheet(activity: str, request: Request, dry_run: bool = False) -> dict[str, object]:
        report = await asyncio.to_thread(read_sheet, await request.body(), activity)
        if dry_run:
            return as_dict(report)
        for row in report.rows:
            how = Asking(f"/{desk.office}/excel", command_id(desk.sheet_key, row.command), False, 0)
            await ask(desk, row.command, activity, how)
        return as_dict(report, sent=len(report.rows))

    return router


async def ask(desk: Desk, command: Command, key: str, how: Asking) -> Outcome | None:
    try:
        return await desk.asker.ask(command, key, how.source, how.identifier, how.wait, how.known)
    except IdReused:
        raise Problem(
            422, "id_reused", "Idempotency-Key ini sudah dipakai untuk isi lain. Pakai kunci baru."
        ) from None
    except KafkaUnavailable:
        raise Problem(
            503,
            "unavailable",
            "Belum ada kepastian. Kirim ulang dengan Idempotency-Key yang sama.",
            {"Retry-After": "2"},
        ) from None


async def many(desk: Desk, commands: Sequence[Command], key: str, how: Asking) -> Response:
    """Each command gets an id of its own behind the one given, so that the whole may be sent again."""
    each = [
        Asking(how.source, f"{how.identifier}.{number}", how.known, how.wait)
        for number in range(len(commands))
    ]
    outcomes = await asyncio.gather(
        *(ask(desk, command, key, one) for command, one in zip(commands, each, strict=True))
    )
    rows = [
        (outcome or pending(one.source, one.identifier)).model_dump(exclude_none=True)
        for outcome, one in zip(outcomes, each, strict=True)
    ]
    return JSONResponse({"outcomes": rows}, 200 if all(outcomes) else 202)


def response_of(outcome: Outcome | None, key: str, how: Asking) -> Response:
    """200 decided, 202 with Location undecided, 409 refused with its reason."""
    if outcome is None:
        location = f"/api/v1/commands/{how.identifier}?aggregate={key}"
        waiting = pending(how.source, how.identifier).model_dump(exclude_none=True)
        return JSONResponse(waiting, 202, {"Location": location})
    if outcome.result == "refused":
        more = outcome.model_dump(exclude_none=True, exclude={"reason", "message"})
        return Problem(409, outcome.reason or "refused", outcome.message or "", None, **more).response()
    return shown(outcome)


def shown(outcome: Outcome) -> Response:
    return JSONResponse(outcome.model_dump(exclude_none=True), STATUS[outcome.state])


def found(value: T | None, reason: str) -> T:
    if value is None:
        raise Problem(404, reason, "Tidak ditemukan. Periksa kembali alamatnya.")
    return value


def wait_seconds(prefer: str | None) -> float:
    """Seconds of `Prefer: wait=N` (RFC 7240), at most 30; 0 without it."""
    match = re.search(r"(?:^|[,;\s])wait=(\d{1,4})", prefer or "")
    return min(float(match[1]), MAX_WAIT_SECONDS) if match else 0.0


async def parsed(request: Request) -> Any:
    """The body as JSON, or as YAML where it says so. Raises `Problem` 422."""
    raw = await request.body()
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    try:
        if kind in YAML_TYPES:
            return yaml.safe_load(raw)
        return TypeAdapter(Any).validate_json(raw or b"{}")
    except (ValueError, yaml.YAMLError):
        raise Problem(422, "invalid", "Isi kiriman bukan JSON atau YAML yang terbaca.") from None


def fitted(model: type[C], body: Any, **given: str) -> C:
    """The body as a command, closed: an unknown field is told, not ignored. Raises `Problem` 422."""
    if not isinstance(body, dict):
        raise Problem(422, "invalid", "Isi kiriman harus berupa satu objek.")
    try:
        return model.model_validate(body | given)
    except ValidationError as error:
        raise invalid_body(error.errors()) from None


async def body_as(model: type[C], request: Request, **given: str) -> C:
    return fitted(model, await parsed(request), **given)
