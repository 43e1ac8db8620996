"""The one subscriber to the facts of every office, present and to come, and whether it is well."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from time import time
from typing import Final

from services.reporting.cursors import ensure_cursors
from services.reporting.figures import standings
from services.reporting.gaps import Gaps
from services.reporting.metrics import Metrics
from services.reporting.reader import Reader
from shared.contracts.topics import FACTS_PATTERN, NATIONAL, group, office_of
from shared.kafka.application import broker, consuming, subscribe
from shared.kafka.assignment import SILENT_SECONDS, CursorListener
from shared.kafka.connection import KafkaSettings
from shared.mongo.driver import Store

log = logging.getLogger(__name__)

WATCH_SECONDS: Final = 5.0
BATCH_FACTS: Final = 2_000  # folded in memory: a transaction costs by the cells that it touches, not by facts


class Consumer:
    def __init__(self, kafka: KafkaSettings, store: Store, metrics: Metrics) -> None:
        self._kafka = kafka
        self._store = store
        self._metrics = metrics
        self._reader = Reader(store, Gaps(kafka.bootstrap), metrics.applied)
        self._listener = CursorListener(self._reader.assigned, self._reader.revoked)
        self._reader.seek, self._reader.hold = self._listener.seek, self._listener.hold
        self._started = False

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Read until the context ends; a broker that is down is asked again every second."""
        work = (self._read(), self._reader.maintain(), self._watch())
        tasks = [asyncio.create_task(one) for one in work]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _read(self) -> None:
        kafka = broker(self._kafka)
        subscribe(
            kafka,
            self._kafka,
            handler=self._reader.read,
            group=group(NATIONAL, "reporting"),
            listener=self._listener,
            reset="earliest",
            pattern=FACTS_PATTERN,
            at_most=BATCH_FACTS,
        )
        async with consuming(kafka):
            self._started = True
            await asyncio.Event().wait()

    async def _watch(self) -> None:
        while True:
            with suppress(Exception):  # readiness tells of a database that does not answer
                self._metrics.standing(await standings(self._store))
                self._metrics.lag(await self._lag())
            await asyncio.sleep(WATCH_SECONDS)

    async def _lag(self) -> dict[str, int]:
        lag: Counter[str] = Counter()
        ends = self._listener.highwaters()
        for where, cursor in (await ensure_cursors(self._store, self._listener.held)).items():
            lag[office_of(where[0])] += max(0, ends.get(where, 0) - cursor.offset)
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
        quiet = time() - self._listener.since > SILENT_SECONDS
        if self._listener.held:
            if (seconds := self._listener.seconds_since_poll()) > SILENT_SECONDS:
                said.append(f"Kafka last answered {seconds:.0f} s ago")
        elif quiet and self._listener.sees_topics:
            said.append("no partition is assigned though offices have facts")
        return said
