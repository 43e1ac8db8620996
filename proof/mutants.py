"""Faults built into the services, to see the checker find them. They run inside a service's process.

`apply` patches classes before the service is composed; nothing of this is part of what is deployed.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from proof import mutants_of_readers as readers
from proof import mutants_of_registration as registration

Patch = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Mutant:
    """`invariant` must turn red. `services`: in whose processes it is at work. `stimulus`: what has to be
    done to the system for it to show (see `proof.mutants_run`), beside the load that is always there."""

    name: str
    invariant: str
    services: tuple[str, ...]
    apply: Patch
    stimulus: tuple[str, ...] = ()


REGISTRATION, NOTIFICATION, REPORTING = ("registration",), ("notification",), ("reporting",)
_ALL: Final[Sequence[Mutant]] = (
    Mutant("no-deduplication", "I1", REGISTRATION, registration.no_deduplication, ("repetitions",)),
    Mutant(
        "acknowledged-first",
        "I1",
        REGISTRATION,
        registration.acknowledged_first,
        ("killed in a transaction",),
    ),
    Mutant("no-seat-check", "I2", REGISTRATION, registration.no_seat_check, ("a seat for three",)),
    Mutant(
        "promotion-out-of-order",
        "I3",
        REGISTRATION,
        registration.promotion_out_of_order,
        ("a seat for three",),
    ),
    Mutant(
        "offer-counted-twice",
        "I2",
        REGISTRATION,
        registration.offer_counted_twice,
        ("an offer taken and left",),
    ),
    Mutant("hold-ignored", "I2", REGISTRATION, registration.hold_ignored, ("seats held and wanted",)),
    Mutant("sent-before-data", "I5", NOTIFICATION, readers.sent_before_data, ("killed before DATA",)),
    Mutant(
        "no-cursor-guard",
        "I9",
        REGISTRATION,
        registration.no_cursor_guard,
        ("two owners of one partition",),
    ),
    Mutant("pointer-first", "I10", REGISTRATION, registration.pointer_first, ("killed half published",)),
    Mutant(
        "counters-without-cursors",
        "I6",
        REPORTING,
        readers.counters_without_cursors,
        ("facts again",),
    ),
    Mutant("no-claim", "I3", REGISTRATION, registration.no_claim, ("handed over and back",)),
    Mutant("gap-skipped", "I6", REPORTING, readers.gap_skipped, ("a fact ahead of its turn",)),
    Mutant("early-timer", "I5", NOTIFICATION, readers.early_timer),
    Mutant("people-unread", "I8", REGISTRATION, registration.people_unread, ("one person twice at once",)),
    Mutant("canary-in-a-fact", "I7", REGISTRATION, registration.canary_in_a_fact),
    Mutant("revived", "I8", REGISTRATION, registration.revived, ("a seat for three",)),
    Mutant("any-number-proves", "I12", REGISTRATION, registration.any_number_proves, ("strangers",)),
    Mutant("unbounded", "I13", REGISTRATION, registration.unbounded, ("oddities",)),
    Mutant("poison-skipped", "I9", REGISTRATION, registration.poison_skipped, ("poison",)),
)
MUTANTS: Final = {mutant.name: mutant for mutant in _ALL}


def apply(name: str) -> None:
    """Patch this process if it runs a service that the mutant is of. Raises `KeyError`."""
    mutant = MUTANTS[name]
    if any(f"services.{service}.main" in sys.argv for service in mutant.services):
        mutant.apply()
