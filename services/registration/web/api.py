"""The office's HTTP API: every change is a command on intake, every answer its outcome."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final, Protocol

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.routing import APIRoute

from services.registration.kernel.actions import Action
from services.registration.kernel.command_client import CommandClient, DecidedCommand, pending
from services.registration.kernel.features import Features
from services.registration.web import documented
from services.registration.web.answers import RequestPreferences, answer_one, outcome_response, require_found
from services.registration.web.documented import answers
from services.registration.web.tokens import OutcomeTicket, Tokens, TokenUnknown
from shared.accounts.access import Access, SignedIn
from shared.contracts.commands import Command
from shared.contracts.outcomes import Outcome
from shared.contracts.types import INT_BOUND
from shared.http import NOT_FOUND, UNAUTHORIZED, Problem, problem_answer
from shared.pages.done_sentences import DoneSentences

PREFIX: Final = "/api/v1"
SOURCES: Final = ("staff", "public")
"""Whose commands staff follow."""
Mark = Annotated[int | None, Query(ge=0, le=INT_BOUND)]
REFUSED = UNAUTHORIZED | {
    403: problem_answer("Whoever bears this token may not do this: `roles` may."),
}
STAFF = answers() | REFUSED


class OutcomeReader(Protocol):
    """What became of commands, by their digests or by who asked them."""

    async def find(self, digests: Sequence[bytes]) -> dict[bytes, DecidedCommand]: ...
    async def standing(self, digests: Sequence[bytes]) -> Outcome | None: ...
    async def of_source(self, source: str, after: str | None) -> tuple[list[Outcome], str, bool]: ...


class ParkedReader(Protocol):
    """Those that wait for someone to look. `most`: on a page."""

    @property
    def most(self) -> int: ...
    async def page(self, after: int | None) -> list[dict[str, Any]]: ...
    async def counted(self) -> int: ...


class FeatureServices(Protocol):
    """A desk, or a front: by a feature's name, what its routes and pages work with."""

    @property
    def parts(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class OfficeApi:
    """What the routes of an office work with, whatever they are about. `disclosed`: what may be told of an
    outcome to somebody without a token, by whether the office knew them before, and by their handle."""

    office: str
    access: Access
    command_client: CommandClient
    outcomes: OutcomeReader
    parked: ParkedReader
    tokens: Tokens
    done_sentences: DoneSentences
    disclosed: Callable[[Outcome, bool, str], Outcome]
    parts: Mapping[str, Any]

    def source(self, role: str) -> str:
        return f"/{self.office}/http/{role}"

    def asking(self, request: Request, user: SignedIn | None) -> RequestPreferences:
        """How a request wants its command answered. `user`: None for the public. Raises `Problem` 400."""
        key, prefer = request.headers.get("idempotency-key"), request.headers.get("prefer")
        if user is None:
            return RequestPreferences.of(self.source("public"), key, prefer)
        return RequestPreferences.of(self.source(user.source), key, prefer, user.actor)

    def asked(self, handle: str, activity: str) -> OutcomeTicket | None:
        """None for what is no handle of this activity."""
        try:
            asked = self.tokens.outcome(handle)
        except TokenUnknown:
            return None
        return asked if asked.activity == activity else None

    async def answer(self, command: Command, key: str, how: RequestPreferences) -> Response:
        return await answer_one(self.command_client, command, key, how)


class UnvalidatedRoute(APIRoute):
    """Where a rush arrives: the endpoint reads its request itself, so that nothing is solved for it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        return self.endpoint


def routes(desk: OfficeApi, features: Features) -> APIRouter:
    """In one router: each that lies within another takes its time of every request."""
    router = APIRouter(prefix=PREFIX)
    for feature in features.features:
        for part in feature.api:
            part(router, desk)
    outcomes(router, desk)
    return router


def outcomes(router: APIRouter, desk: OfficeApi) -> None:
    one = {200: {"model": Outcome}, 202: {"model": Outcome}} | NOT_FOUND | REFUSED
    Reader = Annotated[SignedIn, Depends(desk.access.api(Action.SEE_COMMANDS))]  # noqa: N806
    OfSource = Annotated[SignedIn, Depends(desk.access.api(Action.SEE_OUTCOMES))]  # noqa: N806

    @router.get("/commands/{identifier:path}", responses=one)
    async def outcome(identifier: str, aggregate: str, request: Request) -> Response:
        """By its id for staff; for anyone by what their own `Location` holds."""
        asked = desk.asked(identifier, aggregate)
        user = await desk.access.bearer(request, Action.FOLLOW_COMMAND)
        if user is None or (asked and user.source not in SOURCES):  # a program with somebody's handle
            mine = require_found(asked, "outcome_unknown")
            told = await desk.outcomes.standing([mine.command])
            source = desk.source("public")
            told = desk.disclosed(told, mine.met_before, identifier) if told else pending(source, identifier)
            return outcome_response(told)
        sources = [desk.source(one) for one in (SOURCES if user.source in SOURCES else (user.source,))]
        digests = [desk.command_client.digests.command(aggregate, source, identifier) for source in sources]
        told = await desk.outcomes.standing([asked.command] if asked else digests)
        return outcome_response(told or pending(desk.source(user.source), identifier))

    @router.get("/commands", responses=REFUSED | documented.NO_MARK)
    async def of_source(source: str, _: OfSource, after: str | None = None) -> dict[str, Any]:
        """`next` is null at the end; `mark` is where to go on whenever there may be more."""
        try:
            told, mark, more = await desk.outcomes.of_source(source, after)
        except ValueError:
            raise Problem(400, "invalid", "`after` bukan penanda dari jawaban sebelumnya.") from None
        rows = [one.model_dump(exclude_none=True) for one in told]
        return {"outcomes": rows, "next": mark if more else None, "mark": mark}

    @router.get("/parked", responses=REFUSED)
    async def parked(_: Reader, after: Mark = None) -> dict[str, Any]:
        rows = await desk.parked.page(after)
        last = rows[-1]["_id"] if len(rows) == desk.parked.most else None
        return {"parked": [row | {"id": row.pop("_id")} for row in rows], "next": last}
