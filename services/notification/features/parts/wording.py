"""What mails to people with a part say, with the sessions that their part is in."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from services.notification.features.gatherings.calendar import Method, calendar_of
from services.notification.features.parts.domain.rules import CANCELLED
from services.notification.kernel.letters import SALT, Draft, Letter, Words, mark
from shared.contracts.activity import Session
from shared.contracts.directory import ActivityEntry, PartEntry
from shared.links import Links
from shared.office import Office
from shared.words import span

NAME: Final = mark("Nama")
PART: Final = f"pengisi{SALT}".ljust(29, "x")  # as long as an id, since calendars fold by length
STAMP: Final = "19700101T000000Z"
STAMPED: Final = datetime.strptime(STAMP, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Kind:
    """Of all who have the same part in the same sessions."""

    activity: ActivityEntry
    kind: str
    sessions: tuple[Session, ...]


def draft(letter: Letter, links: Links) -> Draft:
    part: PartEntry = letter.recipient
    assert letter.activity is not None, "it is of one"
    assert part.name is not None, "nobody else is mailed"
    named = {*part.sessions} or {session.id for session in letter.activity.sessions}
    sessions = tuple(one for one in letter.activity.sessions if one.id in named)
    stamp = {PART: part.part, STAMP: f"{letter.delivery.due:%Y%m%dT%H%M%SZ}"}
    return Draft(Kind(letter.activity, part.kind, sessions), {NAME: part.name}, part.name, stamp)


def words(template: str, kind: Kind, office: Office, links: Links) -> Words:
    activity, sessions = kind.activity, kind.sessions
    reply_to = activity.reply_to or office.reply_to
    first = next(iter(sessions), None)
    values = {
        "name": NAME,
        "part": kind.kind,
        "host": activity.host,
        "reason": activity.reason,
        "sessions": [(session, span(session)) for session in sessions],
        "series": len(activity.sessions) > 1,
        "preview": ", ".join(filter(None, [span(first), first.place])) if first else "",
        "page_link": links.to_activity(activity.activity),
        "cancel_link": None,
    }
    if not sessions:
        return Words(activity.title, reply_to, values)
    method: Method = "CANCEL" if template == CANCELLED else "PUBLISH"
    theirs = activity.model_copy(update={"sessions": sessions})
    calendar = calendar_of(theirs, PART, reply_to, STAMPED, method)
    return Words(activity.title, reply_to, values, calendar, method)
