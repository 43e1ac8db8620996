"""What operators watch, beside readiness."""

from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge

from services.reporting.domain.standing import OfficeStanding
from services.reporting.storage.unknown import UnknownCounts


class Metrics:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._applied = Counter(
            "simpul_reporting_facts_applied",
            "Facts applied by this process",
            ["office"],
            registry=self.registry,
        )
        self._reading = Gauge(
            "simpul_reporting_reading",
            "1 while this process has the lease and reads, 0 while it stands by",
            registry=self.registry,
        )
        self._unpublished = Gauge(
            "simpul_reporting_unpublished_rows",
            "Rows of figures that the national topic lacks",
            registry=self.registry,
        )
        self._lag = self._gauge("lag_records", "Records of held partitions not yet applied")
        self._gaps = self._gauge("gaps", "Partitions of which a fact lacks")
        self._differs = self._gauge("control_differs", "1 where sums differ from the office's control totals")
        self._stopped = self._gauge("stopped", "1 where nothing more is read of the office")
        self._unknown_measures = self._gauge(
            "unknown_measures", "Measures of a newer office, added up and shown to nobody"
        )
        self._cells_of_none = self._gauge(
            "cells_without_activity", "Cells of a newer office that are of no activity"
        )
        self._last_fact = self._gauge(
            "last_fact_timestamp_seconds", "When its last fact was decided (Unix time)"
        )

    def _gauge(self, name: str, about: str) -> Gauge:
        return Gauge(f"simpul_reporting_{name}", about, ["office"], registry=self.registry)

    def applied(self, office: str, facts: int) -> None:
        self._applied.labels(office).inc(facts)

    def reading(self, reads: bool) -> None:
        self._reading.set(reads)

    def unpublished(self, rows: int) -> None:
        self._unpublished.set(rows)

    def lag(self, offices: dict[str, int]) -> None:
        self._lag.clear()
        for office, records in offices.items():
            self._lag.labels(office).set(records)

    def unknown(self, offices: Mapping[str, UnknownCounts]) -> None:
        for office, one in offices.items():
            self._unknown_measures.labels(office).set(one.measures)
            self._cells_of_none.labels(office).set(one.cells)

    def standing(self, offices: Iterable[OfficeStanding]) -> None:
        for one in offices:
            self._gaps.labels(one.office).set(one.gaps)
            self._differs.labels(one.office).set(one.control == "differs")
            self._stopped.labels(one.office).set(one.stopped is not None)
            if one.last_fact_at is not None:
                self._last_fact.labels(one.office).set(one.last_fact_at.timestamp())
