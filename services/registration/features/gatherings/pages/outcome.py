"""What became of a form: told to who sent it, and nothing of a person whom the office knew before."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from services.registration.features.gatherings.gatherings_desk import activity_of
from services.registration.features.gatherings.public import disclosed_outcome
from services.registration.web.front import OfficePages, now, poll_until
from services.registration.web.tokens import TokenUnknown
from shared.http import Problem


def routes(front: OfficePages) -> APIRouter:
    router = APIRouter()

    @router.get("/hasil/{token}", response_class=HTMLResponse)
    async def outcome(token: str) -> HTMLResponse:
        try:
            asked = front.desk.tokens.outcome(token)
        except TokenUnknown:
            raise Problem(404, "outcome_unknown", "Halaman hasil ini tidak ditemukan.") from None
        state = await activity_of(front, asked.activity)
        found = await poll_until(
            lambda: front.desk.outcomes.standing([asked.command]), lambda found: found is not None
        )
        told = disclosed_outcome(found, asked.met_before, token) if found else None
        return front.page(
            "hasil.html",
            activity=state.described,
            shown=told.result if told else "pending",
            over=state.over(now()),
            place=told.place if told else None,
            message=told.message if told else None,
        )

    return router
