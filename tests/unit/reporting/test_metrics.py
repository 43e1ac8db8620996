"""What operators see of the national reporting."""

from datetime import UTC, datetime

from prometheus_client import generate_latest

from services.reporting.domain.standing import OfficeStanding
from services.reporting.entrypoints.metrics import Metrics
from services.reporting.storage.unknown import UnknownCounts
from shared.sign_ins import SignIns
from tests.support.watched import shown, told

AT = datetime(2024, 5, 1, tzinfo=UTC)


def test_the_table_of_metrics_tells_what_reporting_shows() -> None:
    metrics = Metrics()
    SignIns(metrics.registry)
    metrics.applied("bali", 3)
    metrics.lag({"bali": 7})
    metrics.standing([OfficeStanding("bali", "BGP Bali", None, AT, 3, 1, "differs", None)])
    metrics.unknown({"bali": UnknownCounts(measures=2, cells=1)})
    text = generate_latest(metrics.registry).decode()
    assert shown(text) == told("reporting")
    name = "simpul_reporting_last_fact_timestamp_seconds"
    assert metrics.registry.get_sample_value(name, {"office": "bali"}) == AT.timestamp()


def test_an_office_that_said_nothing_yet_has_no_last_fact() -> None:
    metrics = Metrics()
    metrics.standing([OfficeStanding("bali", "BGP Bali", None, None, 0, 0, "waiting", None)])
    assert "last_fact_timestamp_seconds{" not in generate_latest(metrics.registry).decode()
