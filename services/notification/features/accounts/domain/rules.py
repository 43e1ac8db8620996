"""What an account's entry of the directory owes, a mail with its link or its news, and whether it is sent."""

from datetime import datetime, timedelta
from typing import Final

from services.notification.kernel.deliveries import Delivery
from services.notification.kernel.mail_template import AMBER, BLUE, MailTemplate
from services.notification.kernel.verdicts import DeliveryContext, EndDelivery, Send, Verdict
from shared.contracts.directory import AccountEntry

TEMPLATES: Final = {
    "account": MailTemplate("Undangan akun", BLUE, timedelta(days=3), resend_if_ambiguous=True),
    "sign-in": MailTemplate("Masuk ke akun Anda", AMBER, timedelta(days=3), resend_if_ambiguous=True),
}


def owe(entry: AccountEntry, partition: int) -> Delivery:
    """Once for each cause."""
    template = "sign-in" if entry.news else "account"
    return Delivery(entry.cause, template, "", entry.account, partition, entry.at, entry.rev, 0)


def decide(delivery: Delivery, known: DeliveryContext, now: datetime) -> Verdict:
    """A link that a newer one replaced, or that is over, opens nothing; newer news holds the older."""
    account: AccountEntry = known.recipient
    if account.rev > delivery.needs_recipient:
        return EndDelivery("withdrawn", "merged")
    return EndDelivery("expired", "shelf_life") if now >= account.until else Send()
