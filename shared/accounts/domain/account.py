"""Somebody who works with a service: who it is, in which roles, and whether they may sign in."""

from dataclasses import dataclass
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
