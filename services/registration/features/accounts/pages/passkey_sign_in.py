"""Signing in with a passkey, instead of password and code."""

from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, HTMLResponse

from services.registration.features.accounts.accounts_desk import accounts_of
from services.registration.features.accounts.credentials import Refused
from services.registration.features.accounts.domain.session import Proof
from services.registration.features.accounts.pages.passkey_page import SCRIPT, passkeys_of, with_script
from services.registration.features.accounts.pages.sign_in import begun, welcome
from services.registration.features.accounts.staff_access import SIGN_IN
from services.registration.web.front import OfficePages, now

PATH: Final = f"{SIGN_IN}/kunci-sandi"
REFUSED: Final = (
    "Kunci sandi ini tidak dikenal, atau halamannya sudah lewat 10 menit. "
    "Coba sekali lagi, atau masuk dengan cara lain."
)


def routes(front: OfficePages) -> APIRouter:
    router = APIRouter()

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


async def _page(front: OfficePages, status: int = 200, told: str = "") -> HTMLResponse:
    offer = await passkeys_of(front).sign_in(now())
    return with_script(front.page("staf-masuk-kunci-sandi.html", status, path=PATH, offer=offer, told=told))
