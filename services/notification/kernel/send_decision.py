"""Whether a delivery that is due goes out now, waits, or never goes."""

from dataclasses import dataclass
from datetime import datetime

from services.notification.kernel.deliveries import Delivery
from services.notification.kernel.mail_features import MailFeatures
from services.notification.kernel.verdicts import (
    DeliveryContext,
    EndDelivery,
    ErasedEntry,
    Send,
    Verdict,
    Wait,
)


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
    features: MailFeatures,
    delivery: Delivery,
    known: DeliveryContext,
    now: datetime,
    allowed: AllowedRecipients,
    lost_attempt: bool,
) -> Verdict:
    """`lost_attempt`: an earlier attempt was begun and its answer is not known."""
    template, recipient, activity = features.templates[delivery.template], known.recipient, known.activity
    if lost_attempt and not template.resend_if_ambiguous:
        return EndDelivery("ambiguous", "answer_lost")
    if now > delivery.due + template.shelf_life or (delivery.until and now >= delivery.until):
        return EndDelivery("expired", "shelf_life")
    if isinstance(recipient, ErasedEntry) or isinstance(activity, ErasedEntry):
        return EndDelivery("withdrawn", "erased")
    if recipient is None or (activity is None and delivery.activity):
        return Wait(missing=True)
    if recipient.rev < delivery.needs_recipient or (activity and activity.rev < delivery.needs_activity):
        return Wait(missing=False)
    verdict = features.owner(delivery.template).decide(delivery, known, now)
    if isinstance(verdict, Send) and recipient.email not in allowed:
        return EndDelivery("withdrawn", "held_back")
    return verdict
