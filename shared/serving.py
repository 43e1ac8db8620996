"""Serving a service's two sides: the public's port, and that of those who watch over it."""

import asyncio
import errno
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared.doors import HEADERS

HEADER_SECONDS: Final = 10.0
HEADER_BYTES: Final = 65_536
FRAMING_BYTES: Final = 1_000_000  # of a request besides its body: sizes of chunks, and what follows them
CONNECTIONS: Final = 2_000


def _last(status: str) -> bytes:
    """The answer to what is no request, after which the connection is closed."""
    headers = {"Connection": "close", "Content-Length": "0"} | HEADERS
    lines = [f"HTTP/1.1 {status}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode()


BAD_REQUEST: Final = _last("400 Bad Request")
TOO_LARGE: Final = _last("431 Request Header Fields Too Large")


class PortTaken(Exception):
    """The text names the address, and the setting that chose it."""


class PatientProtocol(HttpToolsProtocol):
    """Closes a connection whose headers do not end in time or take too much, and one too many."""

    _late: asyncio.TimerHandle | None = None
    _beside = 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if len(self.connections) > CONNECTIONS:
            transport.abort()
            return
        self._expect()

    def data_received(self, data: bytes) -> None:
        self._beside += len(data)
        super().data_received(data)
        most = FRAMING_BYTES if self._late is None else HEADER_BYTES  # the library keeps it all
        if self._beside > most and not self.transport.is_closing():
            self.transport.write(TOO_LARGE)
            self.transport.close()

    def send_400_response(self, msg: str) -> None:
        self.transport.write(BAD_REQUEST)
        self.transport.close()

    def on_body(self, body: bytes) -> None:
        self._beside -= len(body)
        super().on_body(body)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._beside = 0
        if self._late is None:
            self._expect()

    def on_headers_complete(self) -> None:
        self._relax()
        super().on_headers_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._relax()
        super().connection_lost(exc)

    def _expect(self) -> None:
        self._late = self.loop.call_later(HEADER_SECONDS, self.transport.close)

    def _relax(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None


@dataclass(frozen=True, slots=True)
class HttpSides:
    """A service's two applications."""

    public: FastAPI
    management: ASGIApp


@dataclass(frozen=True, slots=True)
class Listening:
    """Ports that are ours before anything else of the service starts; nobody is listened to yet, so that
    a proxy asks another instance meanwhile."""

    public: socket.socket
    management: socket.socket


@contextmanager
def listening(host: str, port: int, management: int) -> Iterator[Listening]:
    """Raises `PortTaken`."""
    with (
        _bound(host, port, "SIMPUL_HTTP_PORT") as public,
        _bound(host, management, "SIMPUL_MANAGEMENT_PORT") as other,
    ):
        yield Listening(public, other)


def _bound(host: str, port: int, setting: str) -> socket.socket:
    found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
    except OSError as error:
        found.close()
        if error.errno not in (errno.EADDRINUSE, errno.EACCES):
            raise
        taken = "is taken" if error.errno == errno.EADDRINUSE else "may not be used"
        raise PortTaken(f"port {port} of {host} {taken}; {setting} names another") from None
    return found


async def serve(
    sides: HttpSides, sockets: Listening, proxies: str = "", end: asyncio.Event | None = None
) -> None:
    """Serve until SIGTERM, SIGINT or `end`. Told a second time once this has returned, the process dies.

    `proxies`: addresses and networks, separated by commas, whose word on whose request it is is taken;
    anybody else can write X-Forwarded-For, and is the connection's own address.
    """
    servers = [_server(sides.public, proxies), _server(sides.management, "", lifespan="off")]

    def stop() -> None:
        for server in servers:
            server.should_exit = True

    async def ending() -> None:
        await (end or asyncio.Event()).wait()
        stop()

    # the library raises a signal again once it is done: unheard, the process would end there, before all that
    # stands around this could let go
    loop, signals = asyncio.get_running_loop(), (signal.SIGINT, signal.SIGTERM)
    for one in signals:
        loop.add_signal_handler(one, stop)
    waiting = asyncio.create_task(ending())
    watching = asyncio.create_task(servers[1].serve([sockets.management]))
    try:
        await servers[0].serve([sockets.public])
    finally:
        stop()
        waiting.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        for one in signals:
            loop.remove_signal_handler(one)


def _server(app: ASGIApp, proxies: str, lifespan: Any = "on") -> uvicorn.Server:
    config = uvicorn.Config(
        app,
        http=PatientProtocol,
        ws="none",
        log_config=None,
        access_log=False,
        lifespan=lifespan,
        timeout_graceful_shutdown=10,
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
    )
    return uvicorn.Server(config)
