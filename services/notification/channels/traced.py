"""A channel whose deliveries are told to the trace of what caused them."""

from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import ExitStack

from services.notification.kernel.letters import Letter
from services.notification.kernel.ports import Channel, ChannelAnswer
from shared.tracing import Told, Untraced


class TracedChannel:
    """A letter's span is from its being taken up until all that went with it are answered."""

    def __init__(self, channel: Channel, traces: Untraced) -> None:
        self._channel, self._traces = channel, traces

    async def deliver(
        self, letters: Iterable[Letter], about_to_hand_over: Callable[[], Awaitable[None]]
    ) -> dict[str, ChannelAnswer]:
        told: dict[str, Told] = {}
        with ExitStack() as spans:

            def taken_up() -> Iterator[Letter]:
                for letter in letters:
                    delivery = letter.delivery
                    span = self._traces.calling(f"mail {delivery.template}", delivery.trace)
                    told[delivery.id] = spans.enter_context(span)
                    yield letter

            answers = await self._channel.deliver(taken_up(), about_to_hand_over)
            for id, answer in answers.items():
                told[id]["simpul.answer"] = answer.kind
                if answer.code is not None:
                    told[id]["smtp.reply_code"] = answer.code
            return answers

    async def close(self) -> None:
        await self._channel.close()
