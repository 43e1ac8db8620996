"""The office's activities, and one of them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from services.registration.adapters.views import Listed
from services.registration.entrypoints.pages.front import Front
from shared.contracts.activity import Activity
from shared.pages import pages_of

PAGE: Final = 20
Window = Literal["open", "upcoming", "closed", "cancelled"]
_ORDER: Final = ("open", "upcoming", "closed", "cancelled")


def routes(front: Front) -> APIRouter:
    router = APIRouter()

    @router.get("/", response_class=HTMLResponse)
    async def listed(hal: Annotated[int, Query(ge=1, le=10_000)] = 1) -> HTMLResponse:
        now = datetime.now(UTC)
        found = in_order(await front.desk.views.listed(), now)
        pages = pages_of(len(found), PAGE)
        shown = found[(hal - 1) * PAGE : hal * PAGE]
        return front.page("daftar-kegiatan.html", rows=shown, number=hal, pages=pages)

    @router.get("/kegiatan/{activity}", response_class=HTMLResponse)
    async def one(activity: str) -> HTMLResponse:
        state = await front.activity(activity)
        return front.page(
            "kegiatan.html",
            activity=state.described,
            window=window(state.described, state.cancelled, datetime.now(UTC)),
            reason=state.reason,
            taken=state.taken,
            waiting=state.waiting_in_all,
        )

    return router


def window(activity: Activity | Listed, cancelled: bool, now: datetime) -> Window:
    """Whether one may register."""
    if cancelled:
        return "cancelled"
    if now < activity.opens:
        return "upcoming"
    return "open" if now < activity.closes else "closed"


def in_order(activities: Sequence[Listed], now: datetime) -> list[tuple[Window, Listed]]:
    """Open ones first, who closes soonest on top; then those to come; then the past, the latest on top."""

    def place(row: tuple[Window, Listed]) -> tuple[int, float]:
        state, one = row
        when = {"open": one.closes, "upcoming": one.opens}.get(state)
        return _ORDER.index(state), when.timestamp() if when else -one.closes.timestamp()

    return sorted(((window(one, one.cancelled, now), one) for one in activities), key=place)
