"""Kafka's twin within the process: topics in memory, read at once.

Of each group there is one member. tests/component/test_cluster.py holds it to what the real one does.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from time import time
from types import SimpleNamespace
from typing import Any
from weakref import WeakSet

from aiokafka import TopicPartition

from shared.kafka.cluster import Subscription
from shared.kafka.topics import TopicMisfit, TopicSpec
from tests.support.memory_consumer import MemoryConsumer, MemoryRecord, Partition


class MemoryCluster:
    def __init__(self) -> None:
        self._topics: dict[str, list[Partition]] = {}
        self._members: dict[str, int] = defaultdict(int)
        self._consumers: WeakSet[MemoryConsumer] = WeakSet()

    def consumer(self) -> MemoryConsumer:
        consumer = MemoryConsumer(self.at)
        self._consumers.add(consumer)
        return consumer

    def make(self, specs: Iterable[TopicSpec]) -> None:
        self._topics |= {spec.name: [Partition() for _ in range(spec.partitions)] for spec in specs}

    def at(self, where: TopicPartition) -> Partition:
        return self._topics[where.topic][where.partition]

    async def enqueue(
        self,
        topic: str,
        key: bytes,
        value: bytes | None,
        headers: list[tuple[str, bytes]],
        partition: int | None = None,
    ) -> "asyncio.Future[Any]":
        assert partition is not None, "who writes to Simpul's topics names the partition"
        there = self._topics[topic][partition]
        record = MemoryRecord(topic, partition, there.end, key, value, tuple(headers), int(time() * 1000))
        there.records.append(record)
        for consumer in self._consumers:
            consumer.woken.set()
        acknowledged: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        acknowledged.set_result(record)
        return acknowledged

    async def send(
        self,
        topic: str,
        key: bytes,
        value: bytes | None,
        headers: list[tuple[str, bytes]],
        partition: int | None = None,
        seconds: float = 10.0,
    ) -> int:
        return int((await (await self.enqueue(topic, key, value, headers, partition))).offset)

    @asynccontextmanager
    async def sender(self) -> AsyncIterator["MemoryCluster"]:
        yield self

    @asynccontextmanager
    async def reader(self) -> AsyncIterator[MemoryConsumer]:
        yield self.consumer()

    @asynccontextmanager
    async def consuming(self, subscription: Subscription) -> AsyncIterator[None]:
        assert subscription.pattern is None, "topics to come need a broker"
        wheres = [
            TopicPartition(topic, number)
            for topic in subscription.topics
            for number in range(len(self._topics[topic]))
        ]
        consumer, listener = self.consumer(), subscription.listener
        consumer.assign(wheres)
        listener.subscriber = SimpleNamespace(consumer=consumer)  # type: ignore[assignment]
        assert not self._members[subscription.group], "shared out among several, a group needs a broker"
        self._members[subscription.group] += 1
        await listener.on_partitions_assigned(wheres)
        reading = asyncio.create_task(consumer.hand_over(subscription.handler))
        try:
            yield
        finally:
            consumer.stop()
            await reading
            self._members[subscription.group] -= 1

    async def require(self, specs: Iterable[TopicSpec]) -> None:
        for spec in specs:
            if len(self._topics.get(spec.name, ())) != spec.partitions:
                raise TopicMisfit(f"topic {spec.name} is missing or has other partitions")

    async def delete_before(self, topic: str, partition: int, offset: int) -> None:
        there = self._topics[topic][partition]
        del there.records[: max(0, offset - there.first)]
        there.first = max(there.first, offset)

    async def group_members(self, group: str) -> int:
        return self._members[group]
