"""Starting a service: as a process, and while Kafka or MongoDB is not there yet."""

import asyncio
import gc
import logging
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import uvloop

from shared.doors import Address
from shared.kafka.closed_connections import tell_of_closed_connections
from shared.kafka.connection import is_away
from shared.kafka.topics import TopicMisfit
from shared.logging import configure
from shared.mongo.driver import DatabaseMisfit, is_passing
from shared.office import OfficeFileInvalid
from shared.serving import PortTaken
from shared.tracing import TracesMissing

log = logging.getLogger(__name__)
T = TypeVar("T")


def run_service(name: str, owner: str, work: Coroutine[Any, Any, None]) -> None:
    """Run a service until it is told to stop; exits with a sentence where it was not set up rightly."""
    configure(name, owner)
    tell_of_closed_connections()
    gc.freeze()  # what importing made stays: looking through it takes a busy service a fifth of its time
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(work)
    except (DatabaseMisfit, TopicMisfit, OfficeFileInvalid, TracesMissing, PortTaken) as misfit:
        sys.exit(f"{name} of {owner} does not start: {misfit}")


def warn_of_clear_text(address: Address) -> None:
    """Without TLS whatever people send can be read, and their sessions taken, on the way."""
    if address.scheme != "https" and not address.is_loopback:
        log.warning("SIMPUL_PUBLIC_URL is http on a public address: people's data go in clear; use https")


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
