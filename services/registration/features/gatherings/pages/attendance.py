"""Ticking people off at a session: one form a page, and only what was changed in it is sent."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import ValidationError

from services.registration.features.accounts.accounts_desk import note
from services.registration.features.gatherings.domain.activity import attendance_opens
from services.registration.features.gatherings.gatherings_desk import activity_of, gatherings
from services.registration.features.gatherings.roster import RosterFilter
from services.registration.kernel.actions import Action
from services.registration.web.desk import submit_command
from services.registration.web.front import OfficePages, now
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import done_message, redirect_with_message, staff_page
from shared.contracts.activity import session_named, sessions_in_order
from shared.contracts.commands import RecordAttendance
from shared.contracts.outcomes import Outcome
from shared.http import Problem
from shared.pages import pages_of
from shared.words import number

ROWS: Final = 30
Number = Annotated[int, Query(ge=1, le=10_000)]
Tick = tuple[str, str, bool]
"""Registration, session, whether present."""


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter()
    Recorder = Annotated[SignedIn, Depends(access.page(Action.RECORD_ATTENDANCE))]  # noqa: N806

    @router.get("/staf/kegiatan/{activity}/kehadiran", response_class=HTMLResponse)
    async def show(
        activity: str, user: Recorder, request: Request, pertemuan: str = "", hal: Number = 1
    ) -> HTMLResponse:
        return await _shown(front, user, activity, pertemuan, hal, did=done_message(front, request))

    @router.post("/staf/kegiatan/{activity}/kehadiran", response_class=HTMLResponse)
    async def tick(
        activity: str, user: Recorder, request: Request, pertemuan: str = "", hal: Number = 1
    ) -> Response:
        sent = await request.form()
        there = set(map(str, sent.getlist("hadir")))
        differs = sorted(there ^ set(map(str, sent.getlist("semula"))))
        ticks = [(one, pertemuan, one in there) for one in differs]
        told = await record(front, activity, ticks, user)
        if told:
            message = f"{len(told)} dari {len(ticks)} perubahan belum tercatat. {told[0].message}"
            return await _shown(front, user, activity, pertemuan, hal, message)
        onward = hal + 1 if sent.get("lanjut") else hal
        here = f"/staf/kegiatan/{activity}/kehadiran"
        return redirect_with_message(front, here, saved(len(ticks)), pertemuan=pertemuan, hal=onward)

    return router


def saved(changes: int) -> str:
    return f"{number(changes)} perubahan kehadiran tersimpan." if changes else "Tidak ada yang berubah."


async def record(front: OfficePages, activity: str, ticks: Sequence[Tick], user: SignedIn) -> list[Outcome]:
    """What of it is not recorded. Raises `Problem` 422 or 503."""
    return [one for one in await outcomes_of(front, activity, ticks, user) if one.result != "recorded"]


async def outcomes_of(
    front: OfficePages, activity: str, ticks: Sequence[Tick], user: SignedIn
) -> list[Outcome]:
    """Of each tick, in their order. Raises `Problem` 422 or 503."""
    try:
        commands = [
            RecordAttendance(activity=activity, registration=one, session=session, present=present)
            for one, session, present in ticks
        ]
    except ValidationError:
        raise Problem(422, "invalid", "") from None
    return await asyncio.gather(*(submit_command(front, one, activity, user) for one in commands))


async def _shown(
    front: OfficePages,
    user: SignedIn,
    activity: str,
    named: str,
    number: int,
    told: str = "",
    did: str = "",
) -> HTMLResponse:
    state = await activity_of(front, activity)
    meetings = sessions_in_order(state.described.sessions)
    meeting = session_named(meetings, named) or meetings[0]
    opens = attendance_opens(state.described, meeting.starts)
    skip = (number - 1) * ROWS
    rows, total = await gatherings(front).roster.found(activity, RosterFilter(status="confirmed"), skip, ROWS)
    await note(front, user, "read_attendance", f"a:{activity}", count=len(rows))
    return staff_page(
        front,
        user,
        "staf-kehadiran.html",
        409 if told else 200,
        activity=state.described,
        meetings=meetings,
        meeting=meeting,
        opens=opens if now() < opens else None,
        attended=state.attended,
        rows=rows,
        total=total,
        number=number,
        pages=pages_of(total, ROWS),
        told=told,
        done=did,
        cancelled=state.cancelled,
    )
