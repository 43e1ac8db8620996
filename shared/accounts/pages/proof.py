"""Proving anew who one is, as one signs in, before people's data is taken along; and back to that."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from shared.accounts.access import Access, SignedIn
from shared.accounts.credentials import Accepted, Refused
from shared.accounts.desk_pages import staff_page
from shared.accounts.domain.account import Account
from shared.accounts.domain.permissions import ENTER
from shared.accounts.domain.session import Session
from shared.accounts.pages.account_pages import AccountPages, accounts_of, now
from shared.accounts.pages.openid import to_provider
from shared.accounts.pages.passkey_page import passkeys_of, with_script
from shared.accounts.pages.proved import local, proved_page
from shared.accounts.staff_access import PROOF
from shared.http import Problem

PASSKEY: Final = f"{PROOF}/kunci-sandi"
NOT_SOMEBODY: Final = "Token bersama tidak perlu dibuktikan lagi. Masuklah dengan akun sendiri."
WRONG: Final = "Kata sandi atau kodenya tidak cocok. Periksa keduanya, lalu coba lagi"
WRONG_PASSKEY: Final = (
    "Kunci sandi ini bukan milik akun Anda, atau halamannya sudah lewat 10 menit. Coba sekali lagi."
)


def routes(front: AccountPages, access: Access) -> APIRouter:
    router = APIRouter(prefix=front.at(PROOF))
    Anybody = Annotated[SignedIn, Depends(access.page(ENTER))]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def asked(user: Anybody, lanjut: str = "") -> HTMLResponse:
        return await _form(front, user, local(front, lanjut))

    @router.post("", response_class=HTMLResponse)
    async def prove(user: Anybody, request: Request) -> Response:
        desk, sent, account = accounts_of(front), await request.form(), await _account(front, user)
        onward, password, code = (str(sent.get(one, "")) for one in ("lanjut", "kata-sandi", "kode"))
        browser = desk.browser.of(request)
        with desk.sign_ins.turn(request, "proof"):
            found = await desk.credentials.check(account.email, password, code, browser, now())
            if isinstance(found, Refused) and found.wait is not None:
                raise desk.sign_ins.too_often("proof", found.wait.total_seconds())
            if isinstance(found, Refused):
                desk.sign_ins.refused(request, "proof", account.id)
        if isinstance(found, Refused):
            return await _form(front, user, local(front, onward), {"kata-sandi": WRONG})
        return await _proved(front, request, local(front, onward), found)

    @router.get("/oidc")
    async def elsewhere(user: Anybody, request: Request, lanjut: str = "") -> Response:
        account, session = await _account(front, user), await _session(front, request)
        kept = {"session": session.id.hex(), "account": account.id, "onward": local(front, lanjut)}
        return await to_provider(front, request, kept, anew=True)

    @router.get("/kunci-sandi", response_class=HTMLResponse)
    async def offered(user: Anybody, lanjut: str = "") -> HTMLResponse:
        return await _passkey_form(front, user, local(front, lanjut))

    @router.post("/kunci-sandi", response_class=HTMLResponse)
    async def answered(user: Anybody, request: Request) -> Response:
        desk, sent, account = accounts_of(front), await request.form(), await _account(front, user)
        desk.sign_ins.require_turn(request, "proof")
        onward, challenge, answer = (str(sent.get(one, "")) for one in ("lanjut", "tantangan", "jawaban"))
        if await passkeys_of(front).check(challenge, answer, now()) != account.id:
            await desk.credentials.failed(account.id)
            desk.sign_ins.refused(request, "proof", account.id)
            return await _passkey_form(front, user, local(front, onward), 422, WRONG_PASSKEY)
        found = await desk.credentials.accepted(account.id)
        return await _proved(front, request, local(front, onward), found)

    return router


async def _form(
    front: AccountPages, user: SignedIn, onward: str, errors: dict[str, str] | None = None
) -> HTMLResponse:
    desk, account = accounts_of(front), await _account(front, user)
    return staff_page(
        front,
        user,
        "staf-buktikan.html",
        422 if errors else 200,
        account=account,
        ways=await desk.accounts.ways(account.id),
        provider=desk.provider and desk.provider.name,
        path=front.at(PROOF),
        onward=onward,
        values={"kata-sandi": "", "kode": ""},
        errors=errors or {},
    )


async def _passkey_form(
    front: AccountPages, user: SignedIn, onward: str, status: int = 200, told: str = ""
) -> HTMLResponse:
    offer = await passkeys_of(front).sign_in(now())
    page = staff_page(
        front,
        user,
        "staf-buktikan-kunci-sandi.html",
        status,
        offer=offer,
        proof=front.at(PROOF),
        path=front.at(PASSKEY),
        onward=onward,
        told=told,
    )
    return with_script(page)


async def _proved(front: AccountPages, request: Request, onward: str, found: Accepted) -> HTMLResponse:
    session = await _session(front, request)
    await accounts_of(front).sessions.prove(found.account, session.id, now())
    return proved_page(front, onward, found)


async def _session(front: AccountPages, request: Request) -> Session:
    """Raises `Problem` 303 where it just ended."""
    session = await accounts_of(front).access.session(request)
    if session is None:
        raise accounts_of(front).access.signed_out()
    return session


async def _account(front: AccountPages, user: SignedIn) -> Account:
    """Raises `Problem` 404 for the one token, which is nobody."""
    account = await accounts_of(front).accounts.one(user.actor)
    if account is None:
        raise Problem(404, "not_found", NOT_SOMEBODY)
    return account
