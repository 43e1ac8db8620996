"""What a decision gives: facts with what stays in the office beside them, or a refusal."""

from dataclasses import dataclass, field

from shared.contracts.activity import Activity
from shared.contracts.commands import Institution, Participant
from shared.contracts.facts import Body
from shared.contracts.outcomes import Reason
from shared.contracts.types import Category


@dataclass(frozen=True, slots=True)
class Registrant:
    """Who registered and for what they stand. `ref` and `contact` lead to the person in this office only."""

    ref: str
    contact: str
    category: Category
    regency: str | None = None
    cohort: int | None = None
    institution: Institution | None = None
    group: str | None = None
    role_in_group: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A person of this office as they are called now. `contact` is where that is kept."""

    ref: str
    contact: str
    who: Participant


@dataclass(frozen=True, slots=True)
class Happened:
    """A fact: `body` is published, the rest never leaves the office's MongoDB."""

    body: Body
    described: Activity | None = None
    registrant: Registrant | None = None
    reason: str | None = None
    corrected: Person | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """`numbers` go into the sentence that people read: seats taken, a quota's id, never a person's data."""

    reason: Reason
    numbers: dict[str, str | int] = field(default_factory=dict)
