"""What one transaction writes, and the cursor that it moves."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from services.registration.kernel.decisions import NewFact
from services.registration.kernel.loaded_states import States
from services.registration.kernel.received_commands import PoisonRecord, ReceivedCommand
from shared.contracts.outcomes import Reason, Result


class ReadConflict(Exception):
    """Another partition's transaction wrote what this one read beside its states: read and decide anew."""


class ClaimLost(Exception):
    """Somebody else owns the partition now, or its cursor is not where it was left: claim again."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a partition stands. `next`: offset of the next record to decide; `number`: of the last fact;
    `published`: of the last fact acknowledged by Kafka, at `published_offset`; `time`: the last time used;
    `totals`: number and time of the last control totals; `described`: digest of the description last stated;
    `base`: added to offsets it makes places that never come twice, though intake was made again; `last`: the
    record before `next`, None before the first.
    """

    partition: int
    ledger: str
    epoch: int
    next: int
    number: int
    published: int
    published_offset: int
    time: datetime
    totals: int
    totals_at: datetime
    described: str | None
    base: int = 0
    last: "LastRecord | None" = None


@dataclass(frozen=True, slots=True)
class LastRecord:
    """By what a log is known again. `at`: its append time; `digest`: of its key and value."""

    offset: int
    at: datetime
    digest: bytes


class FactRows(NamedTuple):
    """A fact as it is stored. `fact`: its row of the ledger, for good; `private`: the row beside it, of what
    stays in the office, None where there is nothing of the kind."""

    fact: bytes
    private: bytes | None = None


@dataclass(frozen=True, slots=True)
class NumberedFact:
    """A fact in its place. `asked` is the command whose first fact this is."""

    number: int
    key: str
    at: datetime
    content: NewFact
    asked: ReceivedCommand | None
    rows: FactRows


@dataclass(frozen=True, slots=True)
class OutcomeWithoutFact:
    """The outcome of a command without a fact: refused with a reason, or accepted without effect."""

    asked: ReceivedCommand
    at: datetime
    result: Result
    reason: Reason | None = None
    numbers: dict[str, str | int] = field(default_factory=dict)


@dataclass(slots=True)
class Commit:
    """Collected while a batch is decided. `taken`: how many records it answers for; `made`: states of which
    there was none before; `side_writes`: in order."""

    before: Cursor
    after: Cursor
    taken: int = 0
    facts: list[NumberedFact] = field(default_factory=list)
    made: States = field(default_factory=lambda: defaultdict(dict))
    changed: States = field(default_factory=lambda: defaultdict(dict))
    outcomes: list[OutcomeWithoutFact] = field(default_factory=list)
    parked: list[PoisonRecord] = field(default_factory=list)
    side_writes: list[object] = field(default_factory=list)
    totals: bool = False
