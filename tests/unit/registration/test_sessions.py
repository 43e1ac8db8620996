"""How long a session lives."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shared.accounts.domain.session import Session, day_ends

MAKASSAR = ZoneInfo("Asia/Makassar")  # eight hours ahead
MORNING = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
EVENING = datetime(2026, 3, 2, 15, 50, tzinfo=UTC)


def lives(signed_in: datetime, seen: datetime, now: datetime, at_door: bool) -> bool:
    stays = day_ends(signed_in, MAKASSAR) if at_door else None
    return Session(b"", "u:x", "Chrome di Android", signed_in, seen, None, stays).lives(now)


@pytest.mark.parametrize(
    ("signed_in", "used", "after", "at_desk", "at_door"),
    [
        (MORNING, 0, 29, True, True),
        (MORNING, 0, 30, False, True),
        (MORNING, 0, 719, False, True),
        (MORNING, 719, 720, False, False),
        (EVENING, 0, 9, True, True),
        (EVENING, 0, 29, True, True),
        (EVENING, 0, 31, False, False),
        (EVENING, 20, 49, True, True),
    ],
)
def test_at_the_door_it_lives_unused_until_midnight_there(
    signed_in: datetime, used: int, after: int, at_desk: bool, at_door: bool
) -> None:
    seen, now = signed_in + timedelta(minutes=used), signed_in + timedelta(minutes=after)
    assert lives(signed_in, seen, now, at_door=False) is at_desk
    assert lives(signed_in, seen, now, at_door=True) is at_door
