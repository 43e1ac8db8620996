"""A person of the office, and what a correction makes of them."""

from dataclasses import dataclass

from shared.contracts.commands import Participant


@dataclass(frozen=True, slots=True)
class Person:
    """A person of this office as they are called now. `contact` is where that is kept."""

    ref: str
    contact: str
    who: Participant


@dataclass(frozen=True, slots=True)
class Correction:
    """A person before and after a correction."""

    was: Person
    now: Person
