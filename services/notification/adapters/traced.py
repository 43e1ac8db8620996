"""A channel whose deliveries are told to the trace of what caused them."""

from collections.abc import Awaitable, Callable

from services.notification.application.ports import Answer, Channel, Letter
from shared.tracing import Untraced


class TracedChannel:
    def __init__(self, channel: Channel, traces: Untraced) -> None:
        self._channel, self._traces = channel, traces

    async def deliver(self, letter: Letter, about_to_hand_over: Callable[[], Awaitable[None]]) -> Answer:
        delivery = letter.delivery
        with self._traces.calling(f"mail {delivery.template}", delivery.trace) as told:
            answer = await self._channel.deliver(letter, about_to_hand_over)
            told["simpul.answer"] = answer.kind
            if answer.code is not None:
                told["smtp.reply_code"] = answer.code
            return answer

    async def close(self) -> None:
        await self._channel.close()
