"""Reads the facts of all offices. One that cannot be what it says holds up its own office and no other."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from time import monotonic
from typing import Final

from services.reporting.cells import apply
from services.reporting.counting import Step, advance_until_stop
from services.reporting.cursors import Cursor, CursorMoved, ensure_cursors, mark_cursor, stopped_partitions
from services.reporting.gaps import Gaps
from services.reporting.lease import FiguresHeld, LeaseLost
from shared.backoff import Backoff
from shared.contracts.topics import office_of
from shared.kafka.facts import OfficeStopped
from shared.kafka.records import Batch, Record, Where, by_partition
from shared.mongo.driver import Store, is_passing

log = logging.getLogger(__name__)

ASSIGN_SECONDS: Final = 10.0
LOOK_AGAIN_SECONDS: Final = 10.0  # after which a partition that is held still is looked at again


class Reader:
    """`seek` moves the consumer of a partition to an offset and lets it read on; `hold` keeps it still;
    `epoch`: of the lease that it writes under; `counted` is told how many facts of an office were applied."""

    def __init__(self, store: Store, epoch: int, gaps: Gaps, counted: Callable[[str, int], None]) -> None:
        self._store = store
        self._epoch = epoch
        self._gaps = gaps
        self._counted = counted
        self.seek: Callable[[Where, int], None] = lambda where, offset: None
        self.hold: Callable[[Where], None] = lambda where: None
        self._held: set[Where] = set()
        self._lacking: set[Where] = set()
        self._backoff = Backoff()

    async def assigned(self, wheres: set[Where]) -> dict[Where, int]:
        """Where to read on. Partitions that MongoDB says nothing of now are looked at again later."""
        try:
            async with asyncio.timeout(ASSIGN_SECONDS):
                cursors = await ensure_cursors(self._store, wheres)
        except Exception as error:
            log.warning("cursors of %d partitions wait: %s", len(wheres), type(error).__name__)
            self._held |= wheres
            return {}
        return {where: cursor.offset for where, cursor in cursors.items()}

    async def revoked(self, wheres: set[Where]) -> None:
        self._held -= wheres
        self._lacking -= wheres

    async def read(self, records: Batch) -> None:
        """Apply a batch. Never raises: what failed is read again, what was applied is known by its number."""
        split = by_partition(records)
        try:
            await self._apply(split)
            self._backoff.succeeded()
        except Exception as error:
            log.warning("a batch waits: %s", type(error).__name__, exc_info=not _passes(error))
            await self._backoff.failed()
            for where, found in split.items():
                self.seek(where, found[0].offset)

    async def _apply(self, split: dict[Where, list[Record]]) -> None:
        cursors = await ensure_cursors(self._store, split)
        stopped = await stopped_partitions(self._store)
        steps: dict[Where, Step] = {}
        stops: dict[Where, str] = {}
        for where, records in split.items():
            step, sentence = advance_until_stop(cursors[where], records)
            if step:
                steps[where] = step
            if sentence:
                stops[where] = sentence
                stopped.setdefault(office_of(where[0]), set()).add(where[1])
        for where in split:
            if stopped.get(office_of(where[0]), set()) - {where[1]}:
                steps.pop(where, None)
                self._hold(where)
        await self._write(list(steps.values()))
        for where, sentence in stops.items():
            await self._stop(steps[where].after if where in steps else cursors[where], sentence)

    async def _write(self, steps: Sequence[Step]) -> None:
        """One transaction; if it cannot be written, one for each office, so that the others go on."""
        if not steps:
            return
        try:
            await apply(self._store, steps, self._epoch)
        except Exception as error:
            if _passes(error):
                raise
            await self._write_apart(steps, error)
            return
        for step in steps:
            self._counted(step.after.office, step.facts)
            if step.gap is not None:
                self._lacking.add(step.after.where)
                self.hold(step.after.where)

    async def _write_apart(self, steps: Sequence[Step], error: Exception) -> None:
        offices = {step.after.office for step in steps}
        if len(offices) > 1:
            for office in offices:
                await self._write([step for step in steps if step.after.office == office])
            return
        sentence = str(error) if isinstance(error, OfficeStopped) else _unwritable(error)
        await self._stop(steps[0].before, sentence)
        for step in steps:
            self._hold(step.after.where)

    async def _stop(self, cursor: Cursor, sentence: str) -> None:
        if cursor.stopped != sentence:
            log.error("office %s stopped: %s", cursor.office, sentence)
        await mark_cursor(self._store, cursor, stopped=sentence)
        self._hold(cursor.where)

    def _hold(self, where: Where) -> None:
        self._held.add(where)
        self.hold(where)

    async def maintain(self) -> None:
        """Until cancelled, mend gaps and look again at what is held still."""
        looked = monotonic()
        while True:
            await asyncio.sleep(0.2)
            try:
                while self._lacking:
                    await self._mend(self._lacking.pop())
                if monotonic() >= looked + LOOK_AGAIN_SECONDS:
                    looked = monotonic()
                    await self._look_again()
            except Exception as error:
                log.warning("gaps and stops wait: %s", type(error).__name__, exc_info=not _passes(error))

    async def _mend(self, where: Where) -> None:
        """Apply what follows a gap if the topic has it somewhere; else say which number is lacking."""
        self._held.add(where)  # whatever happens here, it is looked at again
        cursor = (await ensure_cursors(self._store, [where]))[where]
        found = await self._gaps.after(cursor)
        if not found:
            if cursor.gap is None:
                log.error("%s partition %d lacks fact %d", cursor.office, cursor.partition, cursor.number + 1)
            await mark_cursor(self._store, cursor, gap=cursor.number + 1)
            return
        step, _ = advance_until_stop(cursor, found)
        if step:  # nothing unapplied lies before where the gap was met
            await self._write([replace(step, after=replace(step.after, offset=cursor.offset), gap=None)])
            self._held.discard(where)
            self.seek(where, cursor.offset)

    async def _look_again(self) -> None:
        held, self._held = self._held, set()
        for where, offset in (await self.assigned(held)).items():
            self.seek(where, offset)


def _passes(error: Exception) -> bool:
    return is_passing(error) or isinstance(error, CursorMoved | FiguresHeld | LeaseLost)


def _unwritable(error: Exception) -> str:
    return f"its figures cannot be written ({type(error).__name__}); the log has where it happened"
