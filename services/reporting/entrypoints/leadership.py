"""What an instance does while it has the lease: it reads the facts of every office, present and to come,
and publishes what they add up to."""

import asyncio
from collections import Counter
from time import time

from services.reporting.entrypoints.metrics import Metrics
from services.reporting.entrypoints.reader import Reader
from services.reporting.storage.cursors import ensure_cursors
from services.reporting.storage.gaps import Gaps
from services.reporting.storage.publishing import Publisher
from shared.contracts.topics import FACTS_PATTERN, NATIONAL, group, office_of
from shared.kafka.assignment import SILENT_SECONDS
from shared.kafka.cluster import Cluster, Subscription
from shared.mongo.driver import Store
from shared.tracing import UNTRACED, Untraced


class Leadership:
    """Under one epoch of the lease. Nothing of it outlives `run`."""

    def __init__(
        self, cluster: Cluster, store: Store, metrics: Metrics, epoch: int, traces: Untraced = UNTRACED
    ) -> None:
        self._cluster, self._traces = cluster, traces
        self._store = store
        self._reader = Reader(store, epoch, Gaps(cluster), metrics.applied)
        self._publisher = Publisher(cluster, store, epoch)
        self._listener = self._reader.listener
        self._started = False

    async def run(self) -> None:
        """Until cancelled; a broker that is down is asked again every second."""
        async with asyncio.TaskGroup() as tasks:
            for work in (self._read(), self._reader.maintain(), self._publisher.run()):
                tasks.create_task(work)

    async def _read(self) -> None:
        count = self._traces.reading("count", ("/",), self._reader.read)
        owner = group(NATIONAL, "reporting")
        subscription = Subscription((), count, owner, self._listener, "earliest", FACTS_PATTERN)
        try:
            async with self._cluster.consuming(subscription):
                self._started = True
                await asyncio.Event().wait()
        finally:
            await self._reader.written()

    async def lag(self) -> dict[str, int]:
        """Records of held partitions not yet applied, by office."""
        lag: Counter[str] = Counter()
        ends = self._listener.highwaters()
        for where, cursor in (await ensure_cursors(self._store, self._listener.held)).items():
            lag[office_of(where[0])] += max(0, ends.get(where, 0) - cursor.offset)
        return dict(lag)

    def not_well(self) -> list[str]:
        """A system that no office has joined yet is well; one that offices joined must hold partitions."""
        if not self._started:
            return ["Kafka has not answered yet"]
        said = []
        if self._listener.failure is not None:
            said.append("an assignment of partitions failed; the log says where")
        quiet = time() - self._listener.since > SILENT_SECONDS
        if self._listener.held:
            if (seconds := self._listener.seconds_since_poll()) > SILENT_SECONDS:
                said.append(f"Kafka last answered {seconds:.0f} s ago")
        elif quiet and self._listener.sees_topics:
            said.append("no partition is assigned though offices have facts")
        return said
