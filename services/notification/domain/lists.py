"""Who is in which activity, folded from facts alone: no name, no address."""

from dataclasses import dataclass, field
from typing import Literal

Status = Literal["confirmed", "waitlisted", "cancelled"]


@dataclass(frozen=True, slots=True)
class Registration:
    """`rev`: number of the fact that last changed its directory entry; `born` and `ended`: numbers of the
    facts between which it was live."""

    id: str
    activity: str
    status: Status
    rev: int
    born: int
    ended: int | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """`rev`: number of the fact that last changed its directory entry."""

    id: str
    rev: int
    cancelled: bool = False


@dataclass(slots=True)
class Lists:
    """The rows that a run of facts touches; a row that changes is replaced."""

    registrations: dict[str, Registration] = field(default_factory=dict)
    activities: dict[str, Activity] = field(default_factory=dict)

    def rev_of_registration(self, id: str) -> int:
        row = self.registrations.get(id)
        return row.rev if row else 0

    def rev_of_activity(self, id: str) -> int:
        row = self.activities.get(id)
        return row.rev if row else 0
