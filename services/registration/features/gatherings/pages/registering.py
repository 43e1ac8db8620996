"""Registering somebody: the participant's form, typed by staff, under the rules that hold for everybody."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.gatherings_desk import activity_of, gatherings
from services.registration.features.gatherings.pages.activities import phase
from services.registration.features.gatherings.pages.fields import FIELDS, Typed, read
from services.registration.features.gatherings.pages.form import offered
from services.registration.web.desk import asked, staff_page
from services.registration.web.front import Front, now
from services.registration.web.session import Session, Sessions
from shared.contracts.commands import SubmitRegistration
from shared.contracts.outcomes import Outcome


def routes(front: Front, sessions: Sessions) -> APIRouter:
    router = APIRouter(prefix="/staf/kegiatan/{activity}/daftarkan")
    Staff = Annotated[Session, Depends(sessions.required)]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def empty(activity: str, session: Staff) -> HTMLResponse:
        state = await activity_of(front, activity)
        return _form(front, session, state, Typed(dict.fromkeys(FIELDS, ""), {}))

    @router.post("", response_class=HTMLResponse)
    async def submit(activity: str, session: Staff, request: Request) -> Response:
        state, sent = await activity_of(front, activity), await request.form()
        typed, nonce = read(sent, state.described, offered(front, state), own=False), str(sent.get("nonce"))
        if typed.command is None:
            return _form(front, session, state, typed, 422, nonce)
        outcome = await asked(front, typed.command, typed.command.activity, nonce)
        if outcome.registration:
            there = f"/staf/pendaftaran/{outcome.registration}"
            return RedirectResponse(f"{there}?baru={front.desk.tokens.of_done(there, 'baru')}", 303)
        if outcome.state == "pending":  # the same form asks for the same command's outcome
            return _form(front, session, state, typed, 202, nonce, outcome)
        before = await _there(front, typed.command, outcome)
        return _form(front, session, state, typed, 409, "", outcome, before)

    return router


async def _there(front: Front, command: SubmitRegistration, outcome: Outcome) -> str | None:
    """The registration that this person has already; who asks is staff, so that they may see it."""
    if outcome.reason != "already_registered":
        return None
    return await gatherings(front).roster.standing(command.activity, command.participant)


def _form(
    front: Front,
    session: Session,
    state: ActivityState,
    typed: Typed,
    status: int = 200,
    nonce: str = "",
    outcome: Outcome | None = None,
    there: str | None = None,
) -> HTMLResponse:
    return staff_page(
        front,
        session,
        "staf-daftarkan.html",
        status,
        nonce,
        activity=state.described,
        phase=phase(state.described, state.cancelled, now()),
        offered=offered(front, state),
        values=typed.values,
        errors=typed.errors,
        outcome=outcome,
        there=there,
    )
