"""Mail over SMTP (RFC 5321): one kept connection, every wait bounded, the moment of handing over known."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from aiosmtplib import SMTP, SMTPException, SMTPResponseException
from aiosmtplib.protocol import PERIOD_REGEX

from services.notification.adapters.rendering import Stationery, Unwritable
from services.notification.application.ports import Answer, Letter


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
    return client


class MailChannel:
    """Sends an office's letters one after the other over one connection, opened when first needed."""

    def __init__(self, server: SmtpServer, stationery: Stationery, host_name: str = "simpul") -> None:
        self._server, self._stationery, self._host_name = server, stationery, host_name
        self._open: SMTP | None = None

    async def deliver(self, letter: Letter, about_to_hand_over: Callable[[], Awaitable[None]]) -> Answer:
        try:
            content = self._stationery.write(letter)
        except Unwritable:
            return Answer("refused")
        try:
            return await self._deliver(letter, content, about_to_hand_over)
        except BaseException:
            self._drop()
            raise

    async def _deliver(
        self, letter: Letter, content: bytes, about_to_hand_over: Callable[[], Awaitable[None]]
    ) -> Answer:
        try:
            client = await self._connection()
            await client.mail(self._stationery.sender)
        except (SMTPException, OSError, TimeoutError) as error:
            return await self._not_taken(error, of_letter=False)
        try:
            await client.rcpt(letter.person.email)
        except (SMTPException, OSError, TimeoutError) as error:
            return await self._not_taken(error)
        await about_to_hand_over()
        return await self._hand_over(client, content)

    async def close(self) -> None:
        if self._open is not None:
            try:
                await self._open.quit(timeout=2)
            except (SMTPException, OSError, TimeoutError):
                self._drop()
            self._open = None

    async def _connection(self) -> SMTP:
        if self._open is not None and self._open.is_connected:
            return self._open
        self._open = await _connected(self._server, self._host_name)
        return self._open

    async def _hand_over(self, client: SMTP, content: bytes) -> Answer:
        """After the final dot only an answer tells whether the mail was taken."""
        try:
            begun = await client.execute_command(b"DATA")
            if begun.code != 354:
                return await self._not_taken(SMTPResponseException(begun.code, begun.message))
            if client.protocol is None:
                return await self._not_taken(ConnectionError())
        except (SMTPException, OSError, TimeoutError) as error:
            return await self._not_taken(error)
        try:
            client.protocol.write(PERIOD_REGEX.sub(b"..", content) + b".\r\n")
            answer = await client.protocol.read_response(timeout=self._server.seconds)
        except (SMTPException, OSError, TimeoutError):
            self._drop()
            return Answer("unknown")
        if answer.code == 250:
            return Answer("accepted", answer.code)
        return await self._not_taken(SMTPResponseException(answer.code, answer.message))

    async def _not_taken(self, error: BaseException, of_letter: bool = True) -> Answer:
        """5xx of a letter is final, all else may pass: greeting, login and sender are alike for all letters.

        A connection that may be out of step is begun anew."""
        code = error.code if isinstance(error, SMTPResponseException) else None
        if code is None or code in (421, 454) or self._open is None or not await self._reset():
            self._drop()
        final = of_letter and code is not None and 500 <= code < 600
        return Answer("refused" if final else "again", code)

    async def _reset(self) -> bool:
        try:
            await self._open.rset()  # type: ignore[union-attr]
        except (SMTPException, OSError, TimeoutError):
            return False
        return True

    def _drop(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None
