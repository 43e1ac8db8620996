"""Somebody who works with a service: who it is, in which roles, and whether they may sign in."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from shared.accounts.domain.permissions import MANAGE_ACCOUNTS, Grant, Roles

State = Literal["invited", "active", "disabled"]


@dataclass(frozen=True, slots=True)
class Account:
    """`id`: `u:` with a random name; the actor of what they do."""

    id: str
    email: str
    name: str
    state: State
    grants: tuple[Grant, ...]

    def with_roles(self, roles: Iterable[str]) -> "Account":
        """Also of the whole, for as long as a session."""
        return replace(self, grants=(*self.grants, *map(Grant, roles)))

    def has_only(self, roles: frozenset[str], now: datetime) -> bool:
        """Whether it may do something, and nothing that is not of these."""
        held = {grant.role for grant in self.grants if grant.holds(now)}
        return bool(held) and held <= roles

    @property
    def called(self) -> str:
        """By name, or by address until they have given theirs."""
        return self.name or self.email


class LastAdmin(Exception):
    """A change would leave fewer who could invite anybody than the service needs."""


def management(accounts: Iterable[Account], roles: Roles, now: datetime) -> int:
    """How an account service is managed: 2 by somebody for good, 1 by somebody until a day, 0 by nobody."""
    return max((_manages(one, roles, now) for one in accounts), default=0)


def _manages(account: Account, roles: Roles, now: datetime) -> int:
    if account.state != "active" or not roles.permit(account.grants, MANAGE_ACCOUNTS, None, now):
        return 0
    lasting = [one for one in account.grants if one.until is None]
    return 2 if roles.permit(lasting, MANAGE_ACCOUNTS, None, now) else 1
