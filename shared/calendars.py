"""Sessions as events of a calendar file, in their own zones (RFC 5545)."""

from functools import cache
from typing import Final

from icalendar import Event, Timezone

from shared.contracts.activity import Session
from shared.contracts.types import ZONES
from shared.instants import in_zone

ONLINE: Final = "Daring"
"""Said in the place of a link: whoever has that is in the meeting."""


def session_event(title: str, session: Session, alone: bool, invited: bool) -> Event:
    """When, where and what; whose it is says its UID, which the caller adds. `alone`: its activity has no
    other session, so that the activity's title says all; `invited`: it is for who may join by its link."""
    event = Event()
    event.add("dtstart", in_zone(session.starts, session.zone))
    event.add("dtend", in_zone(session.ends, session.zone))
    event.add("summary", title if alone else f"{title}: {session.title}")
    if where := session.place or (session.link if invited else session.link and ONLINE):
        event.add("location", where)
    return event


@cache
def zone_of(zone: str) -> Timezone:
    """Of one of Indonesia's three. Made once: it takes 14 ms, all else of a mail 2."""
    return Timezone.from_tzid(ZONES[zone])
