"""The office's activities, and one of them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Final, Literal, NamedTuple, get_args

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.gatherings_desk import activity_of, gatherings
from services.registration.features.gatherings.pages.seats import seats_left
from services.registration.features.gatherings.views import ActivityListing, Views
from services.registration.kernel.feature import OfficeStore
from services.registration.web.front import OfficePages
from shared.contracts.activity import Activity, last_end
from shared.contracts.types import Category
from shared.pages import pages_of

PAGE: Final = 20
OFFERED: Final = 100
Window = Literal["open", "upcoming", "closed", "cancelled"]
Course = Literal["ahead", "running", "over"]
_ORDER: Final = ("open", "upcoming", "closed", "cancelled")


class Phase(NamedTuple):
    """`window`: whether one may register; `course`: how far the sessions are."""

    window: Window
    course: Course

    @property
    def shown(self) -> str:
        """In a word: once sessions have begun, that is what people ask for."""
        return self.window if self.course == "ahead" or self.window == "cancelled" else self.course


def routes(front: OfficePages) -> APIRouter:
    router = APIRouter()

    @router.get("/", response_class=HTMLResponse)
    async def listed(hal: Annotated[int, Query(ge=1, le=10_000)] = 1) -> HTMLResponse:
        now = datetime.now(UTC)
        found = in_order(await gatherings(front).views.listed(), now)
        pages = pages_of(len(found), PAGE)
        shown = found[(hal - 1) * PAGE : hal * PAGE]
        return front.page("daftar-kegiatan.html", rows=shown, number=hal, pages=pages)

    @router.get("/kegiatan/{activity}", response_class=HTMLResponse)
    async def one(activity: str) -> HTMLResponse:
        state, at = await activity_of(front, activity), datetime.now(UTC)
        return front.page(
            "kegiatan.html",
            activity=state.described,
            phase=phase(state.described, state.cancelled, at),
            reason=state.reason,
            seats=seats_left(state, may_wait(state, at)),
            every=len(get_args(Category)),
            waiting=state.waiting_in_all,
            sections=await front.sections(state.described),
        )

    return router


async def offered(of: OfficeStore) -> dict[str, str]:
    """Titles by id, for a form where one is chosen: no more than a list that people look through."""
    found = in_order(await Views(of.store, of.digests).listed(), datetime.now(UTC))
    return {one.id: one.title for _, one in found[:OFFERED]}


def may_wait(state: ActivityState, now: datetime) -> bool:
    """Whether who finds no seat is put in a line that can move."""
    return window(state.described, state.cancelled, now) in ("open", "upcoming") and not state.over(now)


def window(activity: Activity | ActivityListing, cancelled: bool, now: datetime) -> Window:
    """Whether one may register."""
    if cancelled:
        return "cancelled"
    if now < activity.opens:
        return "upcoming"
    return "open" if now < activity.closes else "closed"


def phase(activity: Activity | ActivityListing, cancelled: bool, now: datetime) -> Phase:
    ends = last_end(activity.sessions)
    course: Course = "ahead" if now < min(session.starts for session in activity.sessions) else "running"
    return Phase(window(activity, cancelled, now), "over" if ends and now >= ends else course)


def in_order(activities: Sequence[ActivityListing], now: datetime) -> list[tuple[Phase, ActivityListing]]:
    """Open ones first, who closes soonest on top; then those to come; then the past, the latest on top."""

    def place(row: tuple[Phase, ActivityListing]) -> tuple[int, float]:
        (state, course), one = row
        if state != "cancelled" and course == "over":
            return _ORDER.index("closed"), -max(session.ends for session in one.sessions).timestamp()
        when = {"open": one.closes, "upcoming": one.opens}.get(state)
        return _ORDER.index(state), when.timestamp() if when else -one.closes.timestamp()

    return sorted(((phase(one, one.cancelled, now), one) for one in activities), key=place)
