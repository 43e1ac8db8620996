"""People who may be the same person: side by side, to be compared, corrected, and put aside."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from services.registration.features.accounts.accounts_desk import note
from services.registration.features.people.people_desk import possible_duplicates_of
from services.registration.kernel.actions import Action
from services.registration.web.front import OfficePages
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import done_message, redirect_with_message, staff_page

SHOWN: Final = 10
HELD: Final = 5  # registrations of one person; more would make too long a page

LOOKED_AT: Final = "Satu pasang ditandai sudah diperiksa."


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter(prefix="/staf/mungkin-sama")
    Comparer = Annotated[SignedIn, Depends(access.page(Action.COMPARE_PEOPLE))]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def listed(user: Comparer, request: Request) -> HTMLResponse:
        found = await possible_duplicates_of(front).listed(SHOWN)
        await note(front, user, "compare_people", count=2 * len(found))
        held = {one.activity for _, people in found for person in people for one in person.held}
        return staff_page(
            front,
            user,
            "staf-mungkin-sama.html",
            found=found,
            total=await possible_duplicates_of(front).counted(),
            titles=await possible_duplicates_of(front).persons.titles(list(held)),
            most=HELD,
            done=done_message(front, request),
        )

    @router.post("")
    async def looked_at(user: Comparer, request: Request) -> Response:
        pair = str((await request.form()).get("pasangan", ""))
        people = await possible_duplicates_of(front).people_of(pair)
        await note(front, user, "compare_done", *(f"p:{ref}" for ref in people))
        await possible_duplicates_of(front).looked_at(pair)
        return redirect_with_message(front, "/staf/mungkin-sama", LOOKED_AT)

    return router
