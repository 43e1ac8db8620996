"""An activity's sessions as a calendar file, in its own zone (RFC 5545)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from icalendar import Calendar, Event

from shared.calendars import session_event, zone_of
from shared.contracts.activity import Session
from shared.contracts.directory import ActivityEntry

Method = Literal["PUBLISH", "CANCEL"]


def calendar_of(
    activity: ActivityEntry,
    registration: str,
    organizer: str,
    stamp: datetime,
    method: Method = "PUBLISH",
    fell_away: Sequence[Session] = (),
) -> bytes:
    """PUBLISH: something to note, nothing to answer, since the seat was taken already; CANCEL takes it back.

    The UID of a session stays, and SEQUENCE is the activity's revision, so that a later file replaces this
    one; a seat given back raises it by one. `fell_away`: sessions noted earlier that are no more.
    """
    calendar = Calendar()
    calendar.add("prodid", "-//Simpul//Undangan//ID")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    for zone in sorted({session.zone for session in (*activity.sessions, *fell_away)}):
        calendar.add_component(zone_of(zone))
    for session in (*activity.sessions, *fell_away):
        event = _event(activity, session, registration, organizer, stamp)
        taken_back = method == "CANCEL"
        event.add("sequence", min(activity.rev + (taken_back and not activity.cancelled), 2**31 - 1))
        if taken_back or session in fell_away:
            event.add("status", "CANCELLED")
        calendar.add_component(event)
    return bytes(calendar.to_ical())


def _event(
    activity: ActivityEntry, session: Session, registration: str, organizer: str, stamp: datetime
) -> Event:
    event = session_event(activity.title, session, alone=len(activity.sessions) == 1, invited=True)
    event.add("uid", f"{registration}-{session.id}@simpul")
    event.add("dtstamp", stamp)
    if session.link:
        event.add("url", session.link)
    if activity.host:
        event.add("description", f"Penanggung jawab: {activity.host}")
    event.add("organizer", f"mailto:{organizer}")
    return event
