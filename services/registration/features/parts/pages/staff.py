"""People with a part in an activity, for its staff: added, changed, and removed after a question."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse

from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.gatherings_desk import activity_of
from services.registration.features.parts.pages.part_form import BLANK, TypedPart, filled, read
from services.registration.features.parts.parts import SENTENCES
from services.registration.features.parts.parts_desk import LABELS, ShownPart, parts
from services.registration.kernel.actions import Action
from services.registration.web.desk import submit_command
from services.registration.web.front import OfficePages
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import done_message, redirect_with_message, staff_page
from shared.contracts.commands import RemovePart
from shared.http import Problem
from shared.pages import pages_of

ROWS: Final = 15  # one holds 1 kB at most
MAILED: Final = "Tersimpan. Email dengan jadwal dan tempatnya dikirim ke alamatnya."
KEPT: Final = "Tersimpan."
REMOVED: Final = "Sudah dihapus dari daftar."


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter(prefix="/staf/kegiatan/{activity}/pengisi")
    Viewer = Annotated[SignedIn, Depends(access.page(Action.SEE_PARTS))]  # noqa: N806
    Manager = Annotated[SignedIn, Depends(access.page(Action.MANAGE_PARTS))]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def listed(
        activity: str, user: Viewer, request: Request, hal: Annotated[int, Query(ge=1, le=10_000)] = 1
    ) -> HTMLResponse:
        state = await activity_of(front, activity)
        return await _page(front, user, state, BLANK, done=done_message(front, request), number=hal)

    @router.post("", response_class=HTMLResponse)
    async def add(activity: str, user: Manager, request: Request) -> Response:
        return await _saved(front, user, await activity_of(front, activity), request, None)

    @router.get("/{part}", response_class=HTMLResponse)
    async def one(activity: str, part: str, user: Manager) -> HTMLResponse:
        state = await activity_of(front, activity)
        return await _page(front, user, state, filled(await _one(front, state, part)), known=part)

    @router.post("/{part}", response_class=HTMLResponse)
    async def change(activity: str, part: str, user: Manager, request: Request) -> Response:
        state = await activity_of(front, activity)
        known = await _one(front, state, part)
        return await _saved(front, user, state, request, known.id)

    @router.get("/{part}/hapus", response_class=HTMLResponse)
    async def question(activity: str, part: str, user: Manager) -> HTMLResponse:
        state = await activity_of(front, activity)
        one = await _one(front, state, part)
        return staff_page(front, user, "staf-pengisi-hapus.html", activity=state.described, one=one)

    @router.post("/{part}/hapus", response_class=HTMLResponse)
    async def remove(activity: str, part: str, user: Manager) -> Response:
        state = await activity_of(front, activity)
        command = RemovePart(activity=state.described.id, id=(await _one(front, state, part)).id)
        outcome = await submit_command(front, command, command.activity, user)
        if outcome.result == "removed":
            return redirect_with_message(front, f"/staf/kegiatan/{command.activity}/pengisi", REMOVED)
        status = 202 if outcome.state == "pending" else 409
        return await _page(front, user, state, BLANK, status, told=outcome.message or "")

    return router


async def _one(front: OfficePages, state: ActivityState, part: str) -> ShownPart:
    """Raises `Problem` 404."""
    found = await parts(front).one(state.described, part)
    if found is None:
        raise Problem(404, "part_unknown", SENTENCES.say("refused", "part_unknown", {}))
    return found


async def _saved(
    front: OfficePages, user: SignedIn, state: ActivityState, request: Request, known: str | None
) -> Response:
    activity = state.described.id
    typed = read(await request.form(), activity, parts(front), known)
    if typed.command is None:
        return await _page(front, user, state, typed, 422, known=known)
    outcome = await submit_command(front, typed.command, activity, user)
    if outcome.result == "added":
        done = MAILED if typed.command.email and outcome.fact else KEPT
        return redirect_with_message(front, f"/staf/kegiatan/{activity}/pengisi", done)
    status = 202 if outcome.state == "pending" else 409
    return await _page(front, user, state, typed, status, told=outcome.message or "", known=known)


async def _page(
    front: OfficePages,
    user: SignedIn,
    state: ActivityState,
    typed: TypedPart,
    status: int = 200,
    told: str = "",
    done: str = "",
    known: str | None = None,
    number: int = 1,
) -> HTMLResponse:
    """`known`: of whom the form is, None for somebody new."""
    found = await parts(front).of(state.described)
    return staff_page(
        front,
        user,
        "staf-pengisi.html",
        status,
        again=status == 202,  # the same form asks for the same command's outcome
        activity=state.described,
        cancelled=state.cancelled,
        holders=found[(number - 1) * ROWS : number * ROWS],
        number=number,
        pages=pages_of(len(found), ROWS),
        labels=LABELS,
        typed=typed,
        known=known,
        told=told,
        done=done,
    )
