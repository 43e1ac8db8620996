"""How every service reaches Kafka: one set of settings for consumers, producers and admin."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.subscriber.usecase import BatchSubscriber

from shared.kafka.records import Batch, raw_decoder, tolerant_parser

BATCH_RECORDS: Final = 500  # one transaction of this size takes about 100 ms
MAX_RECORD_BYTES: Final = 1_000_000


class KafkaUnavailable(Exception):
    """No answer in time. What was sent may arrive all the same: its outcome is unknown."""


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """`idempotence` is on wherever the broker has it; the session time-out is how long a killed owner's
    partitions lie still (6 s is a broker's least unless set)."""

    bootstrap: str
    idempotence: bool = True
    session_timeout_ms: int = 6_000


def broker(settings: KafkaSettings) -> KafkaBroker:
    """A FastStream broker that only consumes; producing has its own bounded `Producer`."""
    return KafkaBroker(
        settings.bootstrap,
        consumer_only=True,
        allow_auto_create_topics=False,
        apply_types=False,
        serializer=None,  # the handler gets records, not a model of its annotations
        graceful_timeout=30.0,
        logger=logging.getLogger("faststream"),
        log_level=logging.DEBUG,
        metadata_max_age_ms=10_000,
    )


def subscribe(
    kafka: KafkaBroker,
    settings: KafkaSettings,
    *topics: str,
    handler: Callable[[Batch], Awaitable[None]],
    group: str,
    listener: ConsumerRebalanceListener,
    reset: Literal["none", "earliest"],
    pattern: str | None = None,
) -> BatchSubscriber:
    """Subscribe a handler to batches of raw records whose offsets lie in MongoDB.

    The handler never raises: it seeks its partitions to their cursors and returns, since a nack would
    seek over the cursor.
    """
    subscriber: BatchSubscriber = kafka.subscriber(
        *topics,
        pattern=pattern,
        group_id=group,
        batch=True,
        max_records=BATCH_RECORDS,
        batch_timeout_ms=50,
        auto_offset_reset=reset,
        ack_policy=AckPolicy.MANUAL,
        listener=listener,
        parser=tolerant_parser,
        decoder=raw_decoder,
        heartbeat_interval_ms=500,
        session_timeout_ms=settings.session_timeout_ms,
        rebalance_timeout_ms=60_000,
        fetch_max_wait_ms=50,
        max_partition_fetch_bytes=4 * 1024 * 1024,
    )
    subscriber(handler)
    return subscriber


class Producer:
    """Sends with `acks=all`; every call is bounded in time, since aiokafka's own are not."""

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._inner: AIOKafkaProducer | None = None

    async def start(self, seconds: float = 10.0) -> None:
        """Raises `KafkaUnavailable`."""
        inner = AIOKafkaProducer(
            bootstrap_servers=self._settings.bootstrap,
            acks="all",
            enable_idempotence=self._settings.idempotence,
            max_request_size=MAX_RECORD_BYTES,
            max_batch_size=256 * 1024,
            metadata_max_age_ms=10_000,
        )
        try:
            await asyncio.wait_for(inner.start(), seconds)
        except (KafkaError, OSError, TimeoutError) as error:
            await asyncio.wait({asyncio.ensure_future(inner.stop())}, timeout=2)
            raise KafkaUnavailable(f"no Kafka at {self._settings.bootstrap}") from error
        self._inner = inner

    async def stop(self) -> None:
        if self._inner is not None:
            await asyncio.wait({asyncio.ensure_future(self._inner.stop())}, timeout=5)

    async def enqueue(
        self,
        topic: str,
        key: bytes,
        value: bytes | None,
        headers: list[tuple[str, bytes]],
        partition: int | None = None,
    ) -> "asyncio.Future[Any]":
        """Put a record in line; the future resolves to its metadata when the broker has it."""
        if self._inner is None:
            raise KafkaUnavailable("the producer is not started")
        queued: asyncio.Future[Any] = await self._inner.send(topic, value, key, partition, None, headers)
        return queued

    async def send(
        self,
        topic: str,
        key: bytes,
        value: bytes | None,
        headers: list[tuple[str, bytes]],
        partition: int | None = None,
        seconds: float = 10.0,
    ) -> int:
        """Send one record and wait for its offset. Raises `KafkaUnavailable`: its outcome is then unknown."""
        try:
            async with asyncio.timeout(seconds):
                metadata = await (await self.enqueue(topic, key, value, headers, partition))
        except (KafkaError, TimeoutError) as error:
            raise KafkaUnavailable(f"no answer for a record to {topic}") from error
        return int(metadata.offset)


def seek(subscriber: BatchSubscriber, topic: str, partition: int, offset: int) -> None:
    """Move a consumer to where its cursor stands; a partition that it lost meanwhile is left alone."""
    consumer = subscriber.consumer
    where = TopicPartition(topic, partition)
    if consumer is not None and where in consumer.assignment():
        consumer.seek(where, offset)
