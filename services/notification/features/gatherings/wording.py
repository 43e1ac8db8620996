"""What mails to participants are filled with, that are written once for all of a kind."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from services.notification.features.gatherings.domain.decision import ActivityNews
from services.notification.kernel.letters import Letter, mark
from shared.activity_changes import Change, changes
from shared.calendars import ONLINE
from shared.contracts.activity import Session
from shared.contracts.directory import ActivityEntry, InvitationEntry
from shared.links import Links
from shared.words import moment, span

CANCEL, OFFER, PLACE, NAME = mark("Batal"), mark("Tawaran"), mark("Urutan"), mark("Nama")
INVITATION, INSTITUTION = mark("Undangan"), mark("Instansi")
MARKED_PAGES: Final = {"offered": OFFER, "invited": INVITATION, "invitation-reminder": INVITATION}
"""Templates whose button leads to a page of each reader's own."""
INVITED: Final = ("seats", "for_institution", "text", "letter")
NO_NEWS: Final = ActivityNews()
CHANGED: Final = {
    "title": "Nama kegiatan",
    "time": "Waktu",
    "place": "Tempat",
    "link": "Tautan",
    "added": "Sesi tambahan",
    "removed": "Sesi ditiadakan",
}
ONCE_SEATED: Final = "dikirim bila Anda mendapat tempat"
"""In the place of a link: who waits is not shown into the meeting."""
TO_PARTICIPANTS: Final = frozenset({"confirmed", "promoted", "reminder"})
WITHOUT_A_WAY_OUT: Final = frozenset(
    {
        *("cancelled", "activity-cancelled", "rejected", "offered", "offer-ended"),
        *("invited", "invitation-reminder"),
    }
)


@dataclass(frozen=True, slots=True)
class Kind:
    """What mails have in common that are written once. `session`: of which a reminder tells; `over`: nobody
    is to come any more; `reason`: why what ended has ended; `until`: how long a seat is offered;
    `invited`: with how many seats, whether for an institution, and with what words and letter."""

    activity: ActivityEntry
    earlier: ActivityEntry | None
    seated: bool
    in_line: bool
    session: str | None
    over: bool
    reason: str | None = None
    until: datetime | None = None
    invited: tuple[int, bool, str | None, str | None] | None = None

    @classmethod
    def of(cls, letter: Letter) -> "Kind":
        delivery = letter.delivery
        session = delivery.occasion.rpartition(".")[0] if delivery.template == "reminder" else None
        until = delivery.until if delivery.template == "offered" else None
        recipient, invited = letter.recipient, None
        if isinstance(recipient, InvitationEntry):
            until = recipient.until
            invited = recipient.seats, recipient.institution is not None, recipient.text, recipient.letter
        in_line = delivery.place is not None
        assert letter.activity is not None, "it tells of one"
        news = letter.news or NO_NEWS
        reason = letter.recipient.reason if delivery.template == "rejected" else letter.activity.reason
        return cls(
            letter.activity,
            news.earlier,
            news.seated,
            in_line,
            session,
            news.over,
            reason,
            until,
            invited,
        )


def values(template: str, kind: Kind, links: Links) -> dict[str, Any]:
    """What the looks of a kind of mail are filled with; marks stand for what is each person's own."""
    activity = kind.activity
    told = changes(kind.earlier, activity) if kind.earlier else ()
    sessions = activity.sessions
    if template not in TO_PARTICIPANTS and not (template == "activity-changed" and kind.seated):
        sessions = tuple(map(_unlinked, sessions))
        told = tuple(replace(one, old=None, new=ONCE_SEATED) if one.kind == "link" else one for one in told)
    if first := next((one for one in sessions if one.id == kind.session), None):
        sessions = tuple(one for one in sessions if one.starts >= first.starts)
    return {
        "name": NAME,
        "host": activity.host,
        "reason": kind.reason,
        "until": kind.until and moment(kind.until, sessions[0].zone),
        "sessions": [(session, span(session)) for session in sessions],
        "series": len(activity.sessions) > 1,
        "first": first and (first, moment(first.starts, first.zone)),
        "changes": [(_headed(change, len(activity.sessions) > 1), change) for change in told],
        "seated": kind.seated,
        "over": kind.over,
        "place": PLACE if kind.in_line else None,
        "preview": _preview(first or next(iter(sessions), None), told),
        "page_link": MARKED_PAGES.get(template) or links.to_activity(activity.activity),
        "invited": kind.invited and dict(zip(INVITED, kind.invited, strict=True)),
        "institution": INSTITUTION,
        "activity_link": links.to_activity(activity.activity),
        "cancel_link": None if kind.over or template in WITHOUT_A_WAY_OUT else CANCEL,
    }


def _unlinked(session: Session) -> Session:
    place = session.place or (ONLINE if session.link else None)
    return session.model_copy(update={"link": None, "place": place})


def _headed(change: Change, series: bool) -> str:
    head = CHANGED[change.kind]
    if change.kind in ("added", "removed"):
        return f"{head}: {change.session}" if change.session else head
    return f"{change.session} – {head.lower()}" if change.session and series else head


def _preview(session: Session | None, told: tuple[Change, ...]) -> str:
    """What a list of mails shows beside the subject."""
    if told:
        return f"{CHANGED[told[0].kind]}: {told[0].new or told[0].old}"
    return ", ".join(part for part in (span(session), session.place) if part) if session else ""
