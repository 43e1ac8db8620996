"""Signing in with a passkey, instead of password and code."""

from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, HTMLResponse

from shared.accounts.credentials import Refused
from shared.accounts.domain.session import Proof
from shared.accounts.pages.account_pages import AccountPages, accounts_of, now
from shared.accounts.pages.passkey_page import SCRIPT, passkeys_of, with_script
from shared.accounts.pages.sign_in import begun, welcome
from shared.accounts.staff_access import SIGN_IN

PATH: Final = f"{SIGN_IN}/kunci-sandi"
REFUSED: Final = (
    "Kunci sandi ini tidak dikenal, atau halamannya sudah lewat 10 menit. "
    "Coba sekali lagi, atau masuk dengan cara lain."
)


def routes(front: AccountPages) -> APIRouter:
    router = APIRouter(prefix=front.frame.prefix)

    @router.get(PATH, response_class=HTMLResponse)
    async def offered() -> HTMLResponse:
        return await _page(front)

    @router.get(f"{PATH}.js")
    async def script() -> FileResponse:
        return FileResponse(SCRIPT, media_type="text/javascript")

    @router.post(PATH, response_class=HTMLResponse)
    async def answered(request: Request) -> Response:
        desk, passkeys = accounts_of(front), passkeys_of(front)
        desk.sign_ins.require_turn(request, "passkey")
        async with request.form(max_files=0, max_fields=8) as sent:
            challenge, answer = (str(sent.get(one, "")) for one in ("tantangan", "jawaban"))
        at = now()
        found = await passkeys.check(challenge, answer, at)
        if isinstance(found, Refused):
            await desk.credentials.failed(found.account)
            desk.sign_ins.refused(request, "passkey", found.account)
            return await _page(front, 422, REFUSED)
        accepted = await desk.credentials.accepted(found)
        return await begun(front, request, found, welcome(front, accepted), Proof(at))

    return router


async def _page(front: AccountPages, status: int = 200, told: str = "") -> HTMLResponse:
    offer = await passkeys_of(front).sign_in(now())
    return with_script(
        front.page("staf-masuk-kunci-sandi.html", status, path=front.at(PATH), offer=offer, told=told)
    )
