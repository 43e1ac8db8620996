"""What a request for an own page owes, the mail with its link, and whether that is still the one to send."""

from datetime import datetime, timedelta
from typing import Final

from services.notification.kernel.deliveries import Delivery
from services.notification.kernel.mail_template import BLUE, MailTemplate
from services.notification.kernel.verdicts import DeliveryContext, EndDelivery, Send, Verdict
from shared.contracts.directory import OwnPageEntry, own_page_key

TEMPLATES: Final = {
    "own-page": MailTemplate("Pendaftaran saya", BLUE, timedelta(days=1), resend_if_ambiguous=True),
}


def owe(entry: OwnPageEntry, partition: int) -> Delivery:
    """Once for each cause."""
    recipient = own_page_key(entry.page)
    return Delivery(entry.cause, "own-page", "", recipient, partition, entry.at, entry.rev, 0)


def decide(delivery: Delivery, known: DeliveryContext, now: datetime) -> Verdict:
    """Who asked again meanwhile gets the newer link alone."""
    page: OwnPageEntry = known.recipient
    if page.rev > delivery.needs_recipient:
        return EndDelivery("withdrawn", "merged")
    return EndDelivery("expired", "shelf_life") if now >= page.until else Send()
