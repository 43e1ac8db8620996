"""The staff's door and their home: what needs attention, and every activity with how full it is."""

from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.registration.features.gatherings.gatherings_desk import gatherings
from services.registration.features.gatherings.pages.activities import PAGE, in_order
from services.registration.features.gatherings.pages.mails import counted
from services.registration.features.people.people_desk import twins_of
from services.registration.web.desk import done, said
from services.registration.web.front import Front
from services.registration.web.session import SIGN_IN, Session, Sessions
from shared.pages import pages_of

MISSING: Final = "Tulis token petugas"
WRONG: Final = "Token ini salah. Salin lagi seluruhnya dari tempat penyimpanannya"

SIGNED_OUT: Final = "Anda sudah keluar."


def routes(front: Front, sessions: Sessions) -> APIRouter:
    router = APIRouter()
    Staff = Annotated[Session, Depends(sessions.required)]  # noqa: N806

    @router.get(SIGN_IN, response_class=HTMLResponse)
    async def door(request: Request) -> HTMLResponse:
        return front.page("staf-masuk.html", errors={}, done=said(front, request))

    @router.post(SIGN_IN, response_class=HTMLResponse)
    async def sign_in(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=5) as sent:
            typed = str(sent.get("sandi", ""))
        if not sessions.token_is_right(typed):
            return front.page("staf-masuk.html", 422, errors={"sandi": WRONG if typed else MISSING}, done="")
        answer = RedirectResponse("/staf", 303)
        sessions.begin(answer)
        return answer

    @router.post("/staf/keluar")
    async def sign_out(_: Staff) -> Response:
        answer = done(front, SIGN_IN, SIGNED_OUT)
        sessions.end(answer)
        return answer

    @router.get("/staf", response_class=HTMLResponse)
    async def home(
        session: Staff, request: Request, hal: Annotated[int, Query(ge=1, le=10_000)] = 1
    ) -> HTMLResponse:
        now, views = datetime.now(UTC), gatherings(front).views
        found = in_order(await views.listed(), now)
        titles = {one.id: one.title for _, one in found}
        shown = found[(hal - 1) * PAGE : hal * PAGE]
        states = await views.states([one.id for _, one in shown])
        mails, wrong = await counted(front, ("failed", "ambiguous")), await gatherings(front).uploads.wrong()
        return front.page(
            "staf.html",
            csrf=session.csrf,
            done=said(front, request),
            rows=[(phase, states[one.id]) for phase, one in shown if one.id in states],
            number=hal,
            pages=pages_of(len(found), PAGE),
            parked=await front.desk.parked.counted(),
            same=await twins_of(front).counted(),
            wrong=[one for one in wrong if one.activity in titles],
            titles=titles,
            mails=mails.known,
            held=len(mails.held),
            failed=(mails.counts or {}).get("failed", 0),
            ambiguous=(mails.counts or {}).get("ambiguous", 0),
            unused=await views.waiting_beside_free_seats(now),
        )

    return router
