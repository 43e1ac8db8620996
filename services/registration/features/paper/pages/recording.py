"""What was signed on paper, taken into the register by the numbers of its rows."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.gatherings_desk import activity_of
from services.registration.features.gatherings.pages.attendance import outcomes_of
from services.registration.features.paper.domain.row_numbers import NumbersRefused, row_numbers
from services.registration.features.paper.pages.printing import session_of
from services.registration.features.paper.paper_desk import printed_lists
from services.registration.kernel.actions import Action
from services.registration.web.front import OfficePages
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import done_message, redirect_with_message, staff_page
from shared.contracts.outcomes import Outcome
from shared.words import number

UNKNOWN: Final = "Tidak ada daftar kegiatan ini dengan kode itu. Salin dari kaki halamannya"
TYPED: Final = ("kode", "nomor")


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter(prefix="/staf/kegiatan/{activity}/hadir-kertas")
    Recorder = Annotated[SignedIn, Depends(access.page(Action.RECORD_ATTENDANCE))]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def form(activity: str, user: Recorder, request: Request) -> HTMLResponse:
        state = await activity_of(front, activity)
        return _page(front, user, state, dict.fromkeys(TYPED, ""), done=done_message(front, request))

    @router.post("", response_class=HTMLResponse)
    async def record(activity: str, user: Recorder, request: Request) -> Response:
        state, sent = await activity_of(front, activity), await request.form()
        typed = {name: str(sent.get(name, "")) for name in TYPED}
        found = await printed_lists(front).of(state.described.id, typed["kode"])
        if found is None:
            return _page(front, user, state, typed, {"kode": UNKNOWN})
        try:
            rows = row_numbers(typed["nomor"], len(found.registrations))
        except NumbersRefused as refused:
            return _page(front, user, state, typed, {"nomor": str(refused)})
        ticks = [(found.registrations[row - 1], found.session, True) for row in rows]
        outcomes = await outcomes_of(front, state.described.id, ticks, user)
        unrecorded = {row: one for row, one in zip(rows, outcomes, strict=True) if one.result != "recorded"}
        title = session_of(state, found.session).title
        done = f"{number(len(rows) - len(unrecorded))} orang dicatat hadir di {title}."
        if unrecorded:
            return _page(front, user, state, typed, told=f"{done} {_unrecorded(unrecorded)}")
        return redirect_with_message(front, f"/staf/kegiatan/{state.described.id}/hadir-kertas", done)

    return router


def _unrecorded(outcomes: dict[int, Outcome]) -> str:
    numbers = ", ".join(map(str, list(outcomes)[:20])) + (", ..." if len(outcomes) > 20 else "")
    reason = next(iter(outcomes.values())).message or ""
    return f"Belum tercatat: nomor {numbers}. {reason}"


def _page(
    front: OfficePages,
    user: SignedIn,
    state: ActivityState,
    values: dict[str, str],
    errors: dict[str, str] | None = None,
    told: str = "",
    done: str = "",
) -> HTMLResponse:
    status = 422 if errors else 409 if told else 200
    return staff_page(
        front,
        user,
        "staf-hadir-kertas.html",
        status,
        activity=state.described,
        values=values,
        errors=errors or {},
        told=told,
        done=done,
    )
