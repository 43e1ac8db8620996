"""Figures for operators; no label ever names a person."""

from collections.abc import Iterable
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge

from services.notification.kernel.deliveries import Delivery, State
from services.notification.storage.reader import Reader
from shared.mongo.driver import Store

CLOSED = tuple(state for state in get_args(State) if state != "pending")


class Metrics:
    def __init__(self, templates: Iterable[str]) -> None:
        self.registry = CollectorRegistry()
        self._closed = Counter(
            "simpul_deliveries_closed",
            "Deliveries closed by this process",
            ["template", "state"],
            registry=self.registry,
        )
        for template in templates:  # an alert sees no increase in a row that begins at 1
            for state in CLOSED:
                self._closed.labels(template, state)
        self._overdue = Gauge(
            "simpul_deliveries_overdue_seconds",
            "Since when the oldest open mail is due",
            registry=self.registry,
        )
        self._rows = Gauge(
            "simpul_deliveries", "Deliveries in the ledger", ["template", "state"], registry=self.registry
        )
        self._number = Gauge(
            "simpul_fact_number", "Number of the last fact applied", ["partition"], registry=self.registry
        )
        self._behind = Gauge(
            "simpul_records_behind",
            "Records not applied yet",
            ["topic", "partition"],
            registry=self.registry,
        )
        self._stopped = Gauge(
            "simpul_partitions_stopped", "Partitions read no further", registry=self.registry
        )

        self._parked = Gauge(
            "simpul_directory_parked",
            "Directory entries that could not be read and were put aside, in the database",
            registry=self.registry,
        )
        self._passed_over = Counter(
            "simpul_directory_passed_over",
            "Directory entries of kinds that this version does not know",
            registry=self.registry,
        )

    def passed_over(self, entries: int) -> None:
        self._passed_over.inc(entries)

    def closed(self, delivery: Delivery, state: State) -> None:
        self._closed.labels(delivery.template, state).inc()

    async def look(self, store: Store, reader: Reader) -> None:
        """Bring the gauges up to date."""
        by = {"state": "$state", "template": "$template"}
        grouped = {"$group": {"_id": by, "count": {"$sum": 1}, "due": {"$min": "$due"}}}
        rows = await store.aggregate("deliveries", [grouped])
        now = await store.now()
        for gauge in (self._rows, self._number, self._behind):
            gauge.clear()  # what is no more, or is another instance's now, must not stay on show
        due = min((row["due"] for row in rows if row["_id"]["state"] == "pending"), default=now)
        self._overdue.set(max(0.0, (now - due).total_seconds()))
        for row in rows:
            self._rows.labels(row["_id"]["template"], row["_id"]["state"]).set(row["count"])
        for partition, number in reader.numbers().items():
            self._number.labels(partition).set(number)
        for (topic, partition), count in reader.behind().items():
            self._behind.labels(topic, partition).set(count)
        self._stopped.set(len(reader.paused))
        self._parked.set(await store["parked"].count_documents({}))
