"""Tests wait for a condition; they never sleep and hope."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any


async def until(condition: Callable[[], Awaitable[Any]], seconds: float = 60.0, every: float = 0.02) -> Any:
    """Wait for a condition and answer with what it gave; the test fails when it never holds."""
    give_up = time.monotonic() + seconds
    while True:
        value = await condition()
        if value:
            return value
        assert time.monotonic() < give_up, "what was waited for did not happen"
        await asyncio.sleep(every)
