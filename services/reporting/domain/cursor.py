"""How far a partition of an office was read, and what its facts add up to by then."""

from dataclasses import dataclass, field
from datetime import datetime

from services.reporting.domain.sums import Sums, zeros
from shared.contracts.topics import facts
from shared.kafka.records import Where


@dataclass(frozen=True, slots=True)
class Control:
    """Whether the sums equalled the office's control totals at the very number at which it stated them."""

    number: int
    equal: bool


@dataclass(frozen=True, slots=True)
class Cursor:
    """`number`: the last fact applied, 0 before the first; since numbers have no gaps, also how many were.
    `offset`: the next record to read, no unapplied fact lies before it. `last_at`: when the last fact was
    stated. `sums`: all changes so far, also of measures not known here. `gap`: the number that
    the topic lacks. `stopped`: why nothing more is read. `rebuilt`: how often a rebuild wrote other figures
    than stood there."""

    office: str
    partition: int
    ledger: str | None = None
    number: int = 0
    offset: int = 0
    last_at: datetime | None = None
    sums: Sums = field(default_factory=zeros)
    control: Control | None = None
    gap: int | None = None
    stopped: str | None = None
    rebuilt: int = 0

    @property
    def where(self) -> Where:
        return facts(self.office), self.partition
