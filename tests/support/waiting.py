"""Tests wait for a condition; they never sleep and hope."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, Final

OFTEN: Final = 0.02  # seconds from one look to the next at first,
SELDOM: Final = 0.1  # and where it takes long: those who are waited for share the processor


async def until(
    condition: Callable[[], Awaitable[Any]], seconds: float = 120.0, every: float | None = None
) -> Any:
    """Wait for a condition and answer with what it gave; the test fails when it never holds."""
    began = time.monotonic()
    while True:
        value = await condition()
        if value:
            return value
        waited = time.monotonic() - began
        assert waited < seconds, "what was waited for did not happen"
        await asyncio.sleep(every or min(max(OFTEN, waited / 10), SELDOM))
