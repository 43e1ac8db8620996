"""What services ask of Kafka, asked of a broker and of its twin in memory."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
import pytest_asyncio

from shared.kafka.assignment import CursorListener
from shared.kafka.cluster import Cluster, KafkaCluster, Subscription
from shared.kafka.connection import KafkaSettings
from shared.kafka.offsets import Log, bounds_of, commit_first_offsets
from shared.kafka.records import Batch, Where
from shared.kafka.topics import TopicMisfit, TopicSpec
from tests.support.memory_cluster import MemoryCluster
from tests.support.servers import Servers
from tests.support.topics import make_topic, new_office
from tests.support.waiting import until

PARTITIONS = 3


@dataclass
class Stage:
    """A cluster with one topic, and a group's reading of it; `starts`: where each partition is read from."""

    cluster: Cluster
    topic: str
    starts: dict[int, int] = field(default_factory=lambda: dict.fromkeys(range(PARTITIONS), 0))
    read: list[tuple[int, int, bytes]] = field(default_factory=list)
    revoked: list[int] = field(default_factory=list)
    listener: CursorListener = field(init=False)

    async def send(self, *values: bytes, partition: int = 0) -> list[int]:
        async with self.cluster.sender() as sender:
            headers = [("ce_id", b"1")]
            return [await sender.send(self.topic, b"key", value, headers, partition) for value in values]

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[CursorListener]:
        async def assigned(wheres: set[Where]) -> dict[Where, int]:
            return {where: self.starts[where[1]] for where in wheres if where[1] in self.starts}

        async def revoked(wheres: set[Where]) -> None:
            self.revoked += [number for _, number in wheres]

        async def take(records: Batch) -> None:
            self.read += [(one.partition, one.offset, one.value or b"") for one in records]

        self.listener = CursorListener(assigned, revoked)
        subscription = Subscription((self.topic,), take, self.topic, self.listener, "none")
        async with self.cluster.consuming(subscription):
            await until(self.holds_all)
            yield self.listener

    async def holds_all(self) -> bool:
        return len(self.listener.held) == PARTITIONS

    async def has_read(self, *expected: tuple[int, int, bytes]) -> None:
        async def found() -> bool:
            return len(self.read) >= len(expected)

        await until(found)
        assert sorted(self.read) == sorted(expected)


@pytest.fixture(params=["in memory", pytest.param("on a broker", marks=pytest.mark.broker)])
def where(request: pytest.FixtureRequest) -> Servers | None:
    """None is in memory."""
    return request.getfixturevalue("servers") if request.param == "on a broker" else None


@pytest_asyncio.fixture
async def stage(where: Servers | None) -> Stage:
    topic = new_office()
    if where is None:
        twin = MemoryCluster()
        twin.make([TopicSpec(topic, PARTITIONS)])
        return Stage(twin, topic)
    await make_topic(where.kafka, topic, PARTITIONS)
    await commit_first_offsets(where.kafka, topic, topic, PARTITIONS)
    return Stage(KafkaCluster(KafkaSettings(where.kafka, where.idempotence)), topic)


async def test_what_is_sent_has_its_place_and_is_read_in_order(stage: Stage) -> None:
    assert await stage.send(b"a", b"b") == [0, 1]
    assert await stage.send(b"c", partition=2) == [0]
    async with stage.reading():
        await stage.has_read((0, 0, b"a"), (0, 1, b"b"), (2, 0, b"c"))
        await stage.send(b"d", partition=2)
        await stage.has_read((0, 0, b"a"), (0, 1, b"b"), (2, 0, b"c"), (2, 1, b"d"))
        assert [value for partition, _, value in stage.read if partition == 0] == [b"a", b"b"]
    assert stage.revoked == [], "who stops lets go by itself"


async def test_reading_begins_at_the_cursor_and_goes_where_it_is_sought(stage: Stage) -> None:
    await stage.send(b"a", b"b", b"c")
    stage.starts[0] = 2
    async with stage.reading() as listener:
        await stage.has_read((0, 2, b"c"))
        listener.seek((stage.topic, 0), 1)
        await stage.has_read((0, 2, b"c"), (0, 1, b"b"), (0, 2, b"c"))


async def test_a_partition_without_a_cursor_or_held_is_read_when_it_is_sought(stage: Stage) -> None:
    await stage.send(b"a")
    await stage.send(b"b", partition=1)
    del stage.starts[0]
    async with stage.reading() as listener:
        await stage.has_read((1, 0, b"b"))
        listener.hold((stage.topic, 1))
        await stage.send(b"c", partition=1)
        await stage.send(b"d", partition=2)
        await stage.has_read((1, 0, b"b"), (2, 0, b"d"))
        for number, offset in ((0, 0), (1, 1)):
            listener.seek((stage.topic, number), offset)
        await stage.has_read((1, 0, b"b"), (2, 0, b"d"), (0, 0, b"a"), (1, 1, b"c"))


async def test_who_reads_knows_the_end_and_that_the_broker_answers(stage: Stage) -> None:
    async with stage.reading() as listener:
        await stage.send(b"a", b"b")
        await stage.has_read((0, 0, b"a"), (0, 1, b"b"))

        async def known() -> bool:
            return listener.highwaters().get((stage.topic, 0)) == 2

        await until(known)
        assert listener.seconds_since_poll() < 15
        assert await stage.cluster.group_members(stage.topic) == 1


async def test_a_partition_is_looked_at_by_hand(stage: Stage) -> None:
    await stage.send(b"a", b"b", b"c")
    async with stage.cluster.reader() as consumer:
        wheres = [(stage.topic, number) for number in range(PARTITIONS)]
        assert await bounds_of(consumer, wheres) == dict.fromkeys(wheres, (0, 0)) | {wheres[0]: (0, 3)}
        log = Log(consumer, stage.topic, 0)
        found = await log.record_at(1)
        assert found is not None
        assert (found.key, found.value, list(found.headers)) == (b"key", b"b", [("ce_id", b"1")])
        between = [record.value async for batch in log.between(1, 3) for record in batch]
        assert between == [b"b", b"c"]
        assert [record.offset async for batch in log.onward(0) for record in batch] == [0, 1, 2]


async def test_a_topic_that_is_missing_or_otherwise_is_said(stage: Stage) -> None:
    await stage.cluster.require([TopicSpec(stage.topic, PARTITIONS)])
    for wrong in (TopicSpec(stage.topic, PARTITIONS + 1), TopicSpec(new_office(), PARTITIONS)):
        with pytest.raises(TopicMisfit):
            await stage.cluster.require([wrong])


async def test_stopping_waits_for_the_batch_in_hand(stage: Stage) -> None:
    begun, may_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def slow(records: Batch) -> None:
        begun.set()
        await may_end.wait()
        ended.set()

    async def assigned(wheres: set[Where]) -> dict[Where, int]:
        return dict.fromkeys(wheres, 0)

    async def revoked(wheres: set[Where]) -> None:
        return None

    await stage.send(b"a")
    listener = CursorListener(assigned, revoked)
    async with stage.cluster.consuming(Subscription((stage.topic,), slow, stage.topic, listener, "none")):
        await begun.wait()
        asyncio.get_running_loop().call_later(0.1, may_end.set)
    assert ended.is_set()
