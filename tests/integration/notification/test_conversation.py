"""Several mails in flight over one connection: each answer is its own mail's, whatever the server does."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

import pytest

from services.notification.channels.conversation import Conversation, Mail
from services.notification.channels.smtp import MailChannel, SmtpServer
from services.notification.kernel.letters import Letter
from services.notification.kernel.ports import ChannelAnswer
from tests.unit.notification.test_mails import STATIONERY, letter

SILENT = b""
OFFERED = b"250-sink\r\n250-SIZE 1000000\r\n250 PIPELINING\r\n"


@dataclass
class Server:
    """Answers the n-th command of its kind as `script[kind, n]` says (kinds: MAIL, RCPT, DATA, dot), else as
    usual; None cuts the line, `SILENT` says nothing any more. `hello`: its answer to EHLO. `apart`: sends
    byte by byte. `kept`: the mails that it took; `bursts`: how many commands came in one segment."""

    hello: bytes = OFFERED
    script: dict[tuple[str, int], bytes | None] = field(default_factory=dict)
    apart: bool = False
    kept: list[bytes] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    bursts: list[int] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._say(writer, b"220 sink\r\n")
        unread, content = b"", None
        while data := await reader.read(65536):
            *lines, unread = (unread + data).split(b"\r\n")
            out = b""
            commands = 0
            for line in lines:
                if content is not None and line != b".":
                    content.append(line.removeprefix(b"."))
                    continue
                commands += 1
                kind = "dot" if content is not None else line[:4].decode()
                said = self._answer(kind)
                if said is None:
                    writer.transport.abort()
                    return
                if said == SILENT:
                    await self._say(writer, out)
                    await reader.read()
                    return
                if kind == "dot" and content and said.startswith(b"250"):
                    self.kept.append(b"\r\n".join(content))
                content = [] if said.startswith(b"354") else None
                out += said
            self.bursts.append(commands)
            await self._say(writer, out)

    def _answer(self, kind: str) -> bytes | None:
        number = self.seen.count(kind)
        self.seen.append(kind)
        usual = {"EHLO": self.hello, "DATA": b"354 go on\r\n", "QUIT": b"221 bye\r\n"}
        return self.script.get((kind, number), usual.get(kind, b"250 so be it\r\n"))

    async def _say(self, writer: asyncio.StreamWriter, out: bytes) -> None:
        for piece in [out[at : at + 1] for at in range(len(out))] if self.apart else [out]:
            writer.write(piece)
            await writer.drain()
            if self.apart:
                await asyncio.sleep(0)

    @asynccontextmanager
    async def channel(self, seconds: float = 5) -> AsyncIterator[MailChannel]:
        server = await asyncio.start_server(self, "127.0.0.1", 0)
        url = f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}?starttls=never"
        channel = MailChannel(SmtpServer.of(url, seconds), STATIONERY)
        yield channel
        await channel.close()
        server.close()


def letters(count: int) -> list[Letter]:
    plain = letter()
    return [
        replace(plain, delivery=replace(plain.delivery, cause=f"bali-3-{number}")) for number in range(count)
    ]


async def delivered(server: Server, count: int = 4, seconds: float = 5) -> list[ChannelAnswer | None]:
    """What became of each of so many letters that were given together; None: not handed over."""
    begun = 0

    async def about_to_hand_over() -> None:
        nonlocal begun
        begun += 1
        assert "dot" not in server.seen

    given = letters(count)
    async with server.channel(seconds) as channel:
        answers = await channel.deliver(given, about_to_hand_over)
    assert begun <= 1
    return [answers.get(one.delivery.id) for one in given]


TAKEN = ChannelAnswer("accepted", 250)


@pytest.mark.parametrize("apart", [False, True])
async def test_answers_are_told_apart_in_whatever_pieces_they_come(apart: bool) -> None:
    several = b"250-so\r\n250-be\r\n250 it\r\n"
    server = Server(apart=apart, script={("RCPT", 2): several, ("dot", 1): several, ("dot", 3): several})
    assert await delivered(server, 6) == [TAKEN] * 6
    assert [mail.count(b"X-Simpul-Delivery") for mail in server.kept] == [1] * 6
    assert len(set(server.kept)) == 6


async def test_the_next_mail_is_on_its_way_before_the_last_is_answered_where_the_server_offers_it() -> None:
    offering, silent = Server(), Server(hello=b"250 sink\r\n")
    assert await delivered(offering) == await delivered(silent) == [TAKEN] * 4
    assert max(offering.bursts) == 4, "the final dot, MAIL, RCPT and DATA"
    assert max(silent.bursts) == 1


async def test_who_knows_no_ehlo_is_spoken_to_as_of_old() -> None:
    server = Server(hello=b"502 what\r\n")
    assert await delivered(server, 2) == [TAKEN] * 2
    assert "HELO" in server.seen


@pytest.mark.parametrize("hello", [OFFERED, b"250 sink\r\n"])
@pytest.mark.parametrize("start", [b"354 go on\r\n", b"503 no recipients\r\n"])
@pytest.mark.parametrize("number", [0, 2, 3])
async def test_one_refused_recipient_holds_up_no_other(hello: bytes, start: bytes, number: int) -> None:
    server = Server(hello, {("RCPT", number): b"550 unknown\r\n"})
    if hello == OFFERED and number:
        server.script["DATA", number] = start
    answers = await delivered(server)
    assert answers.pop(number) == ChannelAnswer("refused", 550)
    assert answers == [TAKEN] * 3
    assert len(server.kept) == 3


@pytest.mark.parametrize(
    ("kind", "said", "answer"),
    [
        ("MAIL", b"550 blocked\r\n", ChannelAnswer("again", 550)),
        ("RCPT", b"450 greylisted\r\n", ChannelAnswer("again", 450)),
        ("DATA", b"451 later\r\n", ChannelAnswer("again", 451)),
        ("DATA", b"554 never\r\n", ChannelAnswer("refused", 554)),
        ("dot", b"452 full\r\n", ChannelAnswer("again", 452)),
        ("dot", b"554 spam\r\n", ChannelAnswer("refused", 554)),
    ],
)
async def test_a_refusal_in_the_middle_is_that_mails_alone(
    kind: str, said: bytes, answer: ChannelAnswer
) -> None:
    server = Server(script={(kind, 1): said})
    if kind == "MAIL":
        server.script |= {("RCPT", 1): b"503 no sender\r\n", ("DATA", 1): b"503 no sender\r\n"}
    assert await delivered(server) == [TAKEN, answer, TAKEN, TAKEN]


@pytest.mark.parametrize("kind", ["MAIL", "RCPT", "DATA", "dot"])
async def test_a_goodbye_ends_it_and_what_follows_was_not_handed_over(kind: str) -> None:
    server = Server(script={(kind, 1): b"421 closing\r\n"})
    assert await delivered(server) == [TAKEN, ChannelAnswer("again", 421), None, None]


@pytest.mark.parametrize("number", [0, 1, 3])
@pytest.mark.parametrize("hello", [OFFERED, b"250 sink\r\n"])
async def test_after_a_cut_just_the_mail_whose_dot_was_out_is_unknown(hello: bytes, number: int) -> None:
    server = Server(hello, {("dot", number): None})
    answers = await delivered(server)
    assert answers == [TAKEN] * number + [ChannelAnswer("unknown")] + [None] * (3 - number)
    assert len(server.kept) == number


@pytest.mark.parametrize("said", [None, b"what\r\n", b"2" * 9_000])
async def test_a_cut_or_nonsense_before_the_dot_leaves_nothing_unknown(said: bytes | None) -> None:
    server = Server(script={("RCPT", 0): said})
    assert await delivered(server) == [ChannelAnswer("again"), None, None, None]


async def test_a_server_that_says_too_much_is_left() -> None:
    server = Server(script={("dot", 0): b"250 so be it\r\n" * 100})
    assert (await delivered(server))[:1] in ([TAKEN], [ChannelAnswer("unknown")])
    assert len(server.kept) == 1


async def test_silence_after_the_dot_makes_one_unknown_and_takes_its_time_once() -> None:
    server = Server(script={("dot", 1): SILENT})
    began = asyncio.get_running_loop().time()
    assert await delivered(server, seconds=0.3) == [TAKEN, ChannelAnswer("unknown"), None, None]
    assert asyncio.get_running_loop().time() - began < 3


async def test_letters_that_end_early_leave_no_mail_half_done() -> None:
    server = Server()

    def two() -> Iterator[Letter]:
        yield from letters(2)

    async def about_to_hand_over() -> None:
        pass

    async with server.channel() as channel:
        for _ in range(2):
            answers = await channel.deliver(two(), about_to_hand_over)
            assert list(answers.values()) == [TAKEN] * 2
    assert (len(server.kept), server.seen.count("EHLO")) == (4, 1)


async def test_a_connection_that_the_server_ended_meanwhile_is_opened_anew() -> None:
    server = Server(script={("MAIL", 1): b"421 idle too long\r\n"})

    async def about_to_hand_over() -> None:
        pass

    async with server.channel() as channel:
        given = [await channel.deliver(letters(1), about_to_hand_over) for _ in range(3)]
        codes = [answer.code for answers in given for answer in answers.values()]
    assert codes == [250, 421, 250]
    assert server.seen.count("EHLO") == 2


async def test_who_stood_still_after_the_attempts_were_begun_hands_nothing_over() -> None:
    server = Server()

    async def about_to_hand_over() -> None:
        time.sleep(0.5)  # the whole process stands still

    given = letters(3)
    async with server.channel(seconds=0.2) as channel:
        answers = await channel.deliver(given, about_to_hand_over)
    assert answers == {given[0].delivery.id: ChannelAnswer("again")}
    assert "dot" not in server.seen


async def test_a_line_that_begins_with_a_dot_arrives_as_it_was_written() -> None:
    content, server = b"To: a@b\r\n\r\n.one\r\n..two\r\n.\r\nthree.\r\n", Server()
    listener = await asyncio.start_server(server, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*listener.sockets[0].getsockname())
    await reader.readline()  # the greeting
    conversation = Conversation(writer.transport, pipelining=True, seconds=5)

    async def about_to_hand_over() -> None:
        pass

    mails = [Mail(str(number), b"<a@b>", b"<c@d>", content) for number in range(2)]
    await conversation.send(mails, about_to_hand_over, {})
    await conversation.quit(seconds=5)
    listener.close()
    assert server.kept == [content.removesuffix(b"\r\n")] * 2


async def test_what_the_ledger_raises_is_raised_with_nothing_handed_over() -> None:
    server = Server()

    async def about_to_hand_over() -> None:
        raise LookupError

    async with server.channel() as channel:
        with pytest.raises(LookupError):
            await channel.deliver(letters(3), about_to_hand_over)
    assert "DATA" not in server.seen
