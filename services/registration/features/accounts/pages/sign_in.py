"""The door of the desk: signing in with an account, or with the office's token, and signing out."""

import secrets
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.registration.features.accounts.accounts_desk import accounts_of
from services.registration.features.accounts.credentials import Accepted
from services.registration.features.accounts.domain.session import LONGEST, Proof, day_ends, device
from services.registration.features.accounts.sign_in_notices import DEVICE_SECONDS
from services.registration.features.accounts.staff_access import SIGN_IN
from services.registration.kernel.actions import Action
from services.registration.web.access import Access, SignedIn
from services.registration.web.desk import done_message, redirect_with_message
from services.registration.web.front import OfficePages, now
from shared.contracts.types import ZONES
from shared.http import token_is_right
from shared.words import number

MISSING: Final = "Tulis token petugas"
WRONG: Final = "Token ini salah. Salin lagi seluruhnya dari tempat penyimpanannya"
REFUSED: Final = "Email, kata sandi, atau kodenya tidak cocok. Periksa ketiganya, lalu coba lagi"
SIGNED_OUT: Final = "Anda sudah keluar."
FAILED_BEFORE: Final = (
    "{} percobaan masuk ke akun Anda gagal sejak Anda terakhir masuk. Bukan Anda? Beri tahu admin balai."
)
TYPED: Final = ("email", "kata-sandi", "kode")


def door(front: OfficePages) -> APIRouter:
    """For whoever is not signed in."""
    router = APIRouter()

    @router.get(SIGN_IN, response_class=HTMLResponse)
    async def form(request: Request) -> HTMLResponse:
        return _form(front, said=done_message(front, request))

    @router.post(SIGN_IN, response_class=HTMLResponse)
    async def sign_in(request: Request) -> Response:
        accounts_of(front).sign_ins.require_turn(request, "page")
        async with request.form(max_files=0, max_fields=8) as sent:
            typed = {name: str(sent.get(name, "")) for name in (*TYPED, "sandi")}
        if typed["email"] or typed["kata-sandi"]:
            return await _with_account(front, request, typed)
        return await _with_token(front, request, typed["sandi"])

    return router


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter()
    Anybody = Annotated[SignedIn, Depends(access.page(Action.ENTER))]  # noqa: N806

    @router.post("/staf/keluar")
    async def sign_out(_: Anybody, request: Request) -> Response:
        desk, answer = accounts_of(front), redirect_with_message(front, SIGN_IN, SIGNED_OUT)
        if session := await desk.access.session(request):
            await desk.sessions.end(session.account, session.id)
        desk.access.cookie.end(answer)
        return answer

    return router


async def _with_account(front: OfficePages, request: Request, typed: dict[str, str]) -> Response:
    desk = accounts_of(front)
    at = now()
    found = await desk.credentials.check(typed["email"], typed["kata-sandi"], typed["kode"], at)
    if isinstance(found, Accepted):
        return await begun(front, request, found.account, welcome(front, found), Proof(at))
    if found.wait is not None:
        raise desk.sign_ins.too_often("page", found.wait.total_seconds())
    desk.sign_ins.refused(request, "page", found.account)
    return _form(front, 422, typed["email"][:254], {"email": REFUSED})


async def _with_token(front: OfficePages, request: Request, token: str) -> Response:
    desk = accounts_of(front)
    if token_is_right(token, desk.access.token_hash):
        return await begun(
            front, request, desk.access.office_account, RedirectResponse("/staf", 303), Proof(None)
        )
    if not token:
        return _form(front, 422, errors={"sandi": MISSING})
    desk.sign_ins.refused(request, "page")
    return _form(front, 422, errors={"sandi": WRONG})


def _form(
    front: OfficePages,
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


def welcome(front: OfficePages, found: Accepted) -> RedirectResponse:
    """To the desk, which tells of failures before."""
    told = failed_before(found)
    return redirect_with_message(front, "/staf", told) if told else RedirectResponse("/staf", 303)


def failed_before(found: Accepted) -> str:
    return FAILED_BEFORE.format(number(found.failures)) if found.failures else ""


async def begun(
    front: OfficePages, request: Request, account: str, answer: Response, proof: Proof
) -> Response:
    """The answer with a session of this account; the one that the browser had before ends."""
    desk = accounts_of(front)
    if before := await desk.access.session(request):
        await desk.sessions.end(before.account, before.id)
    here, at = device(request.headers.get("user-agent", "")), now()
    person = await desk.accounts.one(account)
    at_door = person is not None and person.with_roles(proof.roles).is_at_door(at)
    stays = day_ends(at, ZoneInfo(ZONES[front.office.zone])) if at_door else None
    browser = desk.browser.of(request) or secrets.token_urlsafe(32)
    cookie = await desk.starts.begin(account, browser, here, at, proof, stays)
    desk.access.cookie.set(answer, cookie, int(LONGEST.total_seconds()))
    desk.browser.set(answer, browser, DEVICE_SECONDS)
    desk.sign_ins.accepted()
    return answer
