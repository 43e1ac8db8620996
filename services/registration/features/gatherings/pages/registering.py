"""Registering somebody: the participant's form, typed by staff, under the rules that hold for everybody."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.gatherings_desk import activity_of, gatherings
from services.registration.features.gatherings.pages.activities import phase
from services.registration.features.gatherings.pages.fields import SubmittedFields, read
from services.registration.features.gatherings.pages.form import nothing_typed, offered
from services.registration.kernel.actions import Action
from services.registration.web.desk import submit_command
from services.registration.web.front import OfficePages, now
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import staff_page
from shared.contracts.commands import SubmitRegistration
from shared.contracts.outcomes import Outcome


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter(prefix="/staf/kegiatan/{activity}/daftarkan")
    Registrar = Annotated[SignedIn, Depends(access.page(Action.REGISTER_PERSON))]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def empty(activity: str, user: Registrar) -> HTMLResponse:
        state = await activity_of(front, activity)
        return _form(front, user, state, SubmittedFields(nothing_typed(state.described), {}))

    @router.post("", response_class=HTMLResponse)
    async def submit(activity: str, user: Registrar, request: Request) -> Response:
        state, sent = await activity_of(front, activity), await request.form()
        typed = read(sent, state.described, offered(front, state), own=False)
        if typed.command is None:
            return _form(front, user, state, typed, 422, again=True)
        command = typed.command
        if sent.get("di_luar") == "ya" and user.may(Action.SEAT_REGISTRATION, state.described.id):
            command = command.model_copy(update={"beyond": True})
        outcome = await submit_command(front, command, command.activity, user)
        if outcome.registration:
            there = f"/staf/pendaftaran/{outcome.registration}"
            return RedirectResponse(f"{there}?baru={front.desk.done_sentences.sign(there, 'baru')}", 303)
        if outcome.state == "pending":  # the same form asks for the same command's outcome
            return _form(front, user, state, typed, 202, outcome, again=True)
        before = await _there(front, command, outcome)
        return _form(front, user, state, typed, 409, outcome, before)

    return router


async def _there(front: OfficePages, command: SubmitRegistration, outcome: Outcome) -> str | None:
    """The registration that this person has already; who asks is staff, so that they may see it."""
    if outcome.reason != "already_registered":
        return None
    return await gatherings(front).roster.standing(command.activity, command.participant)


def _form(
    front: OfficePages,
    user: SignedIn,
    state: ActivityState,
    typed: SubmittedFields,
    status: int = 200,
    outcome: Outcome | None = None,
    there: str | None = None,
    again: bool = False,
) -> HTMLResponse:
    return staff_page(
        front,
        user,
        "staf-daftarkan.html",
        status,
        again=again,
        activity=state.described,
        phase=phase(state.described, state.cancelled, now()),
        offered=offered(front, state),
        values=typed.values,
        errors=typed.errors,
        outcome=outcome,
        there=there,
    )
