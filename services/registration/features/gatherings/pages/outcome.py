"""What became of a form: told to who sent it, and nothing of a person whom the office knew before."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from services.registration.features.gatherings.gatherings_desk import activity_of
from services.registration.features.gatherings.public import disclosed
from services.registration.web.front import Front, now, settled
from services.registration.web.tokens import TokenUnknown
from shared.http import Problem


def routes(front: Front) -> APIRouter:
    router = APIRouter()

    @router.get("/hasil/{token}", response_class=HTMLResponse)
    async def outcome(token: str) -> HTMLResponse:
        try:
            asked = front.desk.tokens.outcome(token)
        except TokenUnknown:
            raise Problem(404, "outcome_unknown", "Halaman hasil ini tidak ditemukan.") from None
        state = await activity_of(front, asked.activity)
        found = await settled(
            lambda: front.desk.outcomes.standing([asked.command]), lambda found: found is not None
        )
        told = disclosed(found, asked.met_before, token) if found else None
        return front.page(
            "hasil.html",
            activity=state.described,
            shown=told.result if told else "pending",
            over=state.over(now()),
            place=told.place if told else None,
            message=told.message if told else None,
        )

    return router
