"""Who may do what: the one table of roles and actions, and what an account's grants come to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.registration.kernel.actions import Action, Role

EVERYBODY: Final = frozenset(Role)
_WORKING: Final = frozenset({Role.ADMIN, Role.PANITIA})
_SEEING: Final = _WORKING | {Role.PIMPINAN}

PERMITTED: Final[Mapping[Action, frozenset[Role]]] = {
    Action.ENTER: EVERYBODY,
    Action.ANNOUNCE_ACTIVITY: _WORKING,
    Action.CHANGE_ACTIVITY: _WORKING,
    Action.CANCEL_ACTIVITY: _WORKING,
    Action.PUBLISH_MATERIAL: _WORKING,
    Action.SEE_ROSTER: _SEEING,
    Action.EXPORT_ROSTER: _WORKING,
    Action.REGISTER_PERSON: _WORKING,
    Action.IMPORT_LIST: _WORKING,
    Action.CANCEL_REGISTRATION: _WORKING,
    Action.CHANGE_REGISTRATION: _WORKING,
    Action.SEAT_REGISTRATION: _WORKING,
    Action.SUBSTITUTE_REGISTRATION: _WORKING,
    Action.RECORD_ATTENDANCE: _WORKING | {Role.PINTU},
    Action.CORRECT_PERSON: _WORKING,
    Action.SEE_PEOPLE: _SEEING,
    Action.COMPARE_PEOPLE: _WORKING,
    Action.SEE_MAILS: _SEEING,
    Action.SEND_MAIL: _WORKING,
    Action.FOLLOW_COMMAND: frozenset({Role.ADMIN}),
    Action.SEE_OUTCOMES: frozenset({Role.ADMIN}),
    Action.SEE_COMMANDS: frozenset({Role.ADMIN}),
    Action.MANAGE_ACCOUNTS: frozenset({Role.ADMIN}),
    Action.SEE_CHANGES: _WORKING,
    Action.SEE_HISTORY: frozenset({Role.ADMIN}),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """A role for one activity, or for the whole office where none is named. `until`: it ends then."""

    role: Role
    activity: str | None = None
    until: datetime | None = None

    def __str__(self) -> str:
        where = f" di {self.activity}" if self.activity else ""
        return f"{self.role}{where}" + (f" sampai {self.until:%Y-%m-%d}" if self.until else "")

    def holds(self, now: datetime) -> bool:
        return self.until is None or now < self.until


def permitted(grants: Iterable[Grant], action: Action, activity: str | None, now: datetime) -> bool:
    """Whether one of them lets its account do this to something of an activity, or of the whole office."""
    return any(
        grant.role in PERMITTED[action]
        and grant.holds(now)
        and (grant.activity is None or grant.activity == activity or action is Action.ENTER)
        for grant in grants
    )


def permitted_roles(action: Action) -> list[Role]:
    """In the order in which roles are told."""
    return [role for role in Role if role in PERMITTED[action]]
