"""Who is in which activity, folded from facts alone: no name, no address."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from services.notification.features.gatherings.domain.reminders import Reminder
from services.notification.kernel.rules import FoldedRows

Status = Literal["confirmed", "waitlisted", "cancelled"]
REGISTRATIONS: Final = "registrations"
ACTIVITIES: Final = "activities"


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


def registrations(rows: FoldedRows) -> dict[str, Registration]:
    return rows.of[REGISTRATIONS]


def activities(rows: FoldedRows) -> dict[str, Activity]:
    return rows.of[ACTIVITIES]


def rev_of_registration(rows: FoldedRows, id: str) -> int:
    row = registrations(rows).get(id)
    return row.rev if row else 0


def rev_of_activity(rows: FoldedRows, id: str) -> int:
    row = activities(rows).get(id)
    return row.rev if row else 0
