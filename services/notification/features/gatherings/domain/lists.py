"""Who is in which activity, folded from facts alone: no name, no address."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Literal

from services.notification.features.gatherings.domain.reminders import Reminder

Status = Literal["confirmed", "waitlisted", "cancelled"]
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Registration:
    """`rev`: number of the fact that last changed its directory entry; `born` and `ended`: numbers of the
    facts between which it was live; `seated`: when it was confirmed."""

    id: str
    activity: str
    status: Status
    rev: int
    born: int
    ended: int | None = None
    seated: datetime | None = None


@dataclass(frozen=True, slots=True)
class SeatStanding:
    """`seated`: has, or had until it was cancelled, a seat."""

    status: Status
    seated: bool


@dataclass(frozen=True, slots=True)
class Activity:
    """`rev`: number of the fact that last changed its directory entry; `ends`: its last session."""

    id: str
    rev: int
    cancelled: bool = False
    ends: datetime | None = None
    reminders: tuple[Reminder, ...] = ()


@dataclass(slots=True)
class RegistrationLists:
    """The rows that a run of facts touches; a row that changes is replaced. `read_at`: when they are read."""

    registrations: dict[str, Registration] = field(default_factory=dict)
    activities: dict[str, Activity] = field(default_factory=dict)
    read_at: datetime = LONG_AGO

    def rev_of_registration(self, id: str) -> int:
        row = self.registrations.get(id)
        return row.rev if row else 0

    def rev_of_activity(self, id: str) -> int:
        row = self.activities.get(id)
        return row.rev if row else 0
