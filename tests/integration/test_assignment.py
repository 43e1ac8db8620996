"""Members of a group as Kafka shares its partitions out among them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

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
