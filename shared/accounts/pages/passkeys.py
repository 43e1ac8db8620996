"""One's own passkeys: those that there are, and adding one soon after signing in."""

from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import done_message, redirect_with_message, staff_page
from shared.accounts.domain.account import Account
from shared.accounts.domain.permissions import ENTER
from shared.accounts.domain.session import device
from shared.accounts.pages.account_pages import AccountPages, accounts_of
from shared.accounts.pages.passkey_page import passkeys_of, with_script
from shared.accounts.staff_access import proof_path
from shared.http import Problem

PATH: Final = "/kunci-sandi"
NOT_SOMEBODY: Final = "Token bersama tidak punya kunci sandi. Masuklah dengan akun sendiri."
STALE: Final = (
    "Kunci sandi ditambah paling lama 15 menit sesudah Anda membuktikan diri. Buktikan dulu di bawah."
)
REFUSED: Final = (
    "Kunci sandi belum ditambah: perangkatnya tidak memastikan bahwa ini Anda, "
    "atau halamannya sudah lama. Coba sekali lagi."
)
ADDED: Final = "Kunci sandi sudah ditambah. Mulai sekarang Anda dapat masuk dengannya."
REMOVED: Final = "Kunci sandi sudah dihapus."
UNKNOWN: Final = "Kunci sandi ini tidak dikenal."


def routes(front: AccountPages, access: Access) -> APIRouter:
    router = APIRouter(prefix=front.at(PATH))
    Anybody = Annotated[SignedIn, Depends(access.page(ENTER))]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def listed(user: Anybody, request: Request) -> HTMLResponse:
        return await _listed(front, user, request)

    @router.post("", response_class=HTMLResponse)
    async def add(user: Anybody, request: Request) -> Response:
        account, sent = await _account(front, user), await request.form()
        if not await _is_fresh(front, request):
            return await _listed(front, user, request, 422, STALE)
        challenge, answer = (str(sent.get(one, "")) for one in ("tantangan", "jawaban"))
        here = device(request.headers.get("user-agent", ""))
        if await passkeys_of(front).add(account.id, challenge, answer, here, datetime.now(UTC)):
            return redirect_with_message(front, front.at(PATH), ADDED)
        return await _listed(front, user, request, 422, REFUSED)

    @router.post("/hapus")
    async def remove(user: Anybody, request: Request) -> Response:
        account, named = await _account(front, user), str((await request.form()).get("hapus", ""))
        try:
            there = await passkeys_of(front).remove(account.id, bytes.fromhex(named))
        except ValueError:
            there = False
        if not there:
            raise Problem(404, "not_found", UNKNOWN)
        return redirect_with_message(front, front.at(PATH), REMOVED)

    return router


async def _listed(
    front: AccountPages, user: SignedIn, request: Request, status: int = 200, told: str = ""
) -> HTMLResponse:
    passkeys, account, now = passkeys_of(front), await _account(front, user), datetime.now(UTC)
    fresh = await _is_fresh(front, request)
    page = staff_page(
        front,
        user,
        "staf-kunci-sandi.html",
        status,
        passkeys=await passkeys.of(account.id),
        offer=await passkeys.registration(account, front.name, now) if fresh else None,
        proof=proof_path(front.frame, front.at(PATH)),
        path=front.at(PATH),
        told=told,
        done=done_message(front, request),
    )
    return with_script(page)


async def _is_fresh(front: AccountPages, request: Request) -> bool:
    session = await accounts_of(front).access.session(request)
    return session is not None and session.is_proved(datetime.now(UTC))


async def _account(front: AccountPages, user: SignedIn) -> Account:
    """Raises `Problem` 404 for the one token, which is nobody's account."""
    account = await accounts_of(front).accounts.one(user.actor)
    if account is None:
        raise Problem(404, "not_found", NOT_SOMEBODY)
    return account
