"""What is promised of each kind of mail: how long it is worth sending, and whether twice beats never."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal, TypeGuard

Template = Literal[
    "confirmed",
    "waitlisted",
    "promoted",
    "cancelled",
    "reminder",
    "activity-changed",
    "activity-cancelled",
]
AccountTemplate = Literal["account", "sign-in"]
"""Mails to somebody of the staff, of no activity."""


@dataclass(frozen=True, slots=True)
class Policy:
    """`shelf_life` counts from when the mail fell due. `resend_if_ambiguous`: nobody knows whether the last
    attempt arrived; True where missing the news is worse than reading it twice. `only_while_live`: of no
    use to who has cancelled since, or when the activity was. `by_standing`: says other things to who has or
    had a seat than to who waits."""

    shelf_life: timedelta
    resend_if_ambiguous: bool
    only_while_live: bool = False
    by_standing: bool = False


POLICIES: Final[dict[Template, Policy]] = {
    "confirmed": Policy(timedelta(days=7), resend_if_ambiguous=True),
    "waitlisted": Policy(timedelta(days=3), resend_if_ambiguous=False),
    "promoted": Policy(timedelta(days=7), resend_if_ambiguous=True),
    "cancelled": Policy(timedelta(days=7), resend_if_ambiguous=False, by_standing=True),
    "reminder": Policy(timedelta(days=7), resend_if_ambiguous=False, only_while_live=True, by_standing=True),
    "activity-changed": Policy(
        timedelta(days=7), resend_if_ambiguous=True, only_while_live=True, by_standing=True
    ),
    "activity-cancelled": Policy(timedelta(days=7), resend_if_ambiguous=True, by_standing=True),
}
ACCOUNT_POLICIES: Final[dict[AccountTemplate, Policy]] = {
    "account": Policy(timedelta(days=3), resend_if_ambiguous=True),
    "sign-in": Policy(timedelta(days=3), resend_if_ambiguous=True),
}


def policy(template: Template | AccountTemplate) -> Policy:
    match template:
        case "account" | "sign-in":
            return ACCOUNT_POLICIES[template]
        case _:
            return POLICIES[template]


def is_of_account(template: Template | AccountTemplate) -> TypeGuard[AccountTemplate]:
    return template in ACCOUNT_POLICIES


@dataclass(frozen=True, slots=True)
class Backoff:
    """Doubling pauses, in seconds, spread by half so that many do not come back at once."""

    first: float = 2.0
    longest: float = 900.0  # greylisting servers take a mail after 5 to 15 minutes

    def after(self, tries: int, chance: float) -> float:
        """`tries` done so far, at least 1; `chance` in [0, 1)."""
        return min(self.longest, self.first * 2.0 ** min(tries - 1, 30)) * (0.75 + chance / 2)
