"""Whether this instance can do its work, in sentences."""

from collections.abc import Awaitable, Callable
from time import time

from services.registration.kernel.partition_processors import PartitionProcessors
from shared.kafka.assignment import SILENT_SECONDS, CursorListener
from shared.mongo.driver import Store

BEHIND_SECONDS = 15.0

Members = Callable[[], Awaitable[int]]


def readiness(
    listener: CursorListener, processors: PartitionProcessors, store: Store, partitions: int, members: Members
) -> Callable[[], Awaitable[list[str]]]:
    """`members` counts the group's instances: one more than there are partitions may stand by."""

    async def ready() -> list[str]:
        held = processors.held
        reasons = [one.stopped for one in held.values() if one.stopped]
        if listener.held and (age := listener.seconds_since_poll()) > SILENT_SECONDS:
            reasons.append(f"no answer from Kafka for {age:.0f} s")
        if not held and time() - listener.since > SILENT_SECONDS:
            reasons += await idle(partitions, members)
        unclaimed = sorted(one.partition for one in held.values() if one.cursor is None and not one.stopped)
        if unclaimed:
            reasons.append(f"partitions not claimed: {', '.join(map(str, unclaimed))}")
        reasons += [
            f"partition {one.partition} has facts unpublished for {one.seconds_behind:.0f} s"
            for one in held.values()
            if one.seconds_behind > BEHIND_SECONDS
        ]
        try:
            await store.ping()
        except Exception as error:
            reasons.append(f"MongoDB does not answer ({type(error).__name__})")
        return reasons

    return ready


async def idle(partitions: int, members: Members) -> list[str]:
    """Why an instance without a partition is not ready; nothing where it stands by for the others."""
    try:
        enough = await members() <= partitions
    except Exception as error:
        return [f"no answer from Kafka ({type(error).__name__})"]
    return ["no partition is assigned though there are enough"] if enough else []
