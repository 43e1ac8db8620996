"""Mail over SMTP (RFC 5321): one kept connection, every wait bounded, the moment of handing over known."""

import asyncio
import re
import ssl
from asyncio import Transport
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final, cast
from urllib.parse import parse_qs, unquote, urlsplit

from aiosmtplib import SMTP, SMTPException, SMTPHeloError, SMTPResponseException

from services.notification.channels.conversation import Conversation, Mail
from services.notification.channels.letterhead import Letterhead, MailUnwritable
from services.notification.kernel.letters import Letter
from services.notification.kernel.ports import ChannelAnswer

PRINTABLE: Final = re.compile(r"[!-;=?-~]+")  # without a space and without brackets


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """`starttls`: None upgrades where the server offers it. `seconds`: the longest wait for one answer."""

    host: str
    port: int
    username: str | None = None
    password: str | None = None
    tls: bool = False
    starttls: bool | None = None
    seconds: float = 20.0

    @classmethod
    def of(cls, url: str, seconds: float = 20.0) -> "SmtpServer":
        """`smtp://` or `smtps://user:password@host:port?starttls=always|never`. Raises `ValueError`."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("SIMPUL_SMTP_URL must look like smtp://host:port or smtps://user:password@host")
        tls = parts.scheme == "smtps"
        starttls = {"always": True, "never": False}.get(parse_qs(parts.query).get("starttls", [""])[0])
        return cls(
            parts.hostname,
            parts.port or (465 if tls else 587),
            unquote(parts.username) if parts.username else None,
            unquote(parts.password) if parts.password else None,
            tls,
            False if tls else starttls,
            seconds,
        )


async def greeted(server: SmtpServer) -> None:
    """Connect and log in as for a mail, and leave. Raises `SMTPException`, `OSError`, `TimeoutError`."""
    client = await _connected(server, "simpul")
    await client.quit()


async def _connected(server: SmtpServer, host_name: str) -> SMTP:
    client = SMTP(
        hostname=server.host,
        port=server.port,
        username=server.username,
        password=server.password,
        use_tls=server.tls,
        start_tls=server.starttls,
        timeout=server.seconds,
        local_hostname=host_name,
        tls_context=ssl.create_default_context() if server.tls or server.starttls is not False else None,
    )
    # the library's time-out is per answer; greeting, EHLO, STARTTLS and login have several
    async with asyncio.timeout(server.seconds * 3):
        await client.connect()
        if client.is_ehlo_or_helo_needed:
            try:
                await client.ehlo()
            except SMTPHeloError:
                await client.helo()
    return client


class MailChannel:
    """Sends an office's letters over one connection, opened when first needed and kept."""

    def __init__(self, server: SmtpServer, letterhead: Letterhead, host_name: str = "simpul") -> None:
        self._server, self._letterhead, self._host_name = server, letterhead, host_name
        self._sender = _bracketed(letterhead.sender)
        self._open: Conversation | None = None

    async def deliver(
        self, letters: Iterable[Letter], about_to_hand_over: Callable[[], Awaitable[None]]
    ) -> dict[str, ChannelAnswer]:
        answers: dict[str, ChannelAnswer] = {}
        mails = self._written(letters, answers)
        first = next(mails, None)
        if first is None:
            return answers
        try:
            conversation = await self._connection()
        except (SMTPException, OSError, TimeoutError) as error:
            # greeting and login are alike for all letters: no code of theirs is final
            code = error.code if isinstance(error, SMTPResponseException) else None
            answers[first.id] = ChannelAnswer("again", code)
            return answers
        try:
            await conversation.send(chain((first,), mails), about_to_hand_over, answers)
        except BaseException:
            conversation.close()
            raise
        return answers

    async def close(self) -> None:
        if self._open is not None and self._open.open:
            await self._open.quit(seconds=2)

    def _written(self, letters: Iterable[Letter], answers: dict[str, ChannelAnswer]) -> Iterator[Mail]:
        for letter in letters:
            id = letter.delivery.id
            try:
                recipient = _bracketed(letter.recipient.email)
                mail = Mail(id, self._sender, recipient, self._letterhead.write(letter))
            except (MailUnwritable, ValueError):
                answers[id] = ChannelAnswer("refused")
            else:
                yield mail

    async def _connection(self) -> Conversation:
        if self._open is None or not self._open.open:
            if self._open is not None:
                self._open.close()
            client = await _connected(self._server, self._host_name)
            if client.transport is None:
                raise ConnectionError
            pipelining = client.supports_extension("pipelining")
            self._open = Conversation(cast(Transport, client.transport), pipelining, self._server.seconds)
        return self._open


def _bracketed(address: str) -> bytes:
    """As it is: what parses an address may find another one in it. Raises `ValueError` where it would be more
    than an address to SMTP."""
    if PRINTABLE.fullmatch(address) is None:
        raise ValueError("no address on one line")
    return f"<{address}>".encode("ascii")
