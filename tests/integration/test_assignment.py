"""Members of a group as Kafka shares its partitions out among them."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from operator import attrgetter

import pytest

from shared.kafka.application import broker, consuming, subscribe
from shared.kafka.assignment import CursorListener
from shared.kafka.connection import KafkaSettings
from shared.kafka.offsets import commit_first_offsets
from shared.kafka.records import Batch, Where
from tests.support.servers import Servers
from tests.support.topics import make_topic, new_office
from tests.support.waiting import until

pytestmark = pytest.mark.broker


@asynccontextmanager
async def member(
    settings: KafkaSettings, topic: str, shares: list[set[int]]
) -> AsyncIterator[CursorListener]:
    """A consumer that appends to `shares` what it was given."""

    async def assigned(wheres: set[Where]) -> dict[Where, int]:
        shares.append({partition for _, partition in wheres})
        return dict.fromkeys(wheres, 0)

    async def revoked(wheres: set[Where]) -> None:
        return None

    async def read(records: Batch) -> None:
        return None

    kafka, listener = broker(settings), CursorListener(assigned, revoked)
    subscribe(kafka, settings, topic, handler=read, group=topic, listener=listener, reset="none")
    async with consuming(kafka):
        yield listener


async def test_who_joins_the_group_anew_has_the_partitions_shared_out_again(servers: Servers) -> None:
    topic, settings = new_office(), KafkaSettings(servers.kafka, servers.idempotence)
    await make_topic(servers.kafka, topic)
    await commit_first_offsets(servers.kafka, topic, topic, 6)
    ours: list[set[int]] = []
    theirs: list[set[int]] = []

    async def shared_out() -> bool:
        return bool(ours and theirs) and (ours[-1] | theirs[-1], ours[-1] & theirs[-1]) == (
            set(range(6)),
            set(),
        )

    async with AsyncExitStack() as stack:
        listener = await stack.enter_async_context(member(settings, topic, ours))
        await stack.enter_async_context(member(settings, topic, theirs))
        await until(shared_out)
        rounds = len(theirs)
        await listener.rejoin()

        async def shared_out_again() -> bool:
            return len(theirs) > rounds and await shared_out()

        await until(shared_out_again)


@pytest.mark.parametrize("task", ["_fetcher._fetch_task", "_coordinator._coordination_task"])
async def test_a_process_whose_reading_has_ended_ends_to_be_started_again(
    servers: Servers, task: str
) -> None:
    topic, settings = new_office(), KafkaSettings(servers.kafka, servers.idempotence)
    await make_topic(servers.kafka, topic)
    await commit_first_offsets(servers.kafka, topic, topic, 6)
    shares: list[set[int]] = []
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    try:
        async with member(settings, topic, shares) as listener:

            async def reads() -> bool:
                return bool(shares)

            await until(reads)
            await asyncio.sleep(1.5)
            assert not told.is_set()
            attrgetter(task)(listener._consumer).cancel()
            await asyncio.wait_for(told.wait(), 30)
    finally:
        asyncio.get_running_loop().remove_signal_handler(signal.SIGTERM)
