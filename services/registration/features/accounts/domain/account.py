"""Somebody of an office's staff: who it is, in which roles, and whether they may sign in."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.registration.features.accounts.domain.permissions import Grant
from services.registration.kernel.actions import Role

State = Literal["invited", "active", "disabled"]


@dataclass(frozen=True, slots=True)
class Account:
    """`id`: `u:` with a random name; the actor of what they do."""

    id: str
    email: str
    name: str
    state: State
    grants: tuple[Grant, ...]

    def with_roles(self, roles: Iterable[Role]) -> "Account":
        """Also of the whole office, for as long as a session."""
        return replace(self, grants=(*self.grants, *map(Grant, roles)))

    @property
    def called(self) -> str:
        """By name, or by address until they have given theirs."""
        return self.name or self.email

    def is_at_door(self, now: datetime) -> bool:
        """Whether all that they may do is to record attendance."""
        roles = {grant.role for grant in self.grants if grant.holds(now)}
        return roles == {Role.PINTU}


def is_last_admin(account: Account, accounts: list[Account], now: datetime) -> bool:
    """Whether nobody else could invite or disable anybody."""
    return _is_admin(account, now) and not any(
        _is_admin(other, now) for other in accounts if other.id != account.id
    )


def _is_admin(account: Account, now: datetime) -> bool:
    return account.state == "active" and any(
        grant.role is Role.ADMIN and grant.activity is None and grant.holds(now) for grant in account.grants
    )
