"""How those who have work for others of the same process wake them."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress


class WakeUpSignal:
    """Rung when there may be something to do; no listener misses it, whatever it was doing then."""

    def __init__(self) -> None:
        self._rung: list[asyncio.Event] = []

    def ring(self) -> None:
        for event in self._rung:
            event.set()

    def listener(self) -> Callable[[float], Awaitable[None]]:
        """Makes a function that waits for the next ring since it last returned, at most so many seconds."""
        event = asyncio.Event()
        self._rung.append(event)

        async def woken(seconds: float) -> None:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await event.wait()
            event.clear()

        return woken
