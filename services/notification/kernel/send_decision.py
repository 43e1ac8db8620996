"""Whether a delivery that is due goes out now, waits, or never goes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from services.notification.features.gatherings.domain.changes import changes, told_against
from services.notification.features.gatherings.domain.lists import SeatStanding
from services.notification.features.gatherings.domain.policies import policy as policy_of
from services.notification.features.gatherings.domain.reminders import whole
from services.notification.features.gatherings.domain.told_revisions import ToldRevisions
from services.notification.kernel.deliveries import Delivery
from shared.contracts.activity import last_end
from shared.contracts.directory import AccountEntry, ActivityEntry, RegistrationEntry


@dataclass(frozen=True, slots=True)
class ErasedEntry:
    """The directory's record was ended by a tombstone: nothing is known any more, and nothing will be."""


ERASED: Final = ErasedEntry()
NOTHING_TOLD: Final = ToldRevisions()


@dataclass(frozen=True, slots=True)
class DeliveryContext:
    """What is known where a delivery is looked at; None: nothing, or nothing that its template asks for.
    `told`: what its reader was told of the activity, which `stood` so then."""

    person: RegistrationEntry | AccountEntry | ErasedEntry | None
    activity: ActivityEntry | ErasedEntry | None
    standing: SeatStanding | None = None
    told: ToldRevisions = NOTHING_TOLD
    stood: tuple[ActivityEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Send:
    """`earlier`: the activity as its reader was told of it last, where that is the news; `over`: its last
    session has ended, so nobody is to come any more."""

    person: RegistrationEntry
    activity: ActivityEntry
    earlier: ActivityEntry | None = None
    over: bool = False


@dataclass(frozen=True, slots=True)
class SendToAccount:
    person: AccountEntry


@dataclass(frozen=True, slots=True)
class Wait:
    """For the directory. `missing`: no revision at all was seen, so it ends where the directory ends. `turn`:
    for its own time, or for another mail to the same person that goes before."""

    missing: bool
    turn: bool = False


@dataclass(frozen=True, slots=True)
class EndDelivery:
    """`knows`: the revision that its reader knows without it."""

    state: Literal["withdrawn", "expired", "ambiguous", "failed"]
    reason: str
    knows: int | None = None


Verdict = Send | SendToAccount | Wait | EndDelivery


@dataclass(frozen=True, slots=True)
class AllowedRecipients:
    """The only addresses or `@domains` that mails may go to; empty: all."""

    only_to: frozenset[str] = frozenset()

    @classmethod
    def of(cls, text: str) -> "AllowedRecipients":
        return cls(frozenset(part.strip().lower() for part in text.split(",") if part.strip()))

    def __contains__(self, address: str) -> bool:
        address = address.lower()
        return not self.only_to or address in self.only_to or f"@{address.rpartition('@')[2]}" in self.only_to


def decide_sending(
    delivery: Delivery, known: DeliveryContext, now: datetime, allowed: AllowedRecipients, lost_attempt: bool
) -> Verdict:
    """`lost_attempt`: an earlier attempt was begun and its answer is not known."""
    policy, person, activity = policy_of(delivery.template), known.person, known.activity
    if lost_attempt and not policy.resend_if_ambiguous:
        return EndDelivery("ambiguous", "answer_lost")
    if now > delivery.due + policy.shelf_life or (delivery.starts and now >= delivery.starts):
        return EndDelivery("expired", "shelf_life")
    if isinstance(person, ErasedEntry) or isinstance(activity, ErasedEntry):
        return EndDelivery("withdrawn", "erased")
    if isinstance(person, AccountEntry):
        return _to_account(delivery, person, now, allowed)
    if person is None or activity is None:
        return Wait(missing=True)
    if person.rev < delivery.needs_registration or activity.rev < delivery.needs_activity:
        return Wait(missing=False)
    if policy.only_while_live and (activity.cancelled or _left(known)):
        return EndDelivery("withdrawn", "cancelled")
    if delivery.starts is not None and _moved(delivery, activity):
        return EndDelivery("withdrawn", "moved")
    earlier, verdict = told_against(known.stood, activity), None
    if delivery.template == "activity-changed":
        verdict = _of_change(delivery, known.told, earlier, activity, now)
    if verdict is not None:
        return verdict
    if person.email not in allowed:
        return EndDelivery("withdrawn", "held_back")
    return Send(person, activity, earlier, _over(now, activity))


def _to_account(
    delivery: Delivery, person: AccountEntry, now: datetime, allowed: AllowedRecipients
) -> Verdict:
    """A link that a newer one replaced, or that is over, opens nothing."""
    if person.rev < delivery.needs_registration:
        return Wait(missing=False)
    if person.rev > delivery.needs_registration:
        return EndDelivery("withdrawn", "merged")
    if now >= person.until:
        return EndDelivery("expired", "shelf_life")
    return SendToAccount(person) if person.email in allowed else EndDelivery("withdrawn", "held_back")


def _left(known: DeliveryContext) -> bool:
    return known.standing is not None and known.standing.status == "cancelled"


def _moved(delivery: Delivery, activity: ActivityEntry) -> bool:
    session = delivery.occasion.rpartition(".")[0]
    return delivery.starts not in [whole(one.starts) for one in activity.sessions if one.id == session]


def _of_change(
    delivery: Delivery,
    told: ToldRevisions,
    earlier: ActivityEntry | None,
    activity: ActivityEntry,
    now: datetime,
) -> Verdict | None:
    """Told once, in the order of the facts, against what its reader was told last; None: there is news."""
    if _over(now, activity) and (earlier is None or _over(now, earlier)):
        return EndDelivery("withdrawn", "over")
    if told.rev is not None and told.rev >= delivery.needs_activity:
        return EndDelivery("withdrawn", "merged")
    if told.ahead or now < delivery.due:
        return Wait(missing=False, turn=True)
    if earlier is not None and not changes(earlier, activity):
        return EndDelivery("withdrawn", "unchanged", knows=activity.rev)
    return None


def _over(now: datetime, activity: ActivityEntry) -> bool:
    ends = last_end(activity.sessions)
    return ends is not None and now >= ends
