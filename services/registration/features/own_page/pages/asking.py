"""Asking for the link to one's own page: the same answer for every address."""

from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse
from pydantic import TypeAdapter, ValidationError

from services.registration.features.gatherings.gatherings_desk import gatherings
from services.registration.features.own_page.own_page_desk import own_page
from services.registration.features.people.naming import fault_of_email
from services.registration.web.front import OfficePages
from shared.contracts.types import Email

EMAIL: Final = TypeAdapter(Email)
TOO_OFTEN: Final = "Terlalu banyak permintaan dari jaringan ini. Coba lagi {} menit lagi."


def routes(front: OfficePages) -> APIRouter:
    router = APIRouter()

    @router.get("/saya", response_class=HTMLResponse)
    async def question() -> HTMLResponse:
        return _page(front, "")

    @router.post("/saya", response_class=HTMLResponse)
    async def ask(request: Request, email: Annotated[str, Form()] = "") -> HTMLResponse:
        typed = email.strip()[:400]
        try:
            address = EMAIL.validate_python(typed)
        except ValidationError:
            why = f"Alamat email tidak sah: {fault_of_email(typed)}" if typed else "Tulis alamat email Anda"
            return _page(front, typed, why, 422)
        client = request.client.host if request.client else ""
        if seconds := await gatherings(front).limits.admit_once("own-page", client):
            return _page(front, typed, TOO_OFTEN.format(-(-seconds // 60)), 429)
        await own_page(front).requests.ask(address, datetime.now(UTC))
        return front.page("saya-terkirim.html")

    return router


def _page(front: OfficePages, typed: str, error: str = "", status: int = 200) -> HTMLResponse:
    errors = {"email": error} if error else {}
    return front.page("saya-minta.html", status, values={"email": typed}, errors=errors)
