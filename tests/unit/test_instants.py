from datetime import UTC, datetime, timedelta

import pytest

from shared.contracts.activity import Session
from shared.instants import earlier, in_zone
from shared.words import moment, span

ENDS = (
    datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(24, 1, 1, tzinfo=UTC),
    datetime.fromisoformat("9999-12-31T23:59:59-08:00"),
    datetime.fromisoformat("0001-01-01T00:00:00+08:00"),
)


@pytest.mark.parametrize("at", ENDS)
def test_any_instant_can_be_shown_in_any_zone(at: datetime) -> None:
    for zone in ("WIB", "WITA", "WIT"):
        assert moment(at, zone).endswith(zone)
    starts = min(at, datetime(9000, 1, 1, tzinfo=UTC))
    ends = max(at, datetime(9000, 1, 1, tzinfo=UTC))
    given = {"id": "s", "title": "S", "zone": "WIT", "jp": 1, "starts": starts, "ends": ends}
    assert "WIT" in span(Session.model_validate(given))


def test_within_the_calendar_nothing_is_moved() -> None:
    at = datetime(9999, 12, 31, 10, tzinfo=UTC)
    assert in_zone(at, "WITA").isoformat() == "9999-12-31T18:00:00+08:00"
    assert earlier(at, timedelta(days=1)) == at - timedelta(days=1)


@pytest.mark.parametrize("days", [999_999, -999_999, 999_999_999])
def test_no_duration_leads_out_of_the_calendar(days: int) -> None:
    for at in ENDS:
        assert isinstance(earlier(at, timedelta(days=days)), datetime)
