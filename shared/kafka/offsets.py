"""What a topic holds: first and next offsets, single records, first commits of a group."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import RecordsToDelete
from aiokafka.errors import CommitFailedError
from aiokafka.structs import OffsetAndMetadata

from shared.kafka.records import Record, Where
from shared.kafka.topics import admin


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
        await consumer.stop()


async def survey(bootstrap: str, wheres: Iterable[Where]) -> dict[Where, tuple[int, int]]:
    """Of each partition the first offset still there, and the offset that the next record will get."""
    named = [TopicPartition(topic, partition) for topic, partition in wheres]
    async with reader(bootstrap) as consumer:
        consumer.assign(named)
        first = await consumer.beginning_offsets(named)
        end = await consumer.end_offsets(named)
    return {(where.topic, where.partition): (first[where], end[where]) for where in named}


async def record_at(bootstrap: str, topic: str, partition: int, offset: int) -> Record | None:
    """The record at exactly that offset; None where there is none within 2 s."""
    where = TopicPartition(topic, partition)
    async with reader(bootstrap) as consumer:
        consumer.assign([where])
        consumer.seek(where, offset)
        found = await consumer.getmany(where, timeout_ms=2_000, max_records=1)
    return next((record for record in found.get(where, []) if record.offset == offset), None)


async def last_record(bootstrap: str, topic: str, partition: int, end: int) -> Record | None:
    """The record just before `end`; None where a marker or nothing stands there."""
    async for batch in records_between(bootstrap, topic, partition, end - 1, end):
        return batch[-1]
    return None


async def records_between(
    bootstrap: str, topic: str, partition: int, start: int, end: int
) -> AsyncIterator[list[Record]]:
    """Every record of one partition in `[start, end)`, in batches."""
    where = TopicPartition(topic, partition)
    async with reader(bootstrap) as consumer:
        consumer.assign([where])
        consumer.seek(where, start)
        while await consumer.position(where) < end:
            for batch in (await consumer.getmany(where, timeout_ms=1_000)).values():
                if found := [record for record in batch if record.offset < end]:
                    yield found


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
