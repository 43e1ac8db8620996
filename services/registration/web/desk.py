"""What the pages of staff share: their forms, and asking a command from one."""

import secrets
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from services.registration.kernel.acceptable import Unacceptable
from services.registration.kernel.command_client import pending, unacceptable
from services.registration.kernel.received_commands import canonical
from services.registration.web.access import SignedIn
from services.registration.web.front import WAIT_SECONDS, OfficePages
from shared.contracts.commands import Command
from shared.contracts.outcomes import Outcome
from shared.http import Problem
from shared.kafka.connection import KafkaUnavailable
from shared.words import number

AGAIN = (
    "Belum pasti kami terima. Kembali ke halaman sebelumnya, lalu kirim sekali lagi: tidak ada yang ganda."
)


def staff_page(
    front: OfficePages, user: SignedIn, look: str, status: int = 200, again: bool = False, **values: Any
) -> HTMLResponse:
    """`again`: the form that was sent is shown again, and stays the same command."""
    nonce = (again and user.nonce) or secrets.token_urlsafe(12)
    return front.page(look, status, user=user, csrf=user.csrf, nonce=nonce, **values)


def redirect_with_message(front: OfficePages, path: str, sentence: str, **query: Any) -> RedirectResponse:
    """To a page of staff, which says what was done. What it says is signed: no link makes it lie."""
    told = {"selesai": front.desk.done_sentences.sign(path, sentence)}
    return RedirectResponse(f"{path}?{urlencode(query | told)}", 303)


def done_message(front: OfficePages, request: Request) -> str:
    """What was done, at the page where `redirect_with_message` leads."""
    return front.desk.done_sentences.read(request.query_params.get("selesai", ""), request.url.path)


def promoted_sentence(people: int) -> str:
    return f"{number(people)} orang naik dari daftar tunggu dan menerima email" if people else ""


async def submit_command(
    front: OfficePages, command: Command, key: str, user: SignedIn, wait: float = WAIT_SECONDS
) -> Outcome:
    """The same form with the same content is the same command. Raises `Problem` 503."""
    command_client, source = front.desk.command_client, front.desk.source("staff")
    content = canonical(command.model_dump(mode="json", exclude_unset=True))
    identifier = command_client.digests.form(user.nonce, f"{command.type} {content}")
    try:
        outcome = await command_client.ask(
            command, key, source, identifier, wait, known=True, actor=user.actor
        )
    except Unacceptable as refused:
        return unacceptable(source, identifier, refused.found[0])
    except KafkaUnavailable:
        raise Problem(503, "unavailable", AGAIN, {"Retry-After": "5"}) from None
    return outcome or pending(source, identifier)
