"""People who may be the same person: side by side, to be compared, corrected, and put aside."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from services.registration.features.people.people_desk import twins_of
from services.registration.web.desk import done, said, staff_page
from services.registration.web.front import Front
from services.registration.web.session import Session, Sessions

SHOWN: Final = 10
HELD: Final = 5  # registrations of one person; more would make too long a page

LOOKED_AT: Final = "Satu pasang ditandai sudah diperiksa."


def routes(front: Front, sessions: Sessions) -> APIRouter:
    router = APIRouter(prefix="/staf/mungkin-sama")
    Staff = Annotated[Session, Depends(sessions.required)]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def listed(session: Staff, request: Request) -> HTMLResponse:
        found = await twins_of(front).listed(SHOWN)
        held = {one.activity for _, people in found for person in people for one in person.held}
        return staff_page(
            front,
            session,
            "staf-mungkin-sama.html",
            found=found,
            total=await twins_of(front).counted(),
            titles=await twins_of(front).persons.titles(list(held)),
            most=HELD,
            done=said(front, request),
        )

    @router.post("")
    async def looked_at(_: Staff, request: Request) -> Response:
        await twins_of(front).looked_at(str((await request.form()).get("pasangan", "")))
        return done(front, "/staf/mungkin-sama", LOOKED_AT)

    return router
