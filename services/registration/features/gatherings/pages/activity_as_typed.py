"""An activity that stands, as the form shows it, and as a form leaves it that was sent."""

from datetime import datetime, timedelta
from typing import Final

from pydantic import TypeAdapter

from services.registration.features.gatherings.pages.typed_activity import (
    DURATIONS,
    MOST,
    OTHER,
    ROOM,
    SPEAKER,
    SWITCHES,
    TEXTS,
    YES,
)
from services.registration.features.gatherings.pages.typed_questions import questions_json
from shared.contracts.activity import Activity, Quota, Session, Speaker
from shared.contracts.kinds import KINDS
from shared.instants import in_zone
from shared.regions import regencies
from shared.words import words

ISO8601: Final = TypeAdapter(timedelta)
_LISTS: Final = ("categories", "regencies", "cohorts")


def fits_form(activity: Activity) -> bool:
    sessions, quotas = len(activity.sessions), len(activity.quotas)
    return max(sessions, quotas) <= MOST and sessions + quotas <= ROOM


def as_typed(activity: Activity, zone: str) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Text by field, and the categories of each quota. Registration's times in the office's `zone`."""
    typed = _plain(activity, zone)
    for at, session in enumerate(activity.sessions[:MOST]):
        typed |= {f"sessions.{at}.{name}": value for name, value in _session(session).items()}
    for at, quota in enumerate(activity.quotas[:MOST]):
        typed |= {f"quotas.{at}.{name}": value for name, value in _quota(quota).items()}
    chosen = {
        f"quotas.{at}.categories": [*map(str, quota.categories or ())]
        for at, quota in enumerate(activity.quotas[:MOST])
    }
    return typed, chosen


def as_it_stands(before: Activity, after: Activity, zone: str) -> Activity:
    """What the form means by `after`: whatever is typed as it stands stays as it stands, with what the form
    does not show of it, the seconds of a time and the order of a list."""
    typed, standing = _plain(after, zone), _plain(before, zone)
    shown = typed.keys() & Activity.model_fields.keys() - {"kind", "sessions", "quotas"}
    sessions = {session.id: session for session in before.sessions}
    quotas = {quota.id: quota for quota in before.quotas}
    given = {name: getattr(before, name) for name in shown if typed[name] == standing[name]} | {
        "continues": before.continues,
        "sessions": tuple(_same_session(sessions.get(one.id), one) for one in after.sessions),
        "quotas": tuple(_same_quota(quotas.get(one.id), one) for one in after.quotas),
    }
    return after.model_copy(update=given)


def duration_typed(duration: timedelta | None) -> str:
    return "" if duration is None else str(ISO8601.dump_python(duration, mode="json"))


def _plain(activity: Activity, zone: str) -> dict[str, str]:
    known, contact = activity.kind in KINDS, activity.contact
    typed = {
        "id": activity.id,
        "title": activity.title,
        "kind": activity.kind if known else OTHER,
        "other_kind": "" if known else words(activity.kind),
        "opens": local_typed(activity.opens, zone),
        "closes": local_typed(activity.closes, zone),
        "host": activity.host or "",
        "reply_to": activity.reply_to or "",
        "speakers": "\n".join(map(_speaker, activity.speakers)),
        "topics": "\n".join(activity.topics),
        "contact.name": contact.name if contact else "",
        "contact.phone": contact.phone if contact else "",
        **{name: YES if getattr(activity, name) else "" for name in SWITCHES},
        "sessions": str(len(activity.sessions)),
        "quotas": str(len(activity.quotas)),
        "questions": questions_json(activity.questions),
    }
    typed |= {name: getattr(activity, name) or "" for name in TEXTS}
    return typed | {name: duration_typed(getattr(activity, name)) for name in DURATIONS}


def _session(session: Session) -> dict[str, str]:
    return {
        "id": session.id,
        "title": session.title,
        "starts": local_typed(session.starts, session.zone),
        "ends": local_typed(session.ends, session.zone),
        "zone": session.zone,
        "place": session.place or "",
        "map": session.map or "",
        "regency": _named(session.regency) if session.regency else "",
        "link": session.link or "",
        "jp": str(session.jp),
    }


def _quota(quota: Quota) -> dict[str, str]:
    return {
        "id": words(quota.id),
        "seats": str(quota.seats),
        "regencies": ", ".join(map(_named, quota.regencies or ())),
        "cohorts": ", ".join(map(str, quota.cohorts or ())),
    }


def _same_session(before: Session | None, after: Session) -> Session:
    if before is None:
        return after
    typed, standing = _session(after), _session(before)
    same = {name for name, value in typed.items() if value == standing[name]}
    if "zone" not in same:
        same -= {"starts", "ends"}  # the same hour elsewhere is another one
    return after.model_copy(update={name: getattr(before, name) for name in same})


def _same_quota(before: Quota | None, after: Quota) -> Quota:
    if before is None:
        return after
    same = [name for name in _LISTS if {*(getattr(before, name) or ())} == {*(getattr(after, name) or ())}]
    return after.model_copy(update={name: getattr(before, name) for name in same})


def local_typed(at: datetime, zone: str) -> str:
    return in_zone(at, zone).strftime("%Y-%m-%dT%H:%M")


def _speaker(speaker: Speaker | str) -> str:
    if isinstance(speaker, str):
        return speaker
    return f"{speaker.name}{SPEAKER} {speaker.institution}" if speaker.institution else speaker.name


def _named(code: str) -> str:
    return regencies()[code].name if code in regencies() else code
