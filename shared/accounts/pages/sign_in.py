"""The door: signing in with an account, or with the service's one token, and signing out."""

import secrets
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from shared.accounts.access import Access, SignedIn
from shared.accounts.credentials import Accepted
from shared.accounts.desk_pages import done_message, redirect_with_message
from shared.accounts.domain.permissions import ENTER
from shared.accounts.domain.session import LONGEST, Proof, day_ends, device
from shared.accounts.pages.account_pages import AccountPages, accounts_of, now
from shared.accounts.sign_in_notices import DEVICE_SECONDS
from shared.accounts.staff_access import SIGN_IN
from shared.contracts.types import ZONES
from shared.http import token_is_right
from shared.words import number

MISSING: Final = "Tulis token petugas"
WRONG: Final = "Token ini salah. Salin lagi seluruhnya dari tempat penyimpanannya"
REFUSED: Final = "Email, kata sandi, atau kodenya tidak cocok. Periksa ketiganya, lalu coba lagi"
SIGNED_OUT: Final = "Anda sudah keluar."
FAILED_BEFORE: Final = (
    "{} percobaan masuk ke akun Anda gagal sejak Anda terakhir masuk. Bukan Anda? Beri tahu {}."
)
TYPED: Final = ("email", "kata-sandi", "kode")


def door(front: AccountPages) -> APIRouter:
    """For whoever is not signed in."""
    router = APIRouter(prefix=front.frame.prefix)

    @router.get(SIGN_IN, response_class=HTMLResponse)
    async def form(request: Request) -> HTMLResponse:
        return _form(front, said=done_message(front, request))

    @router.post(SIGN_IN, response_class=HTMLResponse)
    async def sign_in(request: Request) -> Response:
        async with request.form(max_files=0, max_fields=8) as sent:
            typed = {name: str(sent.get(name, "")) for name in (*TYPED, "sandi")}
        with accounts_of(front).sign_ins.turn(request, "page"):
            if typed["email"] or typed["kata-sandi"]:
                return await _with_account(front, request, typed)
            return await _with_token(front, request, typed["sandi"])

    return router


def routes(front: AccountPages, access: Access) -> APIRouter:
    router = APIRouter(prefix=front.frame.prefix)
    Anybody = Annotated[SignedIn, Depends(access.page(ENTER))]  # noqa: N806

    @router.post("/keluar")
    async def sign_out(_: Anybody, request: Request) -> Response:
        desk, answer = accounts_of(front), redirect_with_message(front, front.at(SIGN_IN), SIGNED_OUT)
        if session := await desk.access.session(request):
            await desk.sessions.end(session.account, session.id)
        desk.access.cookie.end(answer)
        return answer

    return router


async def _with_account(front: AccountPages, request: Request, typed: dict[str, str]) -> Response:
    desk = accounts_of(front)
    at = now()
    browser = desk.browser.of(request)
    found = await desk.credentials.check(typed["email"], typed["kata-sandi"], typed["kode"], browser, at)
    if isinstance(found, Accepted):
        return await begun(front, request, found.account, welcome(front, found), Proof(at))
    if found.wait is not None:
        raise desk.sign_ins.too_often("page", found.wait.total_seconds())
    desk.sign_ins.refused(request, "page", found.account)
    return _form(front, 422, typed["email"][:254], {"email": REFUSED})


async def _with_token(front: AccountPages, request: Request, token: str) -> Response:
    desk = accounts_of(front)
    if token_is_right(token, desk.access.token_hash):
        answer = RedirectResponse(front.frame.home, 303)
        return await begun(front, request, desk.access.token_account, answer, Proof(None))
    if not token:
        return _form(front, 422, errors={"sandi": MISSING})
    desk.sign_ins.refused(request, "page")
    return _form(front, 422, errors={"sandi": WRONG})


def _form(
    front: AccountPages,
    status: int = 200,
    email: str = "",
    errors: dict[str, str] | None = None,
    said: str = "",
) -> HTMLResponse:
    values = {"email": email, "kata-sandi": "", "kode": "", "sandi": ""}
    desk = accounts_of(front)
    return front.page(
        "staf-masuk.html",
        status,
        values=values,
        errors=errors or {},
        done=said,
        provider=desk.provider and desk.provider.name,
        passkeys=desk.passkeys is not None,
    )


def welcome(front: AccountPages, found: Accepted) -> RedirectResponse:
    """To the desk, which tells of failures before."""
    told, home = failed_before(front, found), front.frame.home
    return redirect_with_message(front, home, told) if told else RedirectResponse(home, 303)


def failed_before(front: AccountPages, found: Accepted) -> str:
    return FAILED_BEFORE.format(number(found.failures), front.frame.admin) if found.failures else ""


async def begun(
    front: AccountPages, request: Request, account: str, answer: Response, proof: Proof
) -> Response:
    """The answer with a session of this account; the one that the browser had before ends."""
    desk = accounts_of(front)
    if before := await desk.access.session(request):
        await desk.sessions.end(before.account, before.id)
    here, at = device(request.headers.get("user-agent", "")), now()
    person = await desk.accounts.one(account)
    all_day = person is not None and person.with_roles(proof.roles).has_only(front.frame.all_day, at)
    stays = day_ends(at, ZoneInfo(ZONES[front.zone])) if all_day else None
    browser = desk.browser.of(request) or secrets.token_urlsafe(32)
    cookie = await desk.starts.begin(account, browser, here, at, proof, stays, person is not None)
    if cookie is None:
        raise desk.access.signed_out()
    desk.access.cookie.set(answer, cookie, int(LONGEST.total_seconds()))
    desk.browser.set(answer, browser, DEVICE_SECONDS)
    desk.sign_ins.accepted()
    return answer
