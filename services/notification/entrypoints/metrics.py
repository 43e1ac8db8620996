"""Figures for operators; no label ever names a person."""

from prometheus_client import CollectorRegistry, Counter, Gauge

from services.notification.domain.deliveries import Delivery, State
from services.notification.entrypoints.consumer import Reader
from shared.mongo.driver import Store


class Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._closed = Counter(
            "simpul_deliveries_closed",
            "Deliveries closed by this process",
            ["template", "state"],
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

    def closed(self, delivery: Delivery, state: State) -> None:
        self._closed.labels(delivery.template, state).inc()

    async def look(self, store: Store, reader: Reader) -> None:
        """Bring the gauges up to date."""
        grouped = {"$group": {"_id": {"state": "$state", "template": "$template"}, "count": {"$sum": 1}}}
        rows = await store.aggregate("deliveries", [grouped])
        for gauge in (self._rows, self._number, self._behind):
            gauge.clear()  # what is no more, or is another instance's now, must not stay on show
        for row in rows:
            self._rows.labels(row["_id"]["template"], row["_id"]["state"]).set(row["count"])
        for partition, number in reader.numbers().items():
            self._number.labels(partition).set(number)
        for (topic, partition), count in reader.behind().items():
            self._behind.labels(topic, partition).set(count)
        self._stopped.set(len(reader.stopped))
