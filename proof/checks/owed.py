"""Which mails the facts owe: recounted from the ledger alone, by the plainest means."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from pydantic import TypeAdapter

from proof.witnesses import Fact

TOLD: Final = {
    "registration.confirmed": "confirmed",
    "registration.waitlisted": "waitlisted",
    "registration.promoted": "promoted",
    "registration.submitted": "submitted",
    "registration.approved": "waitlisted",
    "registration.rejected": "rejected",
    "offer.made": "offered",
    "offer.ended": "offer-ended",
    "registration.substituted": "confirmed",
    "registration.cancelled": "cancelled",
}
INVITED: Final = {"invitation.sent": "invited", "invitation.reminded": "invitation-reminder"}
LEFT: Final = ("registration.cancelled", "registration.rejected", "offer.ended")
SEATED: Final = ("registration.confirmed", "registration.promoted", "registration.substituted")
CONCERN: Final = {"title", "sessions"}
READING: Final = timedelta(seconds=5)  # a reminder that falls due as a run ends may not be written yet
DURATION: Final = TypeAdapter(timedelta)


@dataclass(frozen=True, slots=True)
class Reminder:
    """`fact`: the one that gave the session this time."""

    fact: str
    occasion: str
    session: str
    starts: datetime
    due: datetime


@dataclass(slots=True)
class Activity:
    """`shown`: per fact, what a participant would see changed; `planned`: every reminder there ever was."""

    live: set[str] = field(default_factory=set)
    seated: dict[str, datetime] = field(default_factory=dict)
    reminders: list[Reminder] = field(default_factory=list)
    planned: list[Reminder] = field(default_factory=list)
    shown: list[tuple[int, Any]] = field(default_factory=list)
    ends: list[datetime] = field(default_factory=list)


@dataclass(slots=True)
class Owed:
    """Deliveries, with when they fall due, or of changes, which are gathered, no sooner: `must` be recorded,
    `may` be. A reminder may be of whom it does not concern any more, since it is found out late; those are
    withdrawn."""

    must: dict[str, datetime]
    may: dict[str, datetime]
    activities: dict[str, Activity]


def owed(ledger: list[Fact], rest: datetime) -> Owed:
    """A cancelled activity owes one to each who is in it, and nothing else: they are told once."""
    found: dict[str, datetime] = {}
    activities: dict[str, Activity] = defaultdict(Activity)
    for fact in ledger:
        due = datetime.fromisoformat(fact.at)
        about, registration = activities[fact.data.get("activity", "")], fact.data.get("registration")
        if fact.type in ("activity.published", "activity.changed"):
            if _told(about, fact, due):
                found |= {f"{fact.id}:activity-changed:{one}:-": due for one in about.live}
            _plan(about, fact, due)
        elif fact.type == "activity.cancelled":
            found |= {f"{fact.id}:activity-cancelled:{one}:-": due for one in about.live}
            about.live = set()
        elif fact.type in INVITED:
            found[f"{fact.id}:{INVITED[fact.type]}:i:{fact.data['invitation']}:-"] = due
        elif fact.type in TOLD and registration:
            found[f"{fact.id}:{_template(fact)}:{registration}:-"] = due
            _enter(about, fact, registration, due)
            if replaced := fact.data.get("replaces"):
                found[f"{fact.id}:cancelled:{replaced}:-"] = due
                about.live.discard(replaced)
    reminded, perhaps = _reminded(activities, rest)
    return Owed(found | reminded, found | perhaps, activities)


def _template(fact: Fact) -> str:
    if fact.data.get("seated"):
        return "confirmed"
    return "cancelled" if fact.data.get("declined") else TOLD[fact.type]


def _enter(about: Activity, fact: Fact, registration: str, at: datetime) -> None:
    (about.live.discard if fact.type in LEFT else about.live.add)(registration)
    if fact.type in SEATED or fact.data.get("seated"):
        about.seated[registration] = at


def _told(about: Activity, fact: Fact, at: datetime) -> bool:
    ends = about.ends[-1:] + [_time(one["ends"]) for one in fact.data["sessions"]]
    over = max(ends, default=at) <= at
    return fact.type == "activity.changed" and not over and not CONCERN.isdisjoint(fact.data["fields"])


def shown_by(data: Mapping[str, Any]) -> tuple[str, list[tuple[datetime, str, datetime]]]:
    """What a fact, or an entry of the directory, says of an activity's title and times."""
    sessions = sorted((_time(one["starts"]), one["id"], _time(one["ends"])) for one in data["sessions"])
    return data["title"], sessions


def _plan(about: Activity, fact: Fact, at: datetime) -> None:
    """One for each session but for those that follow on another; not if its time has passed already."""
    given = fact.data.get("reminder_before")
    before = timedelta(days=1) if given is None else DURATION.validate_python(given)
    shown = shown_by(fact.data)
    sessions = shown[1]
    kept: list[Reminder] = []
    for starts, session, _ in sessions:
        due = starts - before
        near = starts - min(before, timedelta(days=1))
        follows = any(end > near for begun, id, end in sessions if (begun, id) < (starts, session))
        same = [
            one for one in about.reminders if (one.session, one.starts, one.due) == (session, starts, due)
        ]
        if before > timedelta(0) and not follows:
            new = [Reminder(fact.id, f"{session}.{fact.number}", session, starts, due)]
            kept += same or (new if at < due else [])
    about.planned += [one for one in kept if one.fact == fact.id]
    about.reminders = kept
    about.ends.append(max((end for _, _, end in sessions), default=at))
    about.shown.append((fact.number, shown))


def _reminded(
    activities: dict[str, Activity], rest: datetime
) -> tuple[dict[str, datetime], dict[str, datetime]]:
    must: dict[str, datetime] = {}
    may: dict[str, datetime] = {}
    for about in activities.values():
        for one in about.planned:
            stands = one in about.reminders and one.due + READING <= rest
            for registration, at in about.seated.items():
                if at < one.due:
                    name = f"{one.fact}:reminder:{registration}:{one.occasion}"
                    may[name] = one.due
                    if stands and registration in about.live:
                        must[name] = one.due
    return must, may


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
