"""The day itself, at the door: look for somebody, and mark them as there."""

from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from services.registration.features.accounts.accounts_desk import note
from services.registration.features.gatherings.domain.activity import attendance_opens
from services.registration.features.gatherings.gathering_sentences import STATUS_LABELS
from services.registration.features.gatherings.gatherings_desk import activity_of, gatherings
from services.registration.features.gatherings.pages.attendance import record
from services.registration.features.gatherings.roster import RosterFilter
from services.registration.kernel.actions import Action
from services.registration.web.front import OfficePages, now
from shared.accounts.access import Access, SignedIn
from shared.accounts.desk_pages import staff_page
from shared.contracts.activity import Session, session_named, sessions_in_order

FOUND: Final = 12
"""At most: whoever looks through more writes another word."""


def routes(front: OfficePages, access: Access) -> APIRouter:
    router = APIRouter(prefix="/staf/kegiatan/{activity}/hari-ini")
    Recorder = Annotated[SignedIn, Depends(access.page(Action.RECORD_ATTENDANCE))]  # noqa: N806

    @router.get("", response_class=HTMLResponse)
    async def empty(
        activity: str, user: Recorder, pertemuan: Annotated[str, Query(max_length=80)] = ""
    ) -> HTMLResponse:
        return await _shown(front, user, activity, pertemuan)

    @router.post("", response_class=HTMLResponse)
    async def find(activity: str, user: Recorder, request: Request) -> HTMLResponse:
        """By POST, since a name must stand in no URL; marks first whom a button named."""
        sent = await request.form()
        session, text = str(sent.get("pertemuan", "")), str(sent.get("cari", "")).strip()[:200]
        ticks = [(str(sent[name]), session, name == "hadir") for name in ("hadir", "batal") if name in sent]
        told = await record(front, activity, ticks, user)
        message = (told[0].message or "") if told else ""
        return await _shown(front, user, activity, session, text, message)

    return router


def running_session(sessions: list[Session], at: datetime) -> Session:
    """The one that runs, else the next, else the last."""
    return next((one for one in sessions if at < one.ends), sessions[-1])


async def _shown(
    front: OfficePages, user: SignedIn, activity: str, named: str, text: str = "", told: str = ""
) -> HTMLResponse:
    state = await activity_of(front, activity)
    meetings = sessions_in_order(state.described.sessions)
    meeting = session_named(meetings, named) or running_session(meetings, now())
    opens, counts = (
        attendance_opens(state.described, meeting.starts),
        await gatherings(front).roster.counts(activity),
    )
    rows, total = (
        await gatherings(front).roster.found(activity, RosterFilter(text=text), 0, FOUND) if text else ([], 0)
    )
    if text:
        await note(front, user, "read_attendance", f"a:{activity}", query=text, count=len(rows))
    return staff_page(
        front,
        user,
        "staf-hari-ini.html",
        409 if told else 200,
        activity=state.described,
        meetings=meetings,
        meeting=meeting,
        opens=opens if now() < opens else None,
        attended=state.attended.get(meeting.id, 0),
        confirmed=counts.get("confirmed", 0),
        rows=rows,
        total=total,
        text=text,
        told=told,
        statuses=STATUS_LABELS,
        cancelled=state.cancelled,
    )
