"""The office's activities as a calendar that phones subscribe to (RFC 5545)."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from fastapi import APIRouter, Response
from icalendar import Calendar

from services.registration.features.gatherings.gatherings_desk import gatherings
from services.registration.features.gatherings.views import ActivityListing
from services.registration.web.front import OfficePages
from shared.calendars import session_event, zone_of
from shared.instants import earlier

PAST: Final = timedelta(days=60)
MOST: Final = 500
"""Sessions; the latest are kept."""
REFRESHED: Final = timedelta(hours=6)


class KeptCalendar:
    """Made anew when an activity changed, and once an hour: it takes a second where activities are many, and
    anybody may ask for it."""

    def __init__(self, front: OfficePages) -> None:
        self._front = front
        self._made: tuple[object, bytes] = (None, b"")
        self._making = asyncio.Lock()

    async def now(self) -> bytes:
        async with self._making:
            listed, now = await gatherings(self._front).views.listed(), datetime.now(UTC)
            of = (sorted(listed, key=lambda one: one.id), now.replace(minute=0, second=0, microsecond=0))
            if self._made[0] != of:
                self._made = of, await asyncio.to_thread(calendar, self._front, listed, now)
            return self._made[1]


def routes(front: OfficePages) -> APIRouter:
    router, kept = APIRouter(), KeptCalendar(front)

    @router.get("/kegiatan.ics")
    async def feed() -> Response:
        return Response(await kept.now(), media_type="text/calendar; charset=utf-8")

    return router


def calendar(front: OfficePages, listed: Sequence[ActivityListing], now: datetime) -> bytes:
    """All sessions that are to come or were in the last 60 days; what was called off is taken back."""
    found = Calendar()
    found.add("prodid", "-//Simpul//Kegiatan//ID")
    found.add("version", "2.0")
    found.add("x-wr-calname", f"Kegiatan {front.office.name}")
    found.add("refresh-interval", REFRESHED, parameters={"VALUE": "DURATION"})
    held = [(one, session) for one in listed for session in one.sessions]
    recent = [(one, session) for one, session in held if session.ends > earlier(now, PAST)]
    recent = sorted(recent, key=lambda pair: pair[1].starts)[-MOST:]
    for zone in sorted({session.zone for _, session in recent}):
        found.add_component(zone_of(zone))
    for one, session in recent:
        event = session_event(one.title, session, alone=len(one.sessions) == 1, invited=False)
        event.add("uid", f"{one.id}-{session.id}@{front.office.code}.simpul")
        event.add("dtstamp", now)
        event.add("url", front.links.to_activity(one.id))
        if one.cancelled:
            event.add("status", "CANCELLED")
        found.add_component(event)
    return bytes(found.to_ical())
