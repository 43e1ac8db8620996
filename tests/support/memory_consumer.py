"""The consumer of Kafka's twin: as much of aiokafka's as this project asks of it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from time import time
from typing import cast

from aiokafka import TopicPartition

from shared.kafka.records import BATCH_RECORDS, Batch


@dataclass(frozen=True, slots=True)
class MemoryRecord:
    """As a broker stamps it that sets the time of the append."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    timestamp: int
    timestamp_type: int = 1


@dataclass
class Partition:
    first: int = 0
    records: list[MemoryRecord] = field(default_factory=list)

    @property
    def end(self) -> int:
        return self.first + len(self.records)


class MemoryConsumer:
    """`at` finds a partition. `woken`: something may have come, or is to be read elsewhere."""

    def __init__(self, at: Callable[[TopicPartition], Partition]) -> None:
        self._at = at
        self._positions: dict[TopicPartition, int] = {}
        self._paused: set[TopicPartition] = set()
        self._stopped = False
        self.woken = asyncio.Event()

    def assign(self, wheres: Iterable[TopicPartition]) -> None:
        self._positions = {where: self._at(where).first for where in wheres}

    def assignment(self) -> set[TopicPartition]:
        return set(self._positions)

    def subscription(self) -> set[str]:
        return {where.topic for where in self._positions}

    def seek(self, where: TopicPartition, offset: int) -> None:
        self._positions[where] = offset
        self.woken.set()

    def pause(self, *wheres: TopicPartition) -> None:
        self._paused |= set(wheres)

    def resume(self, *wheres: TopicPartition) -> None:
        self._paused -= set(wheres)
        self.woken.set()

    def paused(self) -> set[TopicPartition]:
        return set(self._paused)

    def highwater(self, where: TopicPartition) -> int:
        return self._at(where).end

    def last_poll_timestamp(self, where: TopicPartition) -> int:
        return int(time() * 1000)

    async def position(self, where: TopicPartition) -> int:
        return self._positions[where]

    async def beginning_offsets(self, wheres: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return {where: self._at(where).first for where in wheres}

    async def end_offsets(self, wheres: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        return {where: self._at(where).end for where in wheres}

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        """A group that is never without its only member reads nothing from there."""

    async def getmany(
        self, *wheres: TopicPartition, timeout_ms: int = 0, max_records: int = BATCH_RECORDS
    ) -> dict[TopicPartition, list[MemoryRecord]]:
        found = {where: self._next(where, max_records) for where in wheres or self._positions}
        return {where: records for where, records in found.items() if records}

    def _next(self, where: TopicPartition, most: int) -> list[MemoryRecord]:
        there, position = self._at(where), self._positions[where]
        if where in self._paused or position < there.first:
            return []
        records = there.records[position - there.first :][:most]
        self._positions[where] = position + len(records)
        return records

    async def hand_over(self, handler: Callable[[Batch], Awaitable[None]]) -> None:
        """Until it is stopped, whatever comes, in batches."""
        while not self._stopped:
            self.woken.clear()
            found = await self.getmany()
            records = [record for records in found.values() for record in records]
            if records:
                await handler(cast(Batch, tuple(records)))
            else:
                await self.woken.wait()

    def stop(self) -> None:
        self._stopped = True
        self.woken.set()
