"""Kafka as a service is handed it: what is sent, read and looked at goes through one port."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from shared.kafka.application import broker, consuming, subscribe
from shared.kafka.assignment import CursorListener
from shared.kafka.connection import KafkaSettings, Producer
from shared.kafka.offsets import delete_before, group_members, reader
from shared.kafka.records import Batch
from shared.kafka.topics import TopicSpec, admin, require_topic
from shared.startup import until_up


class Sender(Protocol):
    """Both raise `KafkaUnavailable`. `enqueue` answers with what resolves to the record's metadata."""

    async def enqueue(
        self,
        topic: str,
        key: bytes,
        value: bytes | None,
        headers: list[tuple[str, bytes]],
        partition: int | None = None,
    ) -> Awaitable[Any]: ...

    async def send(
        self,
        topic: str,
        key: bytes,
        value: bytes | None,
        headers: list[tuple[str, bytes]],
        partition: int | None = None,
        seconds: float = 10.0,
    ) -> int: ...


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a group reads: `topics`, or those whose names fit a `pattern`, present and to come. `handler` gets
    batches and never raises; `listener` says where each partition is read from; `reset`: what is done where
    the group has committed no offset."""

    topics: tuple[str, ...]
    handler: Callable[[Batch], Awaitable[None]]
    group: str
    listener: CursorListener
    reset: Literal["none", "earliest"]
    pattern: str | None = None


class Cluster(Protocol):
    """`reader` gives a consumer without subscription; each call raises `KafkaUnavailable` where no answer
    comes, `require` also `TopicMisfit`."""

    def sender(self) -> AbstractAsyncContextManager[Sender]: ...
    def reader(self) -> AbstractAsyncContextManager[Any]: ...
    def consuming(self, subscription: Subscription) -> AbstractAsyncContextManager[Any]: ...
    async def require(self, specs: Iterable[TopicSpec]) -> None: ...
    async def delete_before(self, topic: str, partition: int, offset: int) -> None: ...
    async def group_members(self, group: str) -> int: ...


class KafkaCluster:
    """The brokers that the settings name."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings

    @asynccontextmanager
    async def sender(self) -> AsyncIterator[Producer]:
        """Waits for as long as Kafka is away."""
        producer = Producer(self._settings)
        await until_up(producer.start)
        try:
            yield producer
        finally:
            await producer.stop()

    def reader(self) -> AbstractAsyncContextManager[Any]:
        return reader(self._settings.bootstrap)

    @asynccontextmanager
    async def consuming(self, subscription: Subscription) -> AsyncIterator[None]:
        """Waits for as long as Kafka is away; ends when the running batch is finished."""
        kafka = broker(self._settings)
        subscribe(
            kafka,
            self._settings,
            *subscription.topics,
            handler=subscription.handler,
            group=subscription.group,
            listener=subscription.listener,
            reset=subscription.reset,
            pattern=subscription.pattern,
        )
        async with consuming(kafka):
            yield

    async def require(self, specs: Iterable[TopicSpec]) -> None:
        async with admin(self._settings.bootstrap) as client:
            for spec in specs:
                await require_topic(client, spec)

    async def delete_before(self, topic: str, partition: int, offset: int) -> None:
        await delete_before(self._settings.bootstrap, topic, partition, offset)

    async def group_members(self, group: str) -> int:
        return await group_members(self._settings.bootstrap, group)
