"""What may come of looking at a delivery that is due."""

from dataclasses import dataclass
from typing import Any, Final, Literal

from shared.contracts.directory import ActivityEntry


@dataclass(frozen=True, slots=True)
class ErasedEntry:
    """The directory's record was ended by a tombstone: nothing is known any more, and nothing will be."""


ERASED: Final = ErasedEntry()


@dataclass(frozen=True, slots=True)
class DeliveryContext:
    """What is known where a delivery is looked at. `recipient`, `activity`: their entries of the directory,
    None where nothing is known; `looked_up`: what its feature looks up of it beside them, if anything."""

    recipient: Any
    activity: ActivityEntry | ErasedEntry | None = None
    looked_up: Any = None


@dataclass(frozen=True, slots=True)
class Send:
    """`news`: what its feature found that the words depend on."""

    news: Any = None


@dataclass(frozen=True, slots=True)
class Wait:
    """For the directory. `missing`: no revision at all was seen, so it ends where the directory ends. `turn`:
    for its own time, or for another mail to the same person that goes before."""

    missing: bool
    turn: bool = False


@dataclass(frozen=True, slots=True)
class EndDelivery:
    """`knows`: the revision that its reader knows without it."""

    state: Literal["withdrawn", "expired", "ambiguous", "failed"]
    reason: str
    knows: int | None = None


Verdict = Send | Wait | EndDelivery
