"""Owning one partition: claim it, and decide its records.

The MongoDB transaction, guarded by epoch and offset, is what makes one writer; everything here may be
interrupted at any line, and the next owner goes on from the cursor.
"""

import asyncio
import logging
from collections.abc import Sequence

from services.registration.kernel.batch import Batch
from services.registration.kernel.commit import ClaimLost, Cursor, ReadConflict
from services.registration.kernel.features import Features
from services.registration.kernel.loaded_states import LoadedStates, States
from services.registration.kernel.partition_status import PartitionStatus
from services.registration.kernel.ports import DoesNotFit, Ports
from services.registration.kernel.received_commands import PoisonRecord, ReceivedCommand, UntrustedTime
from shared.contracts.commands import Tick
from shared.kafka.holes import Holes
from shared.kafka.records import BATCH_RECORDS, Record

log = logging.getLogger(__name__)

BATCH_BYTES = 4_000_000
MAX_BEHIND = 20_000  # facts that the publisher may lack before deciding waits for it
CHECK_SECONDS = 10.0
TRIES = 3  # of a single record whose transaction fails for no passing reason


class PartitionProcessor:
    """Decides for one partition, from its assignment to its revocation."""

    def __init__(self, held: PartitionStatus, ports: Ports) -> None:
        self.held = held
        self.lock = asyncio.Lock()
        self._ports = ports
        self._kept: States = {}
        self._failures = 0
        self._holes = Holes()

    async def claim(self) -> int | None:
        """Become the only writer; answers the offset to read from, None if the partition must stand still."""
        async with self.lock:
            return await self._claim()

    async def _claim(self) -> int | None:
        self.held.cursor = self.held.published = None
        self._kept.clear()
        cursor = await self._ports.ledger.claim(self.held.partition)
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                await self._ports.intake.checked(cursor)
        except DoesNotFit as misfit:
            self.held.stop(str(misfit))
            return None
        self.held.claim(cursor)
        return cursor.next

    async def decide(self, records: Sequence[Record]) -> int | None:
        """Decide records of this partition; answers the offset to read from where it is not the next one."""
        async with self.lock:
            if self.held.stopped is not None:
                return None
            if self.held.cursor is None:
                return await self._claim()
            if self._passed_over(records, self.held.cursor.next):
                return self.held.cursor.next
            try:
                await self._decide(records)
            except ClaimLost as lost:
                log.info("partition %d: %s", self.held.partition, lost)
                self.held.lose()
                return await self._claim()
            except UntrustedTime as untrusted:
                self.held.stop(str(untrusted))
            return None

    def _passed_over(self, records: Sequence[Record], offset: int) -> bool:
        """Whether records between the cursor and these are to be read again."""
        first = next((record for record in records if record.offset >= offset), None)
        where = records[0].topic, self.held.partition
        return first is not None and self._holes.to_read_again(where, offset, first.offset)

    async def _decide(self, records: Sequence[Record]) -> None:
        left = [record for record in records if record.offset >= self._cursor.next]
        size = len(left)
        while left:
            await self._published_enough()
            try:
                done = await self._decide_some([self._ports.reading.read(record) for record in left[:size]])
            except (ClaimLost, UntrustedTime):
                raise
            except ReadConflict:  # of those who met the same new people at once, one has gone on
                continue
            except Exception as error:
                if self._ports.is_passing(error):
                    raise
                size = await self._smaller(left[0], size, error)
                left = [record for record in left if record.offset >= self._cursor.next]
                continue
            left, self._failures = left[done:], 0
            size = min(size, len(left))

    async def _smaller(self, first: Record, size: int, error: Exception) -> int:
        """Halve a batch whose transaction fails; park the single record that cannot be decided."""
        log.exception("partition %d: a transaction of %d records failed", self.held.partition, size)
        self._kept.clear()
        if size > 1:
            return size // 2
        self._failures += 1
        if self._failures < TRIES:
            return 1
        self._failures = 0
        item = self._ports.reading.read(first)
        asked = item if isinstance(item, ReceivedCommand) else None
        await self._commit(
            self._batch(
                [PoisonRecord(first, "failed", type(error).__name__, asked)], self._ports.features.loaded()
            )
        )
        return BATCH_RECORDS

    async def _decide_some(self, items: list[ReceivedCommand | PoisonRecord]) -> int:
        features = self._ports.features
        items = one_transaction(items, features)
        asked = [item for item in items if isinstance(item, ReceivedCommand)]
        loaded = await self._ports.register.load(self.held.partition, asked, self._kept)
        batch = self._batch(items, loaded)
        await self._commit(batch)
        self._remember(loaded)
        now = batch.commit.after.time
        if any(isinstance(item.command, Tick) for item in asked):
            self.held.tick_out = 0.0
            self.held.promoting = features.due(loaded.states, now)
            self.held.next_due = features.next_due(loaded.states)
        else:
            made, changed = batch.commit.made, batch.commit.changed
            self.held.promoting |= features.due(made, now) or features.due(changed, now)
            coming = [self.held.next_due, features.next_due(made), features.next_due(changed)]
            self.held.next_due = min((one for one in coming if one), default=None)
        return batch.commit.taken

    @property
    def _cursor(self) -> Cursor:
        """Raises `ClaimLost`: the keeper may find out at any await that somebody else owns the partition."""
        if self.held.cursor is None:
            raise ClaimLost("the partition was claimed elsewhere meanwhile")
        return self.held.cursor

    async def _published_enough(self) -> None:
        """Deciding waits for a publisher that is too far behind. Raises `TimeoutError` after 10 s."""
        async with asyncio.timeout(CHECK_SECONDS):
            while self.held.behind > MAX_BEHIND:
                self.held.wake.set()
                await asyncio.sleep(0.05)

    def _batch(self, items: list[ReceivedCommand | PoisonRecord], loaded: LoadedStates) -> Batch:
        encoder = self._ports.ledger.encoder(self._cursor)
        batch = Batch(self._ports.features, self._cursor, loaded, encoder, self._ports.standing)
        for item in items:
            if batch.full:
                break
            batch.take(item)
        batch.close(items[batch.commit.taken - 1].record)
        return batch

    async def _commit(self, batch: Batch) -> None:
        await self._ports.ledger.commit(batch.commit)
        self.held.advance(batch.commit.after, len(batch.commit.facts) + batch.commit.totals)

    def _remember(self, loaded: LoadedStates) -> None:
        self._kept = {}
        for kind, rule in self._ports.features.kinds.items():
            if rule.remembered:
                found = [(name, state) for name, state in loaded.states[kind].items() if state is not None]
                self._kept[kind] = dict(found[-rule.remembered :])


def one_transaction(
    items: list[ReceivedCommand | PoisonRecord], features: Features
) -> list[ReceivedCommand | PoisonRecord]:
    """The records of one transaction: a command that counts what is written comes first in its own; a tick
    comes last, since its totals do; and no more bytes than 4 MB."""
    size = 0
    for index, item in enumerate(items):
        command = item.command if isinstance(item, ReceivedCommand) else None
        size += len(item.record.value or b"")
        if index and (features.first(command) or size > BATCH_BYTES):
            return items[:index]
        if isinstance(command, Tick):
            return items[: index + 1]
    return items
