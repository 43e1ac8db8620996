"""One's own devices: where one is signed in, and the buttons that end it there."""

from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import done_message, redirect_with_message, staff_page
from shared.accounts.domain.permissions import ENTER
from shared.accounts.domain.session import Session
from shared.accounts.pages.account_pages import AccountPages, accounts_of
from shared.http import Problem

PATH: Final = "/perangkat"
ENDED: Final = "Perangkat itu sudah dikeluarkan."
ALL_ENDED: Final = "Semua perangkat lain sudah dikeluarkan."


def routes(front: AccountPages, access: Access) -> APIRouter:
    router = APIRouter(prefix=front.at(PATH))
    Anybody = Annotated[SignedIn, Depends(access.page(ENTER))]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def listed(user: Anybody, request: Request) -> HTMLResponse:
        here = await _here(front, request)
        found = await accounts_of(front).sessions.of_account(here.account, datetime.now(UTC))
        return staff_page(
            front,
            user,
            "staf-perangkat.html",
            sessions=found,
            here=here,
            passkeys=accounts_of(front).passkeys is not None and user.actor == here.account,
            done=done_message(front, request),
        )

    @router.post("")
    async def end(_: Anybody, request: Request) -> Response:
        here, named = await _here(front, request), str((await request.form()).get("perangkat", ""))
        if not named:
            await accounts_of(front).sessions.end_all(here.account, but=here.id)
            return redirect_with_message(front, front.at(PATH), ALL_ENDED)
        try:
            await accounts_of(front).sessions.end(here.account, bytes.fromhex(named))
        except ValueError:
            raise Problem(404, "not_found", "Perangkat ini tidak dikenal.") from None
        return redirect_with_message(front, front.at(PATH), ENDED)

    return router


async def _here(front: AccountPages, request: Request) -> Session:
    """The session of the browser that asks. Raises `Problem` 303 where it just ended."""
    session = await accounts_of(front).access.session(request)
    if session is None:
        raise accounts_of(front).access.signed_out()
    return session
