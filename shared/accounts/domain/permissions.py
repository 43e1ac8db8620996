"""Roles and what they may do: the one table of a service, and what an account's grants come to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

ENTER: Final = "enter"
MANAGE_ACCOUNTS: Final = "manage_accounts"
SEE_HISTORY: Final = "see_history"
"""Actions of the pages that every service's accounts have."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role for one activity, or for everything where none is named. `until`: it ends then."""

    role: str
    activity: str | None = None
    until: datetime | None = None

    def __str__(self) -> str:
        where = f" di {self.activity}" if self.activity else ""
        return f"{self.role}{where}" + (f" sampai {self.until:%Y-%m-%d}" if self.until else "")

    @property
    def key(self) -> str:
        """By which a form names it."""
        until = self.until.isoformat() if self.until else ""
        return f"{self.role} {self.activity or ''} {until}"

    def holds(self, now: datetime) -> bool:
        return self.until is None or now < self.until


@dataclass(frozen=True, slots=True)
class Roles:
    """Of one service. `words`: what each role does, in the order in which they are told; `permitted`: by
    action, the roles that do it; `of_activities`: whether one can be granted for a single activity."""

    words: Mapping[str, str]
    permitted: Mapping[str, frozenset[str]]
    of_activities: bool = False

    def granted(self, role: str, activity: str | None) -> Grant:
        """As somebody typed it. Raises `ValueError`."""
        if role not in self.words:
            raise ValueError(f"the role must be one of {', '.join(map(str, self.words))}")
        if activity is not None and not self.of_activities:
            raise ValueError("no role here is for one activity")
        return Grant(role, activity)

    def permit(self, grants: Iterable[Grant], action: str, activity: str | None, now: datetime) -> bool:
        """Whether one of them lets its account do this to something of an activity, or of the whole. Whoever
        signed in may enter, and so see that no role holds now, and sign out."""
        return action == ENTER or any(
            grant.role in self.permitted[action]
            and grant.holds(now)
            and (grant.activity is None or grant.activity == activity)
            for grant in grants
        )

    def of(self, action: str) -> list[str]:
        """Who does it, in the order in which roles are told."""
        return [role for role in self.words if role in self.permitted[action]]
