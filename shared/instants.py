"""Arithmetic on instants that stops at the calendar's ends: stored messages may hold any up to them."""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from shared.contracts.types import ZONES

FIRST: Final = datetime(1, 1, 3, tzinfo=UTC)
LAST: Final = datetime(9999, 12, 29, tzinfo=UTC)


def in_zone(at: datetime, zone: str) -> datetime:
    """In Indonesia's zone of this name."""
    return at_place(at, ZoneInfo(ZONES[zone]))


def at_place(at: datetime, zone: tzinfo) -> datetime:
    try:
        return at.astimezone(zone)
    except OverflowError:
        return min(max(at, FIRST), LAST).astimezone(zone)


def earlier(at: datetime, by: timedelta) -> datetime:
    try:
        return at - by
    except OverflowError:
        return FIRST if by > timedelta(0) else LAST
