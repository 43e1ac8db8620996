"""Asking a command of the office, and what a client is told of its outcome."""

import asyncio
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import quote

from fastapi import Response
from fastapi.responses import JSONResponse

from services.registration.kernel.acceptable import Unacceptable
from services.registration.kernel.command_client import CommandClient, IdReused, pending
from shared.contracts.commands import Command
from shared.contracts.outcomes import Outcome
from shared.http import Problem, misfitting
from shared.kafka.connection import KafkaUnavailable

MAX_WAIT_SECONDS = 30.0
IDENTIFIER = re.compile(r"^(?!\.{1,2}$)[\x21-\x7e]{1,200}$")  # `.` and `..` cannot stand in a path
STATUS = {"decided": 200, "pending": 202}
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RequestPreferences:
    """How a request wants to be answered. `known`: its id came from the client; `actor`: as in `Envelope`."""

    source: str
    identifier: str
    known: bool
    wait: float
    actor: str | None = None

    @classmethod
    def of(
        cls, source: str, key: str | None, prefer: str | None, actor: str | None = None
    ) -> "RequestPreferences":
        """From the headers `Idempotency-Key` and `Prefer`. Raises `Problem` 400."""
        if key is not None and not IDENTIFIER.match(key):
            raise Problem(
                400, "invalid", "Idempotency-Key berisi 1 sampai 200 huruf, angka, atau tanda baca."
            )
        return cls(source, key or str(uuid.uuid4()), key is not None, wait_seconds(prefer), actor)


def wait_seconds(prefer: str | None) -> float:
    """Seconds of `Prefer: wait=N` (RFC 7240), at most 30; 0 without it."""
    match = re.search(r"(?:^|[,;\s])wait=(\d{1,4})", prefer or "")
    return min(float(match[1]), MAX_WAIT_SECONDS) if match else 0.0


async def ask(
    command_client: CommandClient, command: Command, key: str, how: RequestPreferences
) -> Outcome | None:
    """The outcome, None while undecided. Raises `Problem` 422 or 503."""
    try:
        return await command_client.ask(
            command, key, how.source, how.identifier, how.wait, how.known, how.actor
        )
    except IdReused:
        raise Problem(
            422, "id_reused", "Idempotency-Key ini sudah dipakai untuk isi lain. Pakai kunci baru."
        ) from None
    except Unacceptable as refused:
        raise misfitting(refused.found) from None
    except KafkaUnavailable:
        raise uncertain_problem() from None


def uncertain_problem() -> Problem:
    told = "Belum ada kepastian. Kirim ulang dengan Idempotency-Key yang sama."
    return Problem(503, "unavailable", told, {"Retry-After": "2"})


async def answer_one(
    command_client: CommandClient, command: Command, key: str, how: RequestPreferences
) -> Response:
    """200 decided, 202 with Location undecided, 409 refused with its reason."""
    outcome = await ask(command_client, command, key, how)
    return pending_response(how.source, how.identifier, key) if outcome is None else decided_response(outcome)


def pending_response(source: str, identifier: str, key: str) -> Response:
    """202, and where whoever asked can ask for the outcome."""
    location = f"/api/v1/commands/{quote(identifier, safe='')}?aggregate={quote(key, safe='')}"
    return outcome_response(pending(source, identifier), {"Location": location})


def decided_response(outcome: Outcome) -> Response:
    if outcome.result == "refused":
        more = outcome.model_dump(exclude_none=True, exclude={"reason", "message"})
        return Problem(409, outcome.reason or "refused", outcome.message or "", None, **more).response()
    return outcome_response(outcome)


async def answer_many(
    command_client: CommandClient, commands: Sequence[Command], key: str, how: RequestPreferences
) -> Response:
    """Each command gets an id of its own behind the one given, so that the whole may be sent again."""
    each = [replace(how, identifier=f"{how.identifier}.{number}") for number in range(len(commands))]
    outcomes = await asyncio.gather(
        *(ask(command_client, command, key, one) for command, one in zip(commands, each, strict=True))
    )
    rows = [
        (outcome or pending(one.source, one.identifier)).model_dump(exclude_none=True)
        for outcome, one in zip(outcomes, each, strict=True)
    ]
    return JSONResponse({"outcomes": rows}, 200 if all(outcomes) else 202)


def outcome_response(outcome: Outcome, headers: dict[str, str] | None = None) -> Response:
    body = outcome.model_dump_json(exclude_none=True)
    return Response(body, STATUS[outcome.state], headers, "application/json")


def require_found(value: T | None, reason: str) -> T:
    """Raises `Problem` 404."""
    if value is None:
        raise Problem(404, reason, "Tidak ditemukan. Periksa kembali alamatnya.")
    return value
