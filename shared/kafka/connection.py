"""How every service reaches Kafka: one set of settings for consumers, producers and admin."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

MAX_RECORD_BYTES: Final = 1_000_000


class KafkaUnavailable(Exception):
    """No answer in time. What was sent may arrive all the same: its outcome is unknown."""


@dataclass(frozen=True, slots=True)
class KafkaSettings:
    """`idempotence` is on wherever the broker has it; the session time-out is how long a killed owner's
    partitions lie still (6 s is a broker's least unless set). `fetch_wait_ms`: how long a broker keeps
    a fetch that finds nothing; the embedded one answers late even when something comes, and needs less."""

    bootstrap: str
    idempotence: bool = True
    session_timeout_ms: int = 6_000
    fetch_wait_ms: int = 500


@asynccontextmanager
async def answering(what: str, seconds: float) -> AsyncIterator[None]:
    """Bounds calls to Kafka, since many of aiokafka's own never end. Raises `KafkaUnavailable`."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except (KafkaError, TimeoutError) as error:
        raise KafkaUnavailable(f"no answer for {what}") from error


def is_away(error: BaseException) -> bool:
    """Whether Kafka did not answer, so that the same call may succeed later."""
    return isinstance(error, KafkaError | KafkaUnavailable | OSError)


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
        async with answering(f"a record to {topic}", seconds):
            metadata = await (await self.enqueue(topic, key, value, headers, partition))
        return int(metadata.offset)
