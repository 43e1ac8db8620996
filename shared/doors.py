"""The door of a service's HTTP side: what is asked of every request, and what every answer carries."""

import asyncio
import logging
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.http import Problem

log = logging.getLogger(__name__)

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
ANY_HOST: Final = frozenset({"/health/live"})
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
BODY_SECONDS: Final = 20.0
SHEET_SECONDS: Final = 120.0  # of a body that may be LARGE
LARGE: Final = 1_000_000  # bytes
# A page loads nothing, is framed by nobody, sends its forms here only, and tells no other site its address.
# (Under `no-referrer` browsers would send the forms with `Origin: null`, as a foreign page's.)
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
UTF8: Final = ("utf-8", "utf8")
_CHARSET: Final = re.compile(r"""charset[\s*]*=\s*"?([^";\s]*)""")
HSTS: Final = {"Strict-Transport-Security": "max-age=31536000"}
_HOST: Final = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::[0-9]{0,5})?")
Shown = Callable[[str, Problem], Response]
"""How a problem is answered at a path."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a service is reached. `any_host`: it answers whatever name it is asked by."""

    scheme: str
    host: str
    any_host: bool = False
    origin: str = field(default="")

    @classmethod
    def of(cls, public_url: str, any_host: bool = False) -> "Address":
        parts = urlsplit(public_url)
        return cls(parts.scheme, parts.hostname or "", any_host, f"{parts.scheme}://{parts.netloc}")

    @property
    def is_loopback(self) -> bool:
        return self.host in LOOPBACK

    def is_named(self, host: str) -> bool:
        """Whether a request with this `Host` is for us; on one's own machine by each of its names."""
        named = _HOST.fullmatch(host)
        name = named[1].strip("[]").lower() if named else None
        return self.any_host or name == self.host or (self.is_loopback and name in LOOPBACK)

    def is_own(self, origin: str, host: str) -> bool:
        """Whether a page of this origin is ours: `Host` was looked at before."""
        return origin == self.origin or (not self.any_host and origin == f"{self.scheme}://{host}")


class RequestGuard:
    """ASGI middleware around a whole service. Only whole requests in clear, for our name and from our own
    pages come in; a body over the limit of its path is answered before anything reads it; HEAD is answered
    as GET without its body; and whatever fails within is a problem whose id stands in the log."""

    def __init__(
        self,
        app: ASGIApp,
        address: Address,
        limit: Callable[[str], int],
        shown: Shown = lambda _, problem: problem.response(),
    ) -> None:
        self._app, self._address, self._limit, self._shown = app, address, limit, shown
        headers = HEADERS | (HSTS if address.scheme == "https" else {})
        self._headers = [(name.lower().encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, head = False, scope["method"] == "HEAD"

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                there = {name.lower() for name, _ in message["headers"]}
                more = [one for one in self._headers if one[0] not in there]
                message = {**message, "headers": [*message["headers"], *more]}
            elif head:
                message = {**message, "body": b""}
            await send(message)

        try:
            await self._enter({**scope, "method": "GET"} if head else scope, receive, answer)
        except Exception as error:
            if started:
                raise
            await self._shown(scope["path"], broken(error))(scope, receive, answer)

    async def _enter(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self._require_ours(scope)
            receive = await self._whole(scope, receive)
        except Problem as problem:
            await self._shown(scope["path"], problem)(scope, receive, send)
            return
        except _Gone:
            return
        await self._app(scope, receive, send)

    def _require_ours(self, scope: Scope) -> None:
        """Raises `Problem` 403, 415 or 421."""
        headers = dict(scope["headers"])
        host, origin = headers.get(b"host", b"").decode("latin-1"), headers.get(b"origin")
        if scope["path"] not in ANY_HOST and not self._address.is_named(host):
            raise Problem(421, "foreign_host", "Layanan ini tidak dikenal dengan nama itu.")
        ours = origin is None or self._address.is_own(origin.decode("latin-1"), host)
        if not ours and scope["method"] not in SAFE:
            told = "Formulir ini dikirim dari situs lain. Buka lagi dari halaman kami."
            raise Problem(403, "foreign_origin", told)
        if (coding := headers.get(b"content-encoding", b"identity").decode("latin-1").strip()) != "identity":
            told = f"Kirim isinya tanpa dimampatkan (Content-Encoding: {coding[:20]})."
            raise Problem(415, "unsupported_encoding", told, {"Accept-Encoding": "identity"})
        if not in_utf8(headers.get(b"content-type", b"").decode("latin-1")):
            raise Problem(415, "unsupported_encoding", "Kirim formulirnya dalam UTF-8.")

    async def _whole(self, scope: Scope, receive: Receive) -> Receive:
        """What gives the request's body at once. Raises `Problem` 408 or 413, and `_Gone`."""
        limit, body, more = self._limit(scope["path"]), bytearray(), True
        try:
            async with asyncio.timeout(SHEET_SECONDS if limit >= LARGE else BODY_SECONDS):
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise _Gone
                    body += message.get("body", b"")
                    more = message.get("more_body", False)
                    if len(body) > limit:
                        raise Problem(413, "too_large", f"Kiriman melebihi {limit // 1000} kB.")
        except TimeoutError:
            told = "Kiriman tidak selesai pada waktunya. Kirim sekali lagi."
            raise Problem(408, "too_slow", told, {"Connection": "close"}) from None
        first: list[Any] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

        async def replay() -> Any:
            return first.pop() if first else await receive()

        return replay


def in_utf8(content_type: str) -> bool:
    """Whether a form with parts is in our letters: it may name any codec, also one that makes no text."""
    told = content_type.lower()
    return "multipart/form-data" not in told or all(one in UTF8 for one in _CHARSET.findall(told))


class _Gone(Exception):
    """Whoever asked closed the connection."""


def broken(error: Exception) -> Problem:
    """A failure of ours, told with an id that stands in the log beside it."""
    failure = secrets.token_hex(6)
    log.error("a request failed", exc_info=error, extra={"failure": failure})
    told = f"Permintaan gagal diproses. Bila terulang, sebutkan kode {failure} kepada petugas."
    return Problem(500, "failed", told, id=failure)
