"""A mail server that answers as a test scripts it, and keeps what it took."""

import asyncio
from collections import defaultdict
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


class Greeting(SMTP):
    """Greets and lets in as its sink's scripts say."""

    def __init__(self, sink: "Sink") -> None:
        super().__init__(sink, hostname="sink", auth_require_tls=False, authenticator=sink.authenticate)
        self._sink = sink

    async def push(self, status: Any) -> None:
        if str(status).startswith("220 ") and self._sink.greetings:
            status = self._sink.greetings.pop(0)
        await super().push(status)


class Sink:
    """`script[template]`: what to answer to the next mails of that template, then 250. Besides codes:
    `keep+drop` takes the mail and cuts the line, `drop` only cuts it, `keep+hang` takes it in silence.
    `greetings`, `senders`: what to answer to the next connections and senders, then as usual;
    `shut`: no login is right. `seconds`: how long it thinks about each mail."""

    def __init__(self) -> None:
        self.kept: list[EmailMessage] = []
        self.script: dict[str, list[str]] = defaultdict(list)
        self.recipients: list[str] = []
        self.refuse: dict[str, str] = {}
        self.hanging = asyncio.Event()
        self.greetings: list[str] = []
        self.senders: list[str] = []
        self.shut = False
        self.seconds = 0.0

    async def __aenter__(self) -> "Sink":
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Greeting(self), "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self._server.sockets[0].getsockname()[1]}?starttls=never"

    def authenticate(self, *_: object) -> AuthResult:
        return AuthResult(success=not self.shut, handled=False)

    def deliveries(self) -> list[str]:
        return [mail["X-Simpul-Delivery"] for mail in self.kept]

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, name: str, offered: list[str]
    ) -> list[str]:
        session.host_name = name
        return [offered[0], "250-PIPELINING", *offered[1:]]

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.senders:
            return self.senders.pop(0)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        self.recipients.append(address)
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        mail = cast(EmailMessage, message_from_bytes(cast(bytes, envelope.content), policy=policy.default))
        await asyncio.sleep(self.seconds)
        script = self.script[mail["X-Simpul-Delivery"].split(":")[1]]
        answer = script.pop(0) if script else "250 taken"
        if answer.startswith(("250", "keep")):
            self.kept.append(mail)
        if answer.endswith("drop"):
            cast(asyncio.Transport, server.transport).abort()
        if answer.endswith("hang"):
            self.hanging.set()
            await asyncio.sleep(3600)
        return answer if answer[0].isdigit() else "421 gone"
