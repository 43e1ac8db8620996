"""The run's mail server: a mailbox that can be told to be as bad as mail servers are.

    python -m proof.smtp_sink --smtp PORT --http PORT --seed N

`GET /api/v1/messages` tells by what each kept mail is known, also those whose sender never heard of it;
`PUT /mood {"name": …, "share": 0.5}` has that share of what comes treated so, `as-ever` ends it.
"""

import argparse
import asyncio
import random
import time
from dataclasses import dataclass, field
from email import policy
from email.parser import BytesHeaderParser
from functools import partial
from typing import Any, Literal, cast

import uvicorn
from aiosmtpd.smtp import SMTP, Envelope, Session
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from pydantic import BaseModel

Name = Literal[
    "as-ever", "421", "450", "452", "550", "greylist", "stall", "drop-kept", "drop-lost", "one-connection"
]
STALL_SECONDS = 5.0  # beyond what the services wait for
GREYLIST_SECONDS = 2.0
NAMES = ("X-Simpul-Delivery", "Message-ID")


class Mood(BaseModel):
    name: Name = "as-ever"
    share: float = 1.0


@dataclass(frozen=True)
class Kept:
    """The head of a mail, the addresses that it was brought for, and when the server had the whole of it, in
    seconds since 1970."""

    head: bytes
    to: list[str]
    received: float

    @property
    def as_json(self) -> dict[str, Any]:
        headers = BytesHeaderParser(policy=policy.default).parsebytes(self.head)
        named = {name: str(headers[name] or "") for name in NAMES}
        return {"headers": named, "to": self.to, "received": self.received}


@dataclass
class Sink:
    """`seen`: since when a recipient is known to greylisting; `open`: connections there are now."""

    dice: random.Random
    mood: Mood = field(default_factory=Mood)
    kept: list[Kept] = field(default_factory=list)
    seen: dict[str, float] = field(default_factory=dict)
    open: int = 0

    def struck(self, *names: Name) -> bool:
        return self.mood.name in names and self.dice.random() < self.mood.share

    async def handle_EHLO(  # noqa: N802 aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, name: str, offered: list[str]
    ) -> list[str]:
        session.host_name = name
        return [offered[0], "250-PIPELINING", *offered[1:]]

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.struck("stall"):
            await asyncio.sleep(STALL_SECONDS)
        if self.struck("450", "452", "550"):
            return f"{self.mood.name} as told"
        if self.struck("greylist"):
            now = asyncio.get_running_loop().time()
            if now < self.seen.setdefault(address, now) + GREYLIST_SECONDS:
                return "450 4.2.0 greylisted"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        dropped = self.struck("drop-kept", "drop-lost")
        if not dropped or self.mood.name == "drop-kept":
            head, _, _ = cast(bytes, envelope.content).partition(b"\r\n\r\n")
            self.kept.append(Kept(head, list(envelope.rcpt_tos), time.time()))
        if dropped:
            cast(asyncio.Transport, server.transport).abort()
        return "250 OK"


class Connection(SMTP):
    """Greets as the sink's mood says."""

    def __init__(self, sink: Sink) -> None:
        super().__init__(sink, enable_SMTPUTF8=True, hostname="mailbox.example")
        self._sink = sink

    def connection_made(self, transport: Any) -> None:
        self._sink.open += 1
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._sink.open -= 1
        super().connection_lost(error)

    async def push(self, status: Any) -> None:
        if str(status).startswith("220 ") and (
            self._sink.struck("421") or (self._sink.struck("one-connection") and self._sink.open > 1)
        ):
            await super().push("421 too busy")
            cast(asyncio.Transport, self.transport).close()
            return
        await super().push(status)


def build_app(sink: Sink) -> FastAPI:
    app = FastAPI(title="Mail server of the proof")

    @app.get("/api/v1/messages")
    def messages() -> JSONResponse:
        return JSONResponse([mail.as_json for mail in sink.kept])

    @app.put("/mood", status_code=204)
    async def change(mood: Mood) -> None:
        sink.mood = mood

    return app


async def serve(smtp: int, http: int, seed: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    sink = Sink(random.Random(seed))
    server = await asyncio.get_running_loop().create_server(partial(Connection, sink), "127.0.0.1", smtp)
    config = uvicorn.Config(
        build_app(sink), host="127.0.0.1", port=http, log_level="warning", access_log=False
    )
    async with server:
        await uvicorn.Server(config).serve()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("smtp", "http", "seed"):
        parser.add_argument(f"--{name}", type=int, required=True)
    options = parser.parse_args()
    asyncio.run(serve(options.smtp, options.http, options.seed))


if __name__ == "__main__":
    main()
