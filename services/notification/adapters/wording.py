"""What the mails of one kind say: the state in the subject, and what their looks are filled with."""

from dataclasses import dataclass
from typing import Any, Final

from services.notification.adapters.template_cache import CANCEL, NAME, PLACE
from services.notification.application.ports import Letter
from services.notification.domain.changes import Change, changes
from services.notification.domain.templates import Template
from shared.contracts.activity import Session
from shared.contracts.directory import ActivityEntry
from shared.links import Links
from shared.words import moment, span


@dataclass(frozen=True, slots=True)
class Wording:
    """`state`: the first words of the subject; `tone`: the colour that the state has."""

    state: str
    tone: str


GREEN, AMBER, RED, BLUE = "#1b6e3c", "#8a5a00", "#8c1d18", "#0b4f8a"
WORDINGS: Final[dict[Template, Wording]] = {
    "confirmed": Wording("Terkonfirmasi", GREEN),
    "waitlisted": Wording("Daftar tunggu", AMBER),
    "promoted": Wording("Terkonfirmasi dari daftar tunggu", GREEN),
    "cancelled": Wording("Pendaftaran dibatalkan", RED),
    "reminder": Wording("Pengingat", BLUE),
    "activity-changed": Wording("Perubahan kegiatan", AMBER),
    "activity-cancelled": Wording("Kegiatan dibatalkan", RED),
}
CHANGED: Final = {
    "title": "Nama kegiatan",
    "time": "Waktu",
    "place": "Tempat",
    "link": "Tautan",
    "added": "Sesi tambahan",
    "removed": "Sesi ditiadakan",
}
WITHOUT_A_WAY_OUT: Final = frozenset({"cancelled", "activity-cancelled"})


@dataclass(frozen=True, slots=True)
class Kind:
    """What mails have in common that are written once. `session`: of which a reminder tells; `over`: nobody
    is to come any more."""

    template: Template
    activity: ActivityEntry
    earlier: ActivityEntry | None
    seated: bool
    in_line: bool
    session: str | None
    over: bool

    @classmethod
    def of(cls, letter: Letter) -> "Kind":
        delivery = letter.delivery
        session = delivery.occasion.rpartition(".")[0] if delivery.starts else None
        in_line = delivery.place is not None
        template = delivery.template
        assert template != "account", "it tells of no activity"
        assert template != "sign-in", "nor does this"
        return cls(
            template,
            letter.activity,
            letter.earlier,
            letter.seated,
            in_line,
            session,
            letter.over,
        )


def values(kind: Kind, office: str, reply_to: str, links: Links) -> dict[str, Any]:
    """What the looks of a kind of mail are filled with; marks stand for what is each person's own."""
    activity, wording = kind.activity, WORDINGS[kind.template]
    told = changes(kind.earlier, activity) if kind.earlier else ()
    sessions = activity.sessions
    if first := next((one for one in sessions if one.id == kind.session), None):
        sessions = tuple(one for one in sessions if one.starts >= first.starts)
    return {
        "office": office,
        "name": NAME,
        "title": activity.title,
        "host": activity.host,
        "reason": activity.reason,
        "sessions": [(session, span(session)) for session in sessions],
        "series": len(activity.sessions) > 1,
        "first": first and (first, moment(first.starts, first.zone)),
        "changes": [(_headed(change, len(activity.sessions) > 1), change) for change in told],
        "seated": kind.seated,
        "over": kind.over,
        "place": PLACE if kind.in_line else None,
        "reply_to": reply_to,
        "state": wording.state,
        "tone": wording.tone,
        "preview": _preview(first or next(iter(sessions), None), told),
        "page_link": links.to_activity(activity.activity),
        "cancel_link": None if kind.over or kind.template in WITHOUT_A_WAY_OUT else CANCEL,
    }


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
