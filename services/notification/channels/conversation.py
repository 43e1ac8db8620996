"""Mails over an open connection, the next on its way before the last is answered (RFC 5321, RFC 2920)."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from math import inf
from typing import Final

from services.notification.kernel.ports import ChannelAnswer

LONGEST_LINE: Final = 8_192  # bytes; RFC 5321 asks for 512
MOST_UNREAD: Final = 16  # replies; four are the most that are waited for at once
CLOSING: Final = (421, 454)  # after these the connection may be out of step
TAKEN: Final = (250,)
FORWARDED: Final = (250, 251)


class ConversationLost(Exception):
    """The connection has gone, went silent, or is of no more use. `code`: the server's goodbye, if any."""

    def __init__(self, code: int | None = None) -> None:
        self.code = code


class Replies(asyncio.Protocol):
    """The codes of a server's replies, each when its last line is there; what is kept of them is bounded."""

    def __init__(self) -> None:
        self._codes: deque[int] = deque()
        self._part = b""
        self._lost = False
        self._waiting: asyncio.Future[None] | None = None

    @property
    def quiet(self) -> bool:
        """Whether the line is up and nothing was said that nobody asked for, such as a goodbye."""
        return not self._lost and not self._codes and not self._part

    def data_received(self, data: bytes) -> None:
        *lines, self._part = (self._part + data).split(b"\n")
        for line in lines:
            if not line[:3].isdigit():
                self._lost = True
            elif line[3:4] != b"-" and not self._lost:
                self._codes.append(int(line[:3]))
        if len(self._part) > LONGEST_LINE or len(self._codes) > MOST_UNREAD:
            self._lost, self._part = True, b""
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        self._lost = True
        self._wake()

    async def next(self, until: float) -> int:
        """The code of the next reply, by `until` on the loop's clock. Raises `ConversationLost`."""
        while not self._codes:
            if self._lost:
                raise ConversationLost
            self._waiting = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout_at(until):
                    await self._waiting
            except TimeoutError:
                raise ConversationLost from None
        return self._codes.popleft()

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)


@dataclass(frozen=True, slots=True)
class Mail:
    """`sender`, `recipient`: in angle brackets; `content`: with CRLF at the end of each line."""

    id: str
    sender: bytes
    recipient: bytes
    content: bytes


class Conversation:
    """Takes the connection over from who opened it. `seconds`: the longest wait for one answer."""

    def __init__(self, transport: asyncio.Transport, pipelining: bool, seconds: float) -> None:
        self._transport, self._pipelining, self._seconds = transport, pipelining, seconds
        self._clock = asyncio.get_running_loop().time
        self._unsaid: deque[bytes] = deque()
        self._ends = inf
        self._reset_due = False
        self._replies = Replies()
        transport.set_protocol(self._replies)

    @property
    def open(self) -> bool:
        """Whether the next mails may go this way."""
        return self._replies.quiet and not self._transport.is_closing()

    def close(self) -> None:
        self._transport.close()

    async def quit(self, seconds: float) -> None:
        with suppress(ConversationLost):
            self._ends = self._clock() + seconds
            await self._said(b"QUIT\r\n")
        self.close()

    async def send(
        self,
        mails: Iterable[Mail],
        about_to_hand_over: Callable[[], Awaitable[None]],
        answers: dict[str, ChannelAnswer],
    ) -> None:
        """Puts answers in as they come, by the mails' ids; a mail without one was not handed over.

        `about_to_hand_over` is awaited once, before the first DATA; at most twice the seconds of one answer
        later all is over. `mails` is asked for another when the last is about to be handed over.
        """
        before: Mail | None = None
        begun, self._ends = False, inf

        async def begin() -> None:
            nonlocal begun
            ends = self._clock() + 2 * self._seconds
            await about_to_hand_over()
            begun, self._ends = True, ends

        for mail in chain(mails, (None,)):
            if before is not None:
                # a line's first dot is doubled; the first line is a header
                self._unsaid.append(before.content.replace(b"\r\n.", b"\r\n..") + b".\r\n")
            if mail is not None:
                self._say_envelope(mail, begun)
            if before is not None:
                answers[before.id] = await self._verdict()
            if mail is None or self._transport.is_closing():
                return
            refusal = await self._refusal(None if begun else begin)
            before = mail if refusal is None else None
            if refusal is not None:
                answers[mail.id], self._reset_due = refusal, True
                if self._transport.is_closing():
                    return

    def _say_envelope(self, mail: Mail, begun: bool) -> None:
        """All that may go out before the last mail is answered; DATA ends what goes out at once."""
        if self._reset_due:
            self._unsaid.append(b"RSET\r\n")
        self._unsaid += (b"MAIL FROM:" + mail.sender + b"\r\n", b"RCPT TO:" + mail.recipient + b"\r\n")
        if begun:
            self._unsaid.append(b"DATA\r\n")

    async def _verdict(self) -> ChannelAnswer:
        """After the final dot only an answer tells whether the mail was taken."""
        try:
            code = await self._heard()
        except ConversationLost as lost:
            return ChannelAnswer("unknown") if lost.code is None else ChannelAnswer("again", lost.code)
        return ChannelAnswer("accepted", code) if code in TAKEN else _not_taken(code)

    async def _refusal(self, begin: Callable[[], Awaitable[None]] | None) -> ChannelAnswer | None:
        """None where the server waits for the content. `begin`: to be awaited before DATA is said."""
        try:
            if self._reset_due and await self._heard() not in TAKEN:
                raise self._lost()
            self._reset_due = False
            sender, recipient = await self._heard(), await self._heard()
            refusal = None
            if sender not in TAKEN:
                refusal = _not_taken(sender, of_letter=False)
            elif recipient not in FORWARDED:
                refusal = _not_taken(recipient)
            if refusal is not None:
                if begin is None:
                    await self._end_without_recipient()
                return refusal
            if begin is not None:
                await begin()
                self._unsaid.append(b"DATA\r\n")
            start = await self._heard()
            return None if start == 354 else _not_taken(start)
        except ConversationLost as lost:
            return ChannelAnswer("again", lost.code)

    async def _end_without_recipient(self) -> None:
        """A server may want content even for nobody (RFC 2920, 3.1): it is none, and goes nowhere."""
        with suppress(ConversationLost):
            if await self._heard() == 354:
                await self._said(b".\r\n")

    async def _said(self, command: bytes) -> int:
        self._unsaid.append(command)
        return await self._heard()

    async def _heard(self) -> int:
        """The next reply's code; what is still unsaid is said first, one at a time to who wants it so."""
        try:
            self._say()
            code = await self._replies.next(min(self._clock() + self._seconds, self._ends))
        except ConversationLost:
            raise self._lost() from None
        if code in CLOSING:
            raise self._lost(code)
        return code

    def _say(self) -> None:
        said = len(self._unsaid) if self._pipelining else min(len(self._unsaid), 1)
        if said == 0:
            return
        try:
            self._transport.write(b"".join(self._unsaid.popleft() for _ in range(said)))
        except RuntimeError:  # uvloop's, of a connection that the server has just closed
            raise ConversationLost from None

    def _lost(self, code: int | None = None) -> ConversationLost:
        self.close()
        return ConversationLost(code)


def _not_taken(code: int, of_letter: bool = True) -> ChannelAnswer:
    """5xx of a letter is final, all else may pass: the sender is the same for all letters."""
    return ChannelAnswer("refused" if of_letter and 500 <= code < 600 else "again", code)
