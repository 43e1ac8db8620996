"""What owning a partition needs of the outside: ledger, register, publisher, intake."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from services.registration.kernel.batch import Encode, OfficeStatements
from services.registration.kernel.commit import Commit, Cursor
from services.registration.kernel.features import Features
from services.registration.kernel.loaded_states import LoadedStates, States
from services.registration.kernel.received_commands import CommandReader, ReceivedCommand
from shared.contracts.envelope import Envelope


class DoesNotFit(Exception):
    """Log and ledger contradict each other: the partition stands still; the text says what mends it."""


class TopicLost(DoesNotFit):
    """A topic is not what it was: `simpul republish` mends it from the ledger."""


class LedgerPort(Protocol):
    async def claim(self, partition: int) -> Cursor: ...
    async def commit(self, commit: Commit) -> None: ...
    def encoder(self, cursor: Cursor) -> Encode: ...


class RegisterPort(Protocol):
    """`kept`: the states that the owner remembers; nobody else writes them."""

    async def load(self, partition: int, asked: Sequence[ReceivedCommand], kept: States) -> LoadedStates: ...


class PublisherPort(Protocol):
    """Publishes the next facts of a partition; answers with the number of the last one acknowledged."""

    async def publish(self, cursor: Cursor) -> Cursor: ...


class IntakePort(Protocol):
    """`checked` raises `DoesNotFit`; `write` puts a record of the service's own on the partition;
    `trim` deletes the records before an offset."""

    async def checked(self, cursor: Cursor) -> None: ...
    async def write(self, partition: int, key: str, envelope: Envelope, value: bytes) -> None: ...
    async def trim(self, partition: int, before: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Ports:
    """What every owner of an office works with. `is_passing` tells failures of the network or the moment;
    `trim_every`: seconds between two deletions of decided commands, None where the broker cannot;
    `pace`: seconds from one batch of many to the next, at least, where the last was decided that many seconds
    after it came."""

    features: Features
    reading: CommandReader
    ledger: LedgerPort
    register: RegisterPort
    publisher: PublisherPort
    intake: IntakePort
    standing: OfficeStatements
    is_passing: Callable[[BaseException], bool]
    trim_every: float | None
    pace: Callable[[float], float] = lambda late: 0.0
