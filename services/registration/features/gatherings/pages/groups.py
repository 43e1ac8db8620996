"""The mentored groups of an activity, as its staff see them."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse

from services.registration.features.accounts.accounts_desk import note
from services.registration.features.gatherings.gatherings_desk import activity_of, gatherings
from services.registration.features.gatherings.mentored_groups import mentored_groups
from services.registration.features.gatherings.roster import RosterFilter
from services.registration.kernel.actions import Action
from services.registration.web.front import OfficePages
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import staff_page
from shared.pages import pages_of

GROUPS: Final = 10
"""A page has 30 kB."""


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter(prefix="/staf/kegiatan/{activity}/kelompok")
    Viewer = Annotated[SignedIn, Depends(access.page(Action.SEE_ROSTER))]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def listed(
        activity: str, user: Viewer, hal: Annotated[int, Query(ge=1, le=10_000)] = 1
    ) -> HTMLResponse:
        state = await activity_of(front, activity)
        rows, _ = await gatherings(front).roster.found(activity, RosterFilter())
        found = mentored_groups(rows)
        shown = found[(hal - 1) * GROUPS : hal * GROUPS]
        await note(
            front, user, "read_roster", f"a:{activity}", query="kelompok", count=sum(g.members for g in shown)
        )
        return staff_page(
            front,
            user,
            "staf-kelompok.html",
            activity=state.described,
            groups=shown,
            total=len(found),
            number=hal,
            pages=pages_of(len(found), GROUPS),
        )

    return router
