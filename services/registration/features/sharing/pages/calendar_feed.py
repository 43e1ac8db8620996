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


def routes(front: OfficePages) -> APIRouter:
    router = APIRouter()

    @router.get("/kegiatan.ics")
    async def feed() -> Response:
        listed, now = await gatherings(front).views.listed(), datetime.now(UTC)
        data = await asyncio.to_thread(calendar, front, listed, now)
        return Response(data, media_type="text/calendar; charset=utf-8")

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
