"""Leaving an activity by the link in a mail: a page that asks, and a button that does it."""

from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.gatherings_desk import activity_of, gatherings
from services.registration.web.front import WAIT_SECONDS, OfficePages, now
from services.registration.web.tokens import OutcomeTicket
from shared.contracts.commands import CancelRegistration, Command
from shared.http import Problem
from shared.kafka.connection import KafkaUnavailable
from shared.links import LinkUnknown

NOT_OURS: Final = (
    "Tautan pembatalan ini tidak kami kenali. "
    "Buka lagi dari email Anda, dan pastikan alamatnya tidak terpotong."
)
AGAIN: Final = (
    "Pembatalan belum pasti kami terima. Muat ulang halaman ini; mengulang tidak menimbulkan masalah."
)


def routes(front: OfficePages) -> APIRouter:
    router = APIRouter()

    @router.get("/batal/{token}", response_class=HTMLResponse)
    async def question(token: str) -> HTMLResponse:
        registration, state = await registered(front, token)
        standing = await gatherings(front).views.status_of(registration)
        return front.page(
            "batal.html",
            activity=state.described,
            standing="gone" if state.cancelled else standing,
            over=state.over(now()),
            token=token,
        )

    @router.post("/batal/{token}", response_class=HTMLResponse)
    async def cancel(token: str, request: Request) -> Response:
        registration, state = await registered(front, token)
        command = CancelRegistration(registration=registration)
        identifier = front.desk.command_client.digests.form("batal", registration)
        return await submit_by_link(front, command, state.described.id, identifier, AGAIN)

    return router


async def submit_by_link(
    front: OfficePages, command: Command, activity: str, identifier: str, again: str
) -> RedirectResponse:
    """To its outcome, of what the public asks by the link of a mail. `again`: said where Kafka does not
    answer. Raises `Problem` 503."""
    client, source = front.desk.command_client, front.desk.source("public")
    try:
        await client.ask(command, activity, source, identifier, WAIT_SECONDS, known=True)
    except KafkaUnavailable:
        raise Problem(503, "unavailable", again, {"Retry-After": "5"}) from None
    asked = OutcomeTicket(client.digests.command(activity, source, identifier), activity)
    return RedirectResponse(f"/hasil/{front.desk.tokens.of_outcome(asked)}", 303)


async def registered(front: OfficePages, token: str) -> tuple[str, ActivityState]:
    """The registration of a link, and its activity. Raises `Problem` 404."""
    try:
        registration = front.links.registration(token)
    except LinkUnknown:
        raise Problem(404, "link_unknown", NOT_OURS) from None
    activity = await gatherings(front).views.activity_of(registration)
    if activity is None:
        raise Problem(404, "link_unknown", NOT_OURS)
    return registration, await activity_of(front, activity)
