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


def is_last_admin(account: Account, accounts: list[Account], roles: Roles, now: datetime) -> bool:
    """Whether nobody else could invite or disable anybody."""
    return _is_admin(account, roles, now) and not any(
        _is_admin(other, roles, now) for other in accounts if other.id != account.id
    )


def _is_admin(account: Account, roles: Roles, now: datetime) -> bool:
    return account.state == "active" and roles.permit(account.grants, MANAGE_ACCOUNTS, None, now)
