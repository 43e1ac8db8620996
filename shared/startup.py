"""Starting while Kafka or MongoDB is not there yet."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from shared.kafka.connection import is_away
from shared.mongo.driver import is_passing

log = logging.getLogger(__name__)
T = TypeVar("T")


async def until_up(start: Callable[[], Awaitable[T]]) -> T:
    """Try again for as long as servers are away; anything else, such as a wrong set-up, is raised at once."""
    pause = 0.5
    while True:
        try:
            return await start()
        except Exception as error:
            if not (is_passing(error) or is_away(error)):
                raise
            log.warning("waiting for what the service needs: %s", type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 5.0)
