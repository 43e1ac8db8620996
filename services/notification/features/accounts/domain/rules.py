"""What an account's entry of the directory owes: the mail with its link, once for each cause."""

from services.notification.kernel.deliveries import Delivery
from shared.contracts.directory import AccountEntry


def invitation(entry: AccountEntry, partition: int) -> Delivery:
    return Delivery(entry.cause, "account", "", entry.account, partition, entry.at, entry.rev, 0)
