"""What the pages of whoever signed in share: their forms, and what was done, said where it leads."""

import secrets
from typing import Any, Protocol
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse

from shared.accounts.access import SignedIn
from shared.pages.done_sentences import DoneSentences


class Front(Protocol):
    """Makes a service's pages."""

    @property
    def done_sentences(self) -> DoneSentences: ...

    def page(
        self, look: str, status: int = 200, headers: dict[str, str] | None = None, **values: Any
    ) -> HTMLResponse: ...


def staff_page(
    front: Front, user: SignedIn, look: str, status: int = 200, again: bool = False, **values: Any
) -> HTMLResponse:
    """`again`: the form that was sent is shown again, and stays the same command."""
    nonce = (again and user.nonce) or secrets.token_urlsafe(12)
    return front.page(look, status, user=user, csrf=user.csrf, nonce=nonce, **values)


def redirect_with_message(front: Front, path: str, sentence: str, **query: Any) -> RedirectResponse:
    """To a page of staff, which says what was done. What it says is signed: no link makes it lie."""
    told = {"selesai": front.done_sentences.sign(path, sentence)}
    return RedirectResponse(f"{path}?{urlencode(query | told)}", 303)


def done_message(front: Front, request: Request) -> str:
    """What was done, at the page where `redirect_with_message` leads."""
    return front.done_sentences.read(request.query_params.get("selesai", ""), request.url.path)
