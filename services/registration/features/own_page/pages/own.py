"""A page of one's own: each registration with its state, its number, its calendar and what is owed."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import urlsplit

import segno
from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse
from icalendar import Calendar

from services.registration.features.gatherings.answers_shown import shown_answers
from services.registration.features.gatherings.gatherings_desk import gatherings
from services.registration.features.gatherings.pages.activities import phase
from services.registration.features.materials.materials_desk import ListedMaterial, materials
from services.registration.features.own_page.own_page_desk import own_page
from services.registration.features.own_page.own_registrations import OwnRegistration, OwnRegistrations
from services.registration.web.front import OfficePages, now
from shared.calendars import session_event, zone_of
from shared.http import Problem
from shared.links import LinkUnknown

NOT_OURS: Final = (
    "Tautan ini tidak kami kenali, atau sudah lewat masanya. Minta tautan baru di halaman /saya."
)
NOT_THERE: Final = "Pendaftaran ini tidak ada di halaman Anda."


def routes(front: OfficePages) -> APIRouter:
    router = APIRouter(prefix="/saya/{token}")

    @router.get("", response_class=HTMLResponse)
    async def listed(token: str) -> HTMLResponse:
        rows = await _own(front).of(_address(front, token))
        at = now()
        ahead = [row for row in rows if not row.activity.over(at)]
        past = [row for row in reversed(rows) if row.activity.over(at)]
        return front.page("saya.html", token=token, ahead=ahead, past=past)

    @router.get("/{registration}", response_class=HTMLResponse)
    async def one(token: str, registration: str) -> HTMLResponse:
        row = await _one(front, token, registration)
        found, described = row.registration, row.activity.described
        number = found.id
        return front.page(
            "saya-pendaftaran.html",
            token=token,
            row=row,
            activity=described,
            phase=phase(described, row.activity.cancelled, now()),
            number=" ".join(number[at : at + 5] for at in range(0, len(number), 5)),
            picture=segno.make(number, micro=False).svg_inline(
                omitsize=True, dark="#000", light="#fff", title="Kode QR nomor pendaftaran"
            ),
            materials=await _materials(front, row),
            offered_until=row.activity.offers.get(found.id),
            offer=urlsplit(front.links.to_offer(found.id)).path,
            answers=shown_answers(described, found.registrant.category, found.registrant.answers, now()),
            materials_at=_materials_at(front, row),
            cancel=urlsplit(front.links.to_cancel(found.id)).path,
        )

    @router.get("/{registration}/jadwal.ics")
    async def calendar(token: str, registration: str) -> Response:
        row = await _one(front, token, registration)
        data = await asyncio.to_thread(_calendar, row)
        headers = {"Content-Disposition": f'attachment; filename="{row.activity.described.id}.ics"'}
        return Response(data, media_type="text/calendar; charset=utf-8", headers=headers)

    return router


def _address(front: OfficePages, token: str) -> bytes:
    """Raises `Problem` 404."""
    try:
        return bytes.fromhex(front.links.own_page(token, now()))
    except (LinkUnknown, ValueError):
        raise Problem(404, "link_unknown", NOT_OURS) from None


def _own(front: OfficePages) -> OwnRegistrations:
    return OwnRegistrations(own_page(front).owners, gatherings(front))


async def _one(front: OfficePages, token: str, registration: str) -> OwnRegistration:
    """Raises `Problem` 404."""
    found = await _own(front).one(_address(front, token), registration)
    if found is None:
        raise Problem(404, "registration_unknown", NOT_THERE)
    return found


async def _materials(front: OfficePages, row: OwnRegistration) -> Sequence[ListedMaterial]:
    """Of the activity; what is for participants alone is for those who are confirmed."""
    public_only = row.registration.status != "confirmed"
    return await materials(front).listed(row.activity.described.id, public_only)


def _materials_at(front: OfficePages, row: OwnRegistration) -> str:
    """Where it shows those that `_materials` are."""
    if row.registration.status != "confirmed":
        return f"/kegiatan/{row.activity.described.id}/materi"
    return urlsplit(front.links.to_materials(row.registration.id)).path


def _calendar(row: OwnRegistration) -> bytes:
    """Under the same UIDs as the file in a mail, so that a phone notes a session once."""
    described, found = row.activity.described, Calendar()
    invited = row.registration.status == "confirmed"
    found.add("prodid", "-//Simpul//Undangan//ID")
    found.add("version", "2.0")
    for zone in sorted({session.zone for session in described.sessions}):
        found.add_component(zone_of(zone))
    for session in described.sessions:
        event = session_event(described.title, session, len(described.sessions) == 1, invited)
        event.add("uid", f"{row.registration.id}-{session.id}@simpul")
        event.add("dtstamp", datetime.now(UTC))
        if row.activity.cancelled or row.registration.ended:
            event.add("status", "CANCELLED")
        found.add_component(event)
    return bytes(found.to_ical())
