"""When sessions are, as a list of activities says it."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.contracts.activity import Session
from shared.words import dates


def meetings(*starts: str, hours: int = 4) -> list[Session]:
    zone = ZoneInfo("Asia/Makassar")
    begins = [datetime.fromisoformat(one).replace(tzinfo=zone) for one in starts]
    return [
        Session(
            id=f"sesi-{at}", title="Uji", starts=one, ends=one + timedelta(hours=hours), zone="WITA", jp=0
        )
        for at, one in enumerate(begins)
    ]


@pytest.mark.parametrize(
    ("starts", "told"),
    [
        (["2027-01-11T08:00"], "Senin, 11 Januari 2027, pukul 08.00–12.00 WITA"),
        (["2027-01-11T08:00", "2027-01-11T13:00"], "11 Januari 2027 (2 pertemuan)"),
        (["2027-01-13T08:00", "2027-01-11T08:00", "2027-01-12T08:00"], "11–13 Januari 2027 (3 pertemuan)"),
        (["2027-01-30T08:00", "2027-02-02T08:00"], "30 Januari – 2 Februari 2027 (2 pertemuan)"),
        (["2027-12-30T08:00", "2028-01-02T08:00"], "30 Desember 2027 – 2 Januari 2028 (2 pertemuan)"),
        (["2027-01-11T08:00", "2027-01-12T22:00"], "11–13 Januari 2027 (2 pertemuan)"),
    ],
)
def test_several_sessions_are_told_by_their_first_and_last_day(starts: list[str], told: str) -> None:
    assert dates(meetings(*starts)) == told
