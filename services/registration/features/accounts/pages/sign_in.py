"""The door of the desk: signing in and out."""

from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.registration.features.accounts.accounts_desk import accounts_of
from services.registration.features.accounts.domain.session import LONGEST, device
from services.registration.features.accounts.staff_access import SIGN_IN
from services.registration.kernel.actions import Action
from services.registration.web.access import Access, SignedIn
from services.registration.web.desk import done, said
from services.registration.web.front import Front
from shared.http import token_is_right

MISSING: Final = "Tulis token petugas"
WRONG: Final = "Token ini salah. Salin lagi seluruhnya dari tempat penyimpanannya"
SIGNED_OUT: Final = "Anda sudah keluar."


def routes(front: Front, access: Access) -> APIRouter:
    router = APIRouter()
    Anybody = Annotated[SignedIn, Depends(access.page(Action.ENTER))]  # noqa: N806

    @router.get(SIGN_IN, response_class=HTMLResponse)
    async def door(request: Request) -> HTMLResponse:
        return front.page("staf-masuk.html", errors={}, done=said(front, request))

    @router.post(SIGN_IN, response_class=HTMLResponse)
    async def sign_in(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=5) as sent:
            typed = str(sent.get("sandi", ""))
        access = accounts_of(front).access
        if not token_is_right(typed, access.token_hash):
            return front.page("staf-masuk.html", 422, errors={"sandi": WRONG if typed else MISSING}, done="")
        return await begun(front, request, access.office_account)

    @router.post("/staf/keluar")
    async def sign_out(_: Anybody, request: Request) -> Response:
        desk, answer = accounts_of(front), done(front, SIGN_IN, SIGNED_OUT)
        if session := await desk.access.session(request):
            await desk.sessions.end(session.account, session.id)
        desk.access.cookie.end(answer)
        return answer

    return router


async def begun(front: Front, request: Request, account: str) -> Response:
    """To the desk, with a session of this account; the one that the browser had before ends."""
    desk, now, answer = accounts_of(front), datetime.now(UTC), RedirectResponse("/staf", 303)
    if before := await desk.access.session(request):
        await desk.sessions.end(before.account, before.id)
    cookie = await desk.sessions.begin(account, device(request.headers.get("user-agent", "")), now)
    desk.access.cookie.set(answer, cookie, int(LONGEST.total_seconds()))
    return answer
