"""Answering an offer by the link in a mail: a page that says until when, and two buttons."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Response
from fastapi.responses import HTMLResponse

from services.registration.features.gatherings.gatherings_desk import gatherings
from services.registration.features.gatherings.pages.cancelling import registered, submit_by_link
from services.registration.web.front import OfficePages, now
from shared.contracts.commands import AcceptOffer, DeclineOffer

AGAIN: Final = "Jawaban Anda belum pasti kami terima. Kirim sekali lagi; mengulang tidak menimbulkan masalah."


def routes(front: OfficePages) -> APIRouter:
    router = APIRouter()

    @router.get("/tawaran/{token}", response_class=HTMLResponse)
    async def question(token: str) -> HTMLResponse:
        registration, state = await registered(front, token)
        until = state.offers.get(registration)
        return front.page(
            "tawaran.html",
            activity=state.described,
            standing="gone" if state.cancelled else await gatherings(front).views.status_of(registration),
            until=until if until is not None and now() < until else None,
            token=token,
        )

    @router.post("/tawaran/{token}", response_class=HTMLResponse)
    async def answer(token: str, jawaban: Annotated[str, Form()] = "") -> Response:
        """Only what says yes is one."""
        registration, state = await registered(front, token)
        command = (AcceptOffer if jawaban == "ambil" else DeclineOffer)(registration=registration)
        identifier = front.desk.command_client.digests.form(command.type, registration)
        return await submit_by_link(front, command, state.described.id, identifier, AGAIN)

    return router
