"""A mail on a connection that the server has just closed, on the loop that services run on."""

import asyncio
from typing import Any

import uvloop

from services.notification.channels.conversation import Conversation, Mail
from services.notification.kernel.ports import ChannelAnswer

MAIL = Mail("a", b"<panitia@balai.example>", b"<made@sekolah.example>", b"Subject: Uji\r\n\r\nIsi\r\n")


async def take_envelopes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.readline():
        writer.write(b"250 so be it\r\n")


async def send_over_one_that_closes(answers: dict[str, ChannelAnswer]) -> None:
    server = await asyncio.start_server(take_envelopes, "127.0.0.1", 0)
    transport: Any
    transport, _ = await asyncio.get_running_loop().create_connection(
        asyncio.Protocol, *server.sockets[0].getsockname()
    )
    conversation = Conversation(transport, pipelining=True, seconds=5)

    async def handing_over() -> None:
        transport.abort()  # as the loop does once the other side has reset it
        await asyncio.sleep(0.05)

    await conversation.send([MAIL], handing_over, answers)


def test_it_was_not_handed_over_and_is_tried_again() -> None:
    answers: dict[str, ChannelAnswer] = {}
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(send_over_one_that_closes(answers))
    assert answers == {"a": ChannelAnswer("again")}
