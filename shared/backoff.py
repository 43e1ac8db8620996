"""Pauses between tries of what failed."""

import asyncio
from typing import Final

SECONDS: Final = (0.05, 0.2, 0.5, 1.0, 2.0)


class Backoff:
    """Longer from failure to failure, at most 2 s; short again after a success."""

    def __init__(self) -> None:
        self._failures = 0

    async def failed(self) -> None:
        """Waits."""
        seconds = SECONDS[min(self._failures, len(SECONDS) - 1)]
        self._failures += 1
        await asyncio.sleep(seconds)

    def succeeded(self) -> None:
        self._failures = 0
