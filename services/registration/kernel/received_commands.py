"""From a record to a command: parse, check where it belongs, and know it again by its identity."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from pydantic_core import from_json

from services.registration.kernel.acceptable import Unacceptable, read
from services.registration.kernel.decisions import Refusal
from services.registration.kernel.digests import Digests
from services.registration.kernel.sources import Sources
from shared.contracts.commands import COMMANDS, Command, Tick
from shared.contracts.envelope import Envelope, Unreadable
from shared.contracts.misfits import Misfit
from shared.contracts.outcomes import ParkedReason
from shared.kafka.records import Record, partition_of

MAX_COMMAND_BYTES = 256_000
APPEND_TIME = 1
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST_MILLISECOND = 253_402_300_799_000  # of the year 9999


class UntrustedTime(Exception):
    """The topic is not set to append time: whoever writes could open or close a registration window."""


@dataclass(frozen=True, slots=True)
class ReceivedCommand:
    """A command in its place. `key`: its aggregate; `digest`: its identity; `payload`: of its content;
    `trace`: the context of what it causes; `granted`: its source has a grant in the office's file, so that it
    may undo only what it did itself."""

    record: Record
    key: str
    envelope: Envelope
    digest: bytes
    payload: bytes
    command: Command | Refusal
    trace: str | None = None
    granted: bool = False


@dataclass(frozen=True, slots=True)
class PoisonRecord:
    """A record that uses up no id: mended and sent again, it is decided. `why` holds no value of it;
    `asked` is the command where one could be read."""

    record: Record
    reason: ParkedReason
    why: str
    asked: ReceivedCommand | None = None


def appended_at(record: Record) -> datetime:
    """A producer's own time may be any integer; one that no calendar holds is moved to its nearest end."""
    return EPOCH + timedelta(milliseconds=min(max(record.timestamp, 0), LAST_MILLISECOND))


def record_digest(record: Record) -> bytes:
    """Tells whether the record at an offset is still the one that was decided."""
    return hashlib.sha256(b"\x00".join((record.key or b"", record.value or b""))).digest()[:16]


class CommandRules(Protocol):
    """`about`: by which field a command names what it is about, and the key of that; `faults`: what a new one
    may not hold beyond its shape."""

    def about(self, command: Command, key: str) -> tuple[str, str]: ...
    def faults(self, command: Command) -> Sequence[Misfit]: ...


@dataclass(frozen=True, slots=True)
class CommandReader:
    """How an office reads its intake. `trace_of`: a record by topic, partition and offset."""

    sources: Sources
    partitions: int
    digests: Digests
    rules: CommandRules
    trust_producer_time: bool = False
    trace_of: Callable[[str, int, int], str | None] = lambda topic, partition, offset: None

    @property
    def office(self) -> str:
        return self.sources.office

    def read(self, record: Record) -> ReceivedCommand | PoisonRecord:
        """Raises `UntrustedTime` where the broker does not set the time of its records."""
        if record.timestamp_type != APPEND_TIME and not self.trust_producer_time:
            raise UntrustedTime(f"{record.topic} carries its producers' times: it needs LogAppendTime")
        try:
            envelope = Envelope.of(record.headers)
            key = (record.key or b"").decode()
            if not key or len(key) > 200 or (envelope.subject is not None and envelope.subject != key):
                raise Unreadable("the key is missing, too long, or not ce_subject")
        except UnicodeDecodeError:
            return PoisonRecord(record, "unreadable", "the key is not UTF-8")
        except Unreadable as error:
            return PoisonRecord(record, "unreadable", str(error))
        model = COMMANDS.get(envelope.type)
        if model is None:
            return PoisonRecord(record, "unknown_type", "no command of this type is known here")
        if envelope.source.startswith("/") and envelope.source.split("/")[1] != self.office:
            return PoisonRecord(record, "wrong_office", "ce_source names another office than the topic")
        if (fault := self.sources.fault(record, envelope, appended_at(record))) is not None:
            return PoisonRecord(record, "forbidden", fault)
        if model is not Tick and partition_of(key.encode(), self.partitions) != record.partition:
            return PoisonRecord(record, "wrong_partition", "the key belongs elsewhere: murmur2 places keys")
        if envelope.actor and not self.sources.proves_actor(envelope.source):
            envelope = replace(envelope, actor=None)  # whoever else may write claims what nobody proved
        digest = self.digests.command(key, envelope.source, envelope.id)
        if len(record.value or b"") > MAX_COMMAND_BYTES:
            payload = self.digests.payload(envelope.type, repr(len(record.value or b"")))
            return ReceivedCommand(record, key, envelope, digest, payload, Refusal("too_large"))
        try:
            data = from_json(record.value or b"", allow_inf_nan=False)
        except ValueError:
            return PoisonRecord(record, "unreadable", "the value is not JSON")
        payload = self.digests.payload(envelope.type, canonical(data))
        trace = self.trace_of(record.topic, record.partition, record.offset)
        granted = envelope.source in self.sources.grants
        command = self._command(model, key, data)
        return ReceivedCommand(record, key, envelope, digest, payload, command, trace, granted)

    def _command(self, model: type[Command], key: str, data: Any) -> Command | Refusal:
        """`data` as it was sent: the digests of identity and payload were taken of that."""
        try:
            command = read(model, data, self.rules.faults)
        except Unacceptable as refused:
            return Refusal("invalid", refused.found[0]._asdict())
        field, aggregate = self.rules.about(command, key)
        return command if aggregate == key else Refusal("invalid", {"field": field})


def canonical(data: Any) -> str:
    """One text for the same JSON, however it was spaced and ordered."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"))
