"""The one subscriber to the facts of every office, present and to come, and whether it is well."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import time
from typing import Any, Final

from aiokafka import TopicPartition
from faststream.kafka import KafkaBroker

from services.reporting.cursors import ensure_cursors
from services.reporting.figures import standings
from services.reporting.gaps import Gaps
from services.reporting.metrics import Metrics
from services.reporting.reader import Reader
from shared.contracts.topics import FACTS_PATTERN, NATIONAL, group, office_of
from shared.kafka.assignment import CursorListener
from shared.kafka.connection import KafkaSettings, broker, seek, subscribe
from shared.kafka.records import Where
from shared.mongo.driver import Store

log = logging.getLogger(__name__)

START_SECONDS: Final = 20.0
QUIET_SECONDS: Final = 15.0  # a broker that is well answers a waiting fetch every 50 ms
WATCH_SECONDS: Final = 5.0


class Consumer:
    def __init__(self, kafka: KafkaSettings, store: Store, metrics: Metrics) -> None:
        self._kafka = kafka
        self._store = store
        self._metrics = metrics
        self._reader = Reader(store, Gaps(kafka.bootstrap), metrics.applied)
        self._reader.seek, self._reader.hold = self._seek, self._hold
        self._listener = CursorListener(self._reader.assigned, self._reader.revoked)
        self._broker: KafkaBroker | None = None
        self._started = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Read until the context ends; a broker that is down is asked again every second."""
        tasks = [
            asyncio.create_task(work) for work in (self._start(), self._reader.maintain(), self._watch())
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            if self._broker is not None:
                await asyncio.wait({asyncio.ensure_future(self._broker.stop())}, timeout=30)

    async def _start(self) -> None:
        while not self._started:
            kafka = self._broker = broker(self._kafka)
            self._listener.subscriber = subscribe(
                kafka,
                self._kafka,
                handler=self._reader.read,
                group=group(NATIONAL, "reporting"),
                listener=self._listener,
                reset="earliest",
                pattern=FACTS_PATTERN,
            )
            try:
                await asyncio.wait_for(kafka.start(), START_SECONDS)
                self._started = True
            except Exception as error:
                log.warning("no Kafka at %s: %s", self._kafka.bootstrap, type(error).__name__)
                await asyncio.wait({asyncio.ensure_future(kafka.stop())}, timeout=5)
                await asyncio.sleep(1)

    @property
    def _consumer(self) -> Any:
        return self._listener.subscriber.consumer if self._listener.subscriber else None

    def _seek(self, where: Where, offset: int) -> None:
        topic_partition = TopicPartition(*where)
        if self._consumer is not None and topic_partition in self._consumer.assignment():
            assert self._listener.subscriber
            seek(self._listener.subscriber, *where, offset)
            self._consumer.resume(topic_partition)

    def _hold(self, where: Where) -> None:
        topic_partition = TopicPartition(*where)
        if self._consumer is not None and topic_partition in self._consumer.assignment():
            self._consumer.pause(topic_partition)

    async def _watch(self) -> None:
        while True:
            with suppress(Exception):  # readiness tells of a database that does not answer
                self._metrics.standing(await standings(self._store))
                self._metrics.lag(await self._lag())
            await asyncio.sleep(WATCH_SECONDS)

    async def _lag(self) -> dict[str, int]:
        lag: Counter[str] = Counter()
        for where, cursor in (await ensure_cursors(self._store, self._listener.held)).items():
            topic_partition = TopicPartition(*where)
            if topic_partition in self._consumer.assignment():
                end = self._consumer.highwater(topic_partition)
                lag[office_of(where[0])] += max(0, (end or 0) - cursor.offset)
        return dict(lag)

    async def not_ready(self) -> list[str]:
        """A system that no office has joined yet is ready; one that offices joined must hold partitions."""
        said = []
        try:
            await self._store.ping()
            said += [
                f"office {one.office} stopped: {one.stopped}"
                for one in await standings(self._store)
                if one.stopped
            ]
        except Exception:
            said.append("MongoDB does not answer")
        if not self._started:
            return [*said, "Kafka has not answered yet"]
        if self._listener.failure is not None:
            said.append("an assignment of partitions failed; the log says where")
        quiet = time() - self._listener.since > QUIET_SECONDS
        if self._listener.held:
            if (seconds := self._listener.seconds_since_poll()) > QUIET_SECONDS:
                said.append(f"Kafka last answered {seconds:.0f} s ago")
        elif quiet and self._consumer is not None and self._consumer.subscription():
            said.append("no partition is assigned though offices have facts")
        return said
