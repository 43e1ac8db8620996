"""What an account's entry of the directory owes: one mail for each cause, with its link or its news."""

from services.notification.domain.deliveries import Delivery
from services.notification.domain.templates import AccountTemplate
from shared.contracts.directory import AccountEntry


def invitation(entry: AccountEntry, partition: int) -> Delivery:
    template: AccountTemplate = "sign-in" if entry.news else "account"
    return Delivery(entry.cause, template, "", entry.account, partition, entry.at, entry.rev, 0)
