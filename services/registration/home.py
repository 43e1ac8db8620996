"""The home of staff: what needs attention, and every activity with how full it is."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from services.registration.features.gatherings.gatherings_desk import gatherings
from services.registration.features.gatherings.pages.activities import PAGE, in_order
from services.registration.features.gatherings.pages.mails import MailList, counted
from services.registration.features.people.people_desk import possible_duplicates_of
from services.registration.kernel.actions import Action
from services.registration.web.front import OfficePages
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import done_message, staff_page
from shared.pages import pages_of


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter()
    Anybody = Annotated[SignedIn, Depends(access.page(Action.ENTER))]  # noqa: N806

    @router.get("/staf", response_class=HTMLResponse)
    async def home(
        user: Anybody, request: Request, hal: Annotated[int, Query(ge=1, le=10_000)] = 1
    ) -> HTMLResponse:
        now, views = datetime.now(UTC), gatherings(front).views
        listed = [one for one in await views.listed() if _works_in(user, one.id)]
        found = in_order(listed, now)
        titles = {one.id: one.title for _, one in found}
        shown = found[(hal - 1) * PAGE : hal * PAGE]
        states = await views.states([one.id for _, one in shown])
        mails = await counted(front, ("failed", "ambiguous")) if user.may("see_mails") else MailList("hidden")
        wrong, unused = await gatherings(front).uploads.wrong(), await views.waiting_beside_free_seats(now)
        return staff_page(
            front,
            user,
            "staf.html",
            done=done_message(front, request),
            rows=[(phase, states[one.id]) for phase, one in shown if one.id in states],
            number=hal,
            pages=pages_of(len(found), PAGE),
            parked=await front.desk.parked.counted() if user.may("see_commands") else 0,
            same=await possible_duplicates_of(front).counted() if user.may("compare_people") else 0,
            wrong=[one for one in wrong if one.activity in titles and user.may("import_list", one.activity)],
            titles=titles,
            mails=mails.known,
            held=len(mails.held),
            failed=(mails.counts or {}).get("failed", 0),
            ambiguous=(mails.counts or {}).get("ambiguous", 0),
            unused=[one for one in unused if user.may("change_activity", one.activity.id)],
        )

    return router


def _works_in(user: SignedIn, activity: str) -> bool:
    return user.may("see_roster", activity) or user.may("record_attendance", activity)
