"""What a topic holds: first and next offsets, single records, first commits of a group."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import RecordsToDelete
from aiokafka.errors import CommitFailedError
from aiokafka.structs import OffsetAndMetadata

from shared.kafka.records import Record, Where
from shared.kafka.topics import admin

BEHIND_END_MS: Final = 300  # a broker that has more says so at once


class GroupBusy(Exception):
    """Offsets of a group can be set by hand only while nobody is in it."""


@asynccontextmanager
async def reader(bootstrap: str, group: str | None = None) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer without subscription, to look at partitions by hand."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=50,
    )
    try:
        await consumer.start()
        yield consumer
    finally:
        # stopped as soon as it started, the client raises a CancelledError that nobody asked for
        await asyncio.gather(consumer.stop(), return_exceptions=True)


async def survey(bootstrap: str, wheres: Iterable[Where]) -> dict[Where, tuple[int, int]]:
    """Of each partition the first offset still there, and the offset that the next record will get."""
    async with reader(bootstrap) as consumer:
        return await bounds_of(consumer, wheres)


async def bounds_of(consumer: AIOKafkaConsumer, wheres: Iterable[Where]) -> dict[Where, tuple[int, int]]:
    """As `survey`, by a consumer that is there."""
    named = [TopicPartition(topic, partition) for topic, partition in wheres]
    consumer.assign(named)
    first = await consumer.beginning_offsets(named)
    end = await consumer.end_offsets(named)
    return {(where.topic, where.partition): (first[where], end[where]) for where in named}


class Log:
    """One partition looked at by hand."""

    def __init__(self, consumer: AIOKafkaConsumer, topic: str, partition: int) -> None:
        self.name = f"{topic} partition {partition}"
        self._consumer = consumer
        self._where = TopicPartition(topic, partition)

    async def bounds(self) -> tuple[int, int]:
        """The first offset still there, and the offset that the next record will get.

        The embedded broker may name as end an offset that has a record already.
        """
        first = await self._consumer.beginning_offsets([self._where])
        end = await self._consumer.end_offsets([self._where])
        return first[self._where], end[self._where]

    async def record_at(self, offset: int) -> Record | None:
        """The record at exactly that offset; None where nothing, or a later one, is answered within 2 s."""
        self._consumer.assign([self._where])
        self._consumer.seek(self._where, offset)
        found = await self._consumer.getmany(self._where, timeout_ms=2_000, max_records=1)
        return next((record for record in found.get(self._where, []) if record.offset == offset), None)

    async def between(self, start: int, end: int) -> AsyncIterator[list[Record]]:
        """Every record in `[start, end)`, in batches."""
        self._consumer.assign([self._where])
        self._consumer.seek(self._where, start)
        while await self._consumer.position(self._where) < end:
            for batch in (await self._consumer.getmany(self._where, timeout_ms=1_000)).values():
                if found := [record for record in batch if record.offset < end]:
                    yield found

    async def onward(self, start: int) -> AsyncIterator[list[Record]]:
        """Every record from an offset on, in batches, also behind the end that the broker names."""
        _, end = await self.bounds()
        self._consumer.assign([self._where])
        self._consumer.seek(self._where, start)
        while True:
            batch = (await self._consumer.getmany(self._where, timeout_ms=BEHIND_END_MS)).get(self._where)
            if batch:
                yield batch
            elif await self._consumer.position(self._where) >= end:
                return


async def records_between(
    bootstrap: str, topic: str, partition: int, start: int, end: int
) -> AsyncIterator[list[Record]]:
    """Every record of one partition in `[start, end)`, in batches."""
    async with reader(bootstrap) as consumer:
        async for batch in Log(consumer, topic, partition).between(start, end):
            yield batch


async def commit_first_offsets(bootstrap: str, group: str, topic: str, partitions: int) -> int:
    """Commit each partition's first offset where the group has none; returns how many were committed.

    A group without a committed offset would meet `auto_offset_reset=none` before its listener can seek.
    Raises `GroupBusy`.
    """
    wheres = [TopicPartition(topic, partition) for partition in range(partitions)]
    async with reader(bootstrap, group) as consumer:
        consumer.assign(wheres)
        missing = [where for where in wheres if await consumer.committed(where) is None]
        if missing:
            first = await consumer.beginning_offsets(missing)
            try:
                await consumer.commit({where: OffsetAndMetadata(first[where], "") for where in missing})
            except CommitFailedError:
                raise GroupBusy(f"group {group} has members: stop its services first") from None
    return len(missing)


async def group_members(bootstrap: str, group: str) -> int:
    """How many consumers a group has now."""
    async with admin(bootstrap) as client:
        answers = await client.describe_consumer_groups([group])
    return sum(len(described[5]) for answer in answers for described in answer.groups)


async def delete_before(bootstrap: str, topic: str, partition: int, offset: int) -> None:
    """Have the broker delete records before an offset (DeleteRecords). Raises `KafkaUnavailable`."""
    where = TopicPartition(topic, partition)
    async with admin(bootstrap) as client:
        await client.delete_records({where: RecordsToDelete(before_offset=offset)})
