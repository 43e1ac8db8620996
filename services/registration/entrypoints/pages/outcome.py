"""What became of a form: told to who sent it, and nothing of a person whom the office knew before."""

from typing import Final

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from services.registration.adapters.outcomes import Outcomes
from services.registration.entrypoints.pages.front import Front, now, settled
from services.registration.entrypoints.pages.tokens import TokenUnknown
from shared.contracts.outcomes import Outcome
from shared.http import Problem

NEUTRAL: Final = "neutral"
_OF_A_PERSON: Final = frozenset({"confirmed", "waitlisted"})


def routes(front: Front) -> APIRouter:
    router = APIRouter()

    @router.get("/hasil/{token}", response_class=HTMLResponse)
    async def outcome(token: str) -> HTMLResponse:
        try:
            asked = front.tokens.outcome(token)
        except TokenUnknown:
            raise Problem(404, "outcome_unknown", "Halaman hasil ini tidak ditemukan.") from None
        state = await front.activity(asked.activity)
        found = await settled(
            lambda: decided(front.desk.outcomes, asked.command), lambda found: found is not None
        )
        return front.page(
            "hasil.html",
            activity=state.described,
            shown=shown(found, asked.met_before),
            over=state.over(now()),
            place=found.place if found else None,
            message=found.message if found else None,
        )

    return router


async def decided(outcomes: Outcomes, command: bytes) -> Outcome | None:
    """Also of a command that could not be decided; None while it is on its way."""
    found = (await outcomes.find([command])).get(command)
    return found.outcome if found else await outcomes.parked([command])


def shown(outcome: Outcome | None, met_before: bool) -> str:
    """Which page. Who was known, or is registered already, gets the same one whatever came of it:
    whoever knows a name and an address could else learn here what their owner takes part in."""
    if outcome is None or outcome.result is None:
        return "pending"
    if outcome.reason == "already_registered" or (met_before and outcome.result in _OF_A_PERSON):
        return NEUTRAL
    return outcome.result
