"""Whether a delivery that is due goes out now, waits, or never goes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from services.notification.domain.changes import changes
from services.notification.domain.deliveries import Delivery
from services.notification.domain.lists import Standing
from services.notification.domain.reminders import whole
from services.notification.domain.templates import POLICIES
from shared.contracts.directory import ActivityEntry, RegistrationEntry


@dataclass(frozen=True, slots=True)
class Gone:
    """The directory's record was ended by a tombstone: nothing is known any more, and nothing will be."""


GONE: Final = Gone()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known where a delivery is looked at; None: nothing, or nothing that its template asks for.
    `earlier`: the activity as it stood before the delivery's fact."""

    person: RegistrationEntry | Gone | None
    activity: ActivityEntry | Gone | None
    earlier: ActivityEntry | None = None
    standing: Standing | None = None


@dataclass(frozen=True, slots=True)
class Send:
    person: RegistrationEntry
    activity: ActivityEntry


@dataclass(frozen=True, slots=True)
class Wait:
    """For the directory. `missing`: no revision at all was seen, so it ends where the directory ends."""

    missing: bool


@dataclass(frozen=True, slots=True)
class Close:
    state: Literal["withdrawn", "expired", "ambiguous"]
    reason: str


Verdict = Send | Wait | Close


@dataclass(frozen=True, slots=True)
class Allowed:
    """The only addresses or `@domains` that mails may go to; empty: all."""

    only_to: frozenset[str] = frozenset()

    @classmethod
    def of(cls, text: str) -> "Allowed":
        return cls(frozenset(part.strip().lower() for part in text.split(",") if part.strip()))

    def __contains__(self, address: str) -> bool:
        address = address.lower()
        return not self.only_to or address in self.only_to or f"@{address.rpartition('@')[2]}" in self.only_to


def judge(delivery: Delivery, known: Known, now: datetime, allowed: Allowed, lost_attempt: bool) -> Verdict:
    """`lost_attempt`: an earlier attempt was begun and its answer is not known."""
    policy, person, activity = POLICIES[delivery.template], known.person, known.activity
    if lost_attempt and not policy.resend_if_ambiguous:
        return Close("ambiguous", "answer_lost")
    if now > delivery.due + policy.shelf_life or (delivery.starts and now >= delivery.starts):
        return Close("expired", "shelf_life")
    if isinstance(person, Gone) or isinstance(activity, Gone):
        return Close("withdrawn", "erased")
    if person is None or activity is None:
        return Wait(missing=True)
    if person.rev < delivery.needs_registration or activity.rev < delivery.needs_activity:
        return Wait(missing=False)
    if policy.only_while_live and (reason := _pointless(delivery, known, activity)):
        return Close("withdrawn", reason)
    if person.email not in allowed:
        return Close("withdrawn", "held_back")
    return Send(person, activity)


def _pointless(delivery: Delivery, known: Known, activity: ActivityEntry) -> str | None:
    """Why those who take part need not read it any more."""
    if activity.cancelled or (known.standing and known.standing.status == "cancelled"):
        return "cancelled"
    if delivery.starts is not None:
        session = delivery.occasion.rpartition(".")[0]
        times = {one.id: whole(one.starts) for one in activity.sessions}
        return None if times.get(session) == delivery.starts else "moved"
    if known.earlier is not None and not changes(known.earlier, activity):
        return "unchanged"
    return None
