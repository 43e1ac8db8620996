"""Whether a mail to somebody with a part goes, that is in time and whose entries are there."""

from datetime import datetime
from typing import Final

from services.notification.features.parts.domain.rules import CANCELLED, CHANGED
from services.notification.kernel.deliveries import Delivery
from services.notification.kernel.verdicts import DeliveryContext, EndDelivery, Send, Verdict
from shared.contracts.activity import last_end
from shared.contracts.directory import ActivityEntry, PartEntry

TOLD_LATER: Final = True
"""A later mail of the same kind to the same person is on its way."""


def decide(delivery: Delivery, known: DeliveryContext, now: datetime) -> Verdict:
    """Nobody without an address is mailed; of changes that follow on each other the last one is told."""
    part, activity = known.recipient, known.activity
    assert isinstance(part, PartEntry), "each of these goes to one"
    assert isinstance(activity, ActivityEntry), "each of these is of an activity"
    if part.name is None or part.email is None:
        return EndDelivery("withdrawn", "erased")
    if delivery.template != CANCELLED and activity.cancelled:
        return EndDelivery("withdrawn", "cancelled")
    ends = last_end(activity.sessions)
    if ends is not None and now >= ends:
        return EndDelivery("withdrawn", "over")
    if delivery.template == CHANGED and known.looked_up is TOLD_LATER:
        return EndDelivery("withdrawn", "merged")
    return Send()
