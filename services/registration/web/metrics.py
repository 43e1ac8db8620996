"""What operators watch, beside readiness: docs/metrics.md says when to worry."""

from time import time
from typing import get_args

from prometheus_client import CollectorRegistry, Counter
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from services.registration.kernel.batch import Encode
from services.registration.kernel.commit import Commit, Cursor
from services.registration.kernel.partition_processors import PartitionProcessors
from services.registration.kernel.partition_status import PartitionStatus
from services.registration.kernel.ports import LedgerPort
from shared.contracts.outcomes import ParkedReason, Reason
from shared.kafka.assignment import CursorListener


class MeasuredLedger:
    """A ledger whose committed refusals and parked records are counted, by reason.

    Every reason stands there from the start, since an alert sees no increase in a row that begins at 1.
    """

    def __init__(self, ledger: LedgerPort, registry: CollectorRegistry) -> None:
        self._ledger = ledger
        self._refused = Counter(
            "simpul_commands_refused", "Commands refused by this process", ["reason"], registry=registry
        )
        self._parked = Counter(
            "simpul_records_parked", "Intake records parked by this process", ["reason"], registry=registry
        )
        for counter, reasons in ((self._refused, Reason), (self._parked, ParkedReason)):
            for reason in get_args(reasons):
                counter.labels(reason)

    async def claim(self, partition: int) -> Cursor:
        return await self._ledger.claim(partition)

    def encoder(self, cursor: Cursor) -> Encode:
        return self._ledger.encoder(cursor)

    async def commit(self, commit: Commit) -> None:
        await self._ledger.commit(commit)
        for settled in commit.outcomes:
            if settled.reason is not None:
                self._refused.labels(settled.reason).inc()
        for poison in commit.parked:
            self._parked.labels(poison.reason).inc()


class UnsignedCommands:
    """How many commands were taken without a signature: whoever may write to the log can send such."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._counter = Counter(
            "simpul_commands_unsigned", "Commands taken without a signature", registry=registry
        )

        self._taken = 0

    def count(self) -> None:
        self._counter.inc()
        self._taken += 1

    def warnings(self) -> list[str]:
        """For readiness."""
        if not self._taken:
            return []
        return [
            f"{self._taken} commands without a signature were taken since the start, as whoever may write to "
            "the log can send: have every source sign, then set SIMPUL_UNSIGNED=refuse"
        ]


class PartitionMetrics(Collector):
    """Read when they are asked for; no label holds more than a partition's number."""

    def __init__(
        self,
        processors: PartitionProcessors,
        listener: CursorListener,
        partitions: int,
        registry: CollectorRegistry,
    ) -> None:
        self._processors = processors
        self._listener = listener
        self._partitions = partitions
        registry.register(self)

    def collect(self) -> list[Metric]:
        number = _of_partitions("ledger_number", "Last fact decided")
        unpublished = _of_partitions("facts_unpublished", "Facts decided, not yet published")
        behind = _of_partitions(
            "publisher_behind_seconds", "Since when the publisher has had facts and got no further"
        )
        claimed = _of_partitions("partition_claimed", "1 while this instance decides")
        lag = _of_partitions("intake_lag", "Commands not yet decided")
        oldest = _of_partitions("intake_oldest_seconds", "Age of the oldest command read and not yet decided")
        ends = {where[1]: end for where, end in self._listener.highwaters().items()}
        for partition, one in self._processors.held.items():
            label = [str(partition)]
            claimed.add_metric(label, float(one.claimed))
            unpublished.add_metric(label, one.behind)
            behind.add_metric(label, one.seconds_behind)
            oldest.add_metric(label, _age(one))
            if one.cursor is not None:
                number.add_metric(label, one.cursor.number)
                lag.add_metric(label, max(0, ends.get(partition, 0) - one.cursor.next))
        poll = GaugeMetricFamily("simpul_seconds_since_poll", "Age of Kafka's last answer")
        poll.add_metric([], self._listener.seconds_since_poll())
        partitions = GaugeMetricFamily("simpul_partitions", "Partitions of the office")
        partitions.add_metric([], self._partitions)
        return [number, unpublished, behind, claimed, lag, oldest, poll, partitions]


def _of_partitions(name: str, about: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"simpul_{name}", about, labels=["partition"])


def _age(held: PartitionStatus) -> float:
    return max(0.0, time() - held.oldest.timestamp()) if held.oldest else 0.0
