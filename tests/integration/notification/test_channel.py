"""What a mail server says to all letters alike is no answer to the one in hand."""

from dataclasses import replace

from services.notification.channels.smtp import MailChannel, SmtpServer
from services.notification.kernel.ports import ChannelAnswer
from tests.integration.notification.sink import Sink
from tests.unit.notification.test_mails import STATIONERY, letter


async def test_a_server_that_refuses_everybody_refuses_no_letter(sink: Sink) -> None:
    sink.greetings, sink.senders, sink.shut = ["554 no service"], ["550 blocked"], True
    sink.refuse["made@peserta.example"] = "550 unknown"
    server = replace(SmtpServer.of(sink.url, 3), username="bali", password="rahasia")
    channel = MailChannel(server, STATIONERY)

    async def about_to_hand_over() -> None:
        pass

    async def answer() -> ChannelAnswer:
        (answer,) = (await channel.deliver([letter()], about_to_hand_over)).values()
        return answer

    answers = [await answer() for _ in range(2)]
    sink.shut = False
    answers += [await answer() for _ in range(2)]
    sink.refuse.clear()
    answers.append(await answer())
    await channel.close()
    assert [(answer.kind, answer.code) for answer in answers] == [
        ("again", 554),
        ("again", 535),
        ("again", 550),
        ("refused", 550),
        ("accepted", 250),
    ]
