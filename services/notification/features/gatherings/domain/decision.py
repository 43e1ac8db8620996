"""Whether a mail to a participant goes, that is in time and whose entries are there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.notification.features.gatherings.domain.lists import SeatStanding
from services.notification.features.gatherings.domain.policies import ONLY_WHILE_LIVE, TO_THE_INVITED
from services.notification.features.gatherings.domain.reminders import whole
from services.notification.features.gatherings.domain.told_revisions import ToldRevisions
from services.notification.kernel.deliveries import Delivery
from services.notification.kernel.verdicts import DeliveryContext, EndDelivery, Send, Verdict, Wait
from shared.activity_changes import changes, told_against
from shared.contracts.activity import last_end
from shared.contracts.directory import ActivityEntry, InvitationEntry

NOTHING_TOLD: Final = ToldRevisions()


@dataclass(frozen=True, slots=True)
class ToldParticipant:
    """What is looked up where a template asks for it: `standing`, and what its reader was `told` of the
    activity, which `stood` so then."""

    standing: SeatStanding | None = None
    told: ToldRevisions = NOTHING_TOLD
    stood: tuple[ActivityEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class ActivityNews:
    """`earlier`: the activity as its reader was told of it last, where that is the news; `seated`: has or had
    a seat, where the template asks for it; `over`: the last session has ended, so nobody is to come any
    more."""

    earlier: ActivityEntry | None = None
    seated: bool = False
    over: bool = False


NOTHING_LOOKED_UP: Final = ToldParticipant()


def decide(delivery: Delivery, known: DeliveryContext, now: datetime) -> Verdict:
    activity, looked_up = known.activity, known.looked_up or NOTHING_LOOKED_UP
    assert isinstance(activity, ActivityEntry), "each of these is of an activity"
    standing = looked_up.standing
    left = standing is not None and standing.status == "cancelled"
    if delivery.template in ONLY_WHILE_LIVE and (activity.cancelled or left):
        return EndDelivery("withdrawn", "cancelled")
    if delivery.template in TO_THE_INVITED:
        return _of_invitation(known.recipient, activity, now)
    if delivery.template == "reminder" and _moved(delivery, activity):
        return EndDelivery("withdrawn", "moved")
    earlier, verdict = told_against(looked_up.stood, activity), None
    if delivery.template == "activity-changed":
        verdict = _of_change(delivery, looked_up.told, earlier, activity, now)
    seated = standing is not None and standing.seated
    return verdict or Send(ActivityNews(earlier, seated, _over(now, activity)))


def _of_invitation(invitation: InvitationEntry, activity: ActivityEntry, now: datetime) -> Verdict:
    if activity.cancelled:
        return EndDelivery("withdrawn", "cancelled")
    return EndDelivery("expired", "shelf_life") if now >= invitation.until else Send(ActivityNews())


def _moved(delivery: Delivery, activity: ActivityEntry) -> bool:
    session = delivery.occasion.rpartition(".")[0]
    return delivery.until not in [whole(one.starts) for one in activity.sessions if one.id == session]


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
