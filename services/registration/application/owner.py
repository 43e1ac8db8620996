"""Owning one partition: claim it, decide its records, publish its facts, and tick while something waits.

The MongoDB transaction, guarded by epoch and offset, is what makes one writer; everything here may be
interrupted at any line, and the next owner goes on from the cursor.
"""

import asyncio
import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic
from typing import Protocol

from services.registration.application.asking import Asked, Poison, Reading, UntrustedTime
from services.registration.application.batch import (
    OFFICE_KEY,
    Batch,
    Encode,
    Loaded,
    Standing,
    partition_key,
)
from services.registration.application.commit import ClaimLost, Commit, Cursor
from services.registration.domain.activity import ActivityState
from shared.contracts.commands import CancelActivity, Tick
from shared.contracts.envelope import Envelope
from shared.kafka.connection import BATCH_RECORDS
from shared.kafka.records import Record, partition_of

log = logging.getLogger(__name__)

BATCH_BYTES = 4_000_000
REMEMBERED_ACTIVITIES = 500
MAX_BEHIND = 20_000  # facts that the publisher may lack before deciding waits for it
TICK_SECONDS = 10.0  # after which a tick that was not read back is written again
TICK_AT_LEAST = 3600.0  # seconds; the records let log segments roll and old bytes go
TRIES = 3  # of a single record whose transaction fails for no passing reason


class LedgerPort(Protocol):
    async def claim(self, partition: int) -> Cursor: ...
    async def commit(self, commit: Commit) -> None: ...
    def encoder(self, partition: int) -> Encode: ...


class RegisterPort(Protocol):
    async def load(
        self, partition: int, asked: Sequence[Asked], kept: dict[str, ActivityState]
    ) -> Loaded: ...


class PublisherPort(Protocol):
    """Publishes the next facts of a partition; answers with the number of the last one acknowledged."""

    async def publish(self, cursor: Cursor) -> Cursor: ...


class IntakePort(Protocol):
    """`checked` raises `DoesNotFit`; `write` puts a record of the service's own on the partition."""

    async def checked(self, cursor: Cursor) -> None: ...
    async def write(self, partition: int, key: str, envelope: Envelope, value: bytes) -> None: ...


class DoesNotFit(Exception):
    """Log and ledger contradict each other: the partition stands still; the text says what mends it."""


@dataclass(frozen=True, slots=True)
class Ports:
    """What every owner of an office works with. `is_passing` tells failures of the network or the moment."""

    reading: Reading
    ledger: LedgerPort
    register: RegisterPort
    publisher: PublisherPort
    intake: IntakePort
    standing: Standing
    is_passing: Callable[[BaseException], bool]


class Owner:
    """Of one partition, from its assignment to its revocation."""

    def __init__(self, partition: int, ports: Ports) -> None:
        self.partition = partition
        self.stopped: str | None = None
        self.cursor: Cursor | None = None
        self.lock = asyncio.Lock()
        self._ports = ports
        self._states_office = partition_of(OFFICE_KEY.encode(), ports.reading.partitions) == partition
        self._published: Cursor | None = None
        self._kept: dict[str, ActivityState] = {}
        self._promoting = False
        self._tick_out = 0.0
        self._ticked = monotonic()
        self._wake = asyncio.Event()
        self._failures = 0
        self._caught_up = monotonic()

    @property
    def claimed(self) -> bool:
        return self.cursor is not None and self.stopped is None

    @property
    def behind(self) -> int:
        """Facts decided that are not known to be published."""
        if self.cursor is None or self._published is None:
            return 0
        return self.cursor.number - self._published.published

    @property
    def seconds_behind(self) -> float:
        """Since when the publisher has had facts to send and got no further."""
        return monotonic() - self._caught_up if self.behind else 0.0

    async def claim(self) -> int | None:
        """Become the only writer; answers the offset to read from, None if the partition must stand still."""
        async with self.lock:
            return await self._claim()

    async def _claim(self) -> int | None:
        self.cursor = self._published = None
        self._kept.clear()
        cursor = await self._ports.ledger.claim(self.partition)
        try:
            await self._ports.intake.checked(cursor)
        except DoesNotFit as misfit:
            self._stop(str(misfit))
            return None
        self.stopped = None
        self.cursor = self._published = cursor
        self._promoting, self._tick_out = True, 0.0  # unknown until a tick has looked
        self._wake.set()
        return cursor.next

    def _stop(self, why: str) -> None:
        self.cursor, self.stopped = None, why
        log.error("partition %d stands still: %s", self.partition, why)

    async def decide(self, records: Sequence[Record]) -> int | None:
        """Decide records of this partition; answers the offset to read from where it is not the next one."""
        async with self.lock:
            if self.stopped is not None:
                return None
            if self.cursor is None:
                return await self._claim()
            try:
                await self._decide(records)
            except ClaimLost as lost:
                log.info("partition %d: %s", self.partition, lost)
                return await self._claim()
            except UntrustedTime as untrusted:
                self._stop(str(untrusted))
            return None

    async def _decide(self, records: Sequence[Record]) -> None:
        assert self.cursor is not None
        left = [record for record in records if record.offset >= self.cursor.next]
        size = len(left)
        while left:
            while self.behind > MAX_BEHIND:
                self._wake.set()
                await asyncio.sleep(0.05)
            try:
                done = await self._decide_some([self._ports.reading.read(record) for record in left[:size]])
            except (ClaimLost, UntrustedTime):
                raise
            except Exception as error:
                if self._ports.is_passing(error):
                    raise
                size = await self._smaller(left[0], size, error)
                left = [record for record in left if record.offset >= self.cursor.next]
                continue
            left, self._failures = left[done:], 0
            size = min(size, len(left))

    async def _smaller(self, first: Record, size: int, error: Exception) -> int:
        """Halve a batch whose transaction fails; park the single record that cannot be decided."""
        log.exception("partition %d: a transaction of %d records failed", self.partition, size)
        self._kept.clear()
        if size > 1:
            return size // 2
        self._failures += 1
        if self._failures < TRIES:
            return 1
        self._failures = 0
        await self._commit(self._batch([Poison(first, "failed", type(error).__name__)], Loaded()))
        return BATCH_RECORDS

    async def _decide_some(self, items: list[Asked | Poison]) -> int:
        items = cut(items)
        asked = [item for item in items if isinstance(item, Asked)]
        loaded = await self._ports.register.load(self.partition, asked, self._kept)
        batch = self._batch(items, loaded)
        await self._commit(batch)
        self._remember(loaded)
        if any(isinstance(item.command, Tick) for item in asked):
            self._tick_out = 0.0
            self._promoting = any(state and state.promoting for state in loaded.activities.values())
        else:
            self._promoting |= any(state.promoting for state in batch.commit.activities.values())
        assert batch.commit.last is not None
        return next(number for number, item in enumerate(items, 1) if item.record is batch.commit.last.record)

    def _batch(self, items: list[Asked | Poison], loaded: Loaded) -> Batch:
        assert self.cursor is not None
        batch = Batch(self.cursor, loaded, self._ports.ledger.encoder(self.partition), self._ports.standing)
        for item in items:
            if batch.full:
                break
            batch.take(item)
        return batch

    async def _commit(self, batch: Batch) -> None:
        await self._ports.ledger.commit(batch.commit)
        self.cursor = batch.commit.after
        if batch.commit.facts or batch.commit.totals:
            if not self._wake.is_set() and self.behind == len(batch.commit.facts) + batch.commit.totals:
                self._caught_up = monotonic()
            self._wake.set()

    def _remember(self, loaded: Loaded) -> None:
        kept = {name: state for name, state in loaded.activities.items() if state is not None}
        self._kept = dict(list(kept.items())[-REMEMBERED_ACTIVITIES:])

    async def keep(self) -> None:
        """Publish and tick until cancelled: woken by commits, and every second whatever was missed."""
        while True:
            try:
                await self._publish()
                await self._tick()
            except ClaimLost:
                self.cursor = None
            except Exception as error:
                if self._ports.is_passing(error):
                    log.warning("partition %d: publishing waits: %s", self.partition, type(error).__name__)
                else:
                    log.exception("partition %d: publishing will be tried again", self.partition)
                await asyncio.sleep(1)
            try:
                async with asyncio.timeout(1):
                    await self._wake.wait()
            except TimeoutError:
                continue

    async def _publish(self) -> None:
        self._wake.clear()
        while self.cursor is not None and self._published is not None and self.behind > 0:
            try:
                self._published = await self._ports.publisher.publish(self._published)
                self._caught_up = monotonic()
            except DoesNotFit as misfit:
                self._stop(str(misfit))

    async def _tick(self) -> None:
        now = monotonic()
        if not self.claimed or (self._tick_out and now < self._tick_out + TICK_SECONDS) or not self._due():
            return
        self._tick_out = self._ticked = now
        key = OFFICE_KEY if self._states_office else partition_key(self.partition)
        source = f"/{self._ports.reading.office}/registration"
        envelope = Envelope(uuid.uuid4().hex, source, Tick.type, key)
        await self._ports.intake.write(self.partition, key, envelope, b"{}")

    def _due(self) -> bool:
        assert self.cursor is not None
        undescribed = self._states_office and self.cursor.described != self._ports.standing.digest
        hourly = monotonic() >= self._ticked + TICK_AT_LEAST
        return self._promoting or undescribed or hourly or self._totals_due()

    def _totals_due(self) -> bool:
        assert self.cursor is not None
        since = datetime.now(UTC) - self.cursor.totals_at
        return self.cursor.number > self.cursor.totals and since >= self._ports.standing.totals_every


def cut(items: list[Asked | Poison]) -> list[Asked | Poison]:
    """The records of one transaction: a cancellation of an activity comes first in its own, since it counts
    what is written; a tick comes last, since its totals do; and no more bytes than 4 MB."""
    size = 0
    for index, item in enumerate(items):
        command = item.command if isinstance(item, Asked) else None
        size += len(item.record.value or b"")
        if index and (isinstance(command, CancelActivity) or size > BATCH_BYTES):
            return items[:index]
        if isinstance(command, Tick):
            return items[: index + 1]
    return items
