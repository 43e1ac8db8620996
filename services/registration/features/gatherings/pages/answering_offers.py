"""Answering an offer by the link in a mail: a page that says until when, and two buttons."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.registration.features.gatherings.gatherings_desk import gatherings
from services.registration.features.gatherings.pages.cancelling import registered
from services.registration.web.front import WAIT_SECONDS, OfficePages, now
from services.registration.web.tokens import OutcomeTicket
from shared.contracts.commands import AcceptOffer, DeclineOffer
from shared.http import Problem
from shared.kafka.connection import KafkaUnavailable

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
        client, source, activity = front.desk.command_client, front.desk.source("public"), state.described.id
        command = (AcceptOffer if jawaban == "ambil" else DeclineOffer)(registration=registration)
        identifier = client.digests.form(command.type, registration)
        try:
            await client.ask(command, activity, source, identifier, WAIT_SECONDS, known=True)
        except KafkaUnavailable:
            raise Problem(503, "unavailable", AGAIN, {"Retry-After": "5"}) from None
        asked = OutcomeTicket(client.digests.command(activity, source, identifier), activity)
        return RedirectResponse(f"/hasil/{front.desk.tokens.of_outcome(asked)}", 303)

    return router
