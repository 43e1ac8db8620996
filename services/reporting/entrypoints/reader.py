"""Reads the facts of all offices. One that cannot be what it says holds up its own office and no other."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from time import monotonic
from typing import Final

from services.reporting.domain.counting import Step, advance_until_stop
from services.reporting.domain.cursor import Cursor
from services.reporting.storage.cells import apply
from services.reporting.storage.cursors import CursorMoved, ensure_cursors, mark_cursor, stopped_partitions
from services.reporting.storage.gaps import Gaps
from services.reporting.storage.lease import FiguresHeld, LeaseLost
from shared.contracts.topics import office_of
from shared.kafka.facts import OfficeStopped
from shared.kafka.partition_reader import PartitionReader
from shared.kafka.records import Batch, Record, Where, by_partition
from shared.mongo.driver import Store, is_passing

log = logging.getLogger(__name__)

AHEAD_CELLS: Final = 2_000  # counted and not yet written: a transaction of some 0.2 s
ASSIGN_SECONDS: Final = 10.0
LOOK_AGAIN_SECONDS: Final = 10.0  # after which a partition that is held still is looked at again


class Reader(PartitionReader):
    """Counts in memory, ahead of what is written: while one transaction runs, the facts that come are added
    up for the next. So a transaction holds the more facts the further behind it is, in no more cells.

    `epoch`: of the lease that it writes under; `counted` is told how many facts of an office were applied."""

    def __init__(self, store: Store, epoch: int, gaps: Gaps, counted: Callable[[str, int], None]) -> None:
        super().__init__()
        self._store = store
        self._epoch = epoch
        self._gaps = gaps
        self._counted = counted
        self._at: dict[Where, Cursor] = {}
        self._ahead: dict[Where, Step] = {}
        self._stops: dict[Where, tuple[Cursor, str]] = {}
        self._writing: asyncio.Task[None] | None = None
        self._lacking: set[Where] = set()

    async def begin(self, wheres: Collection[Where]) -> Mapping[Where, int]:
        """Partitions that MongoDB says nothing of now are looked at again later."""
        try:
            async with asyncio.timeout(ASSIGN_SECONDS):
                cursors = await ensure_cursors(self._store, wheres)
        except Exception as error:
            log.warning("cursors of %d partitions wait: %s", len(wheres), type(error).__name__)
            for where in wheres:
                self.pause(where)
            return {}
        return {where: cursor.offset for where, cursor in cursors.items()}

    async def revoked(self, wheres: Collection[Where]) -> None:
        await super().revoked(wheres)
        self._lacking -= set(wheres)
        for where in wheres:
            self._forget(where)

    async def read(self, records: Batch) -> None:
        """Count a batch, and return when it was written, or at once while the topic has more, which is then
        counted on top of it. Never raises: what failed is read again, what was applied is known by its
        number."""
        split = by_partition(records)
        new = [where for where in split if where not in self._at and not self.stands_still(where)]
        self._fold(split)
        try:
            await self._take_up(new)
        except Exception as error:
            await self._failed(error)
            for where in new:
                self.listener.seek(where, split[where][0].offset)
        else:
            self._fold({where: split[where] for where in new})
        if (self._ahead or self._stops) and (self._writing is None or self._writing.done()):
            self._writing = asyncio.create_task(self._write_ahead())
        if self._full() or not self._more(split):
            await self.written()
        else:
            await asyncio.sleep(0)  # a batch that lies ready waits for nothing: others have their turn

    async def written(self) -> None:
        """Until all that was counted is written, or to be read again."""
        if self._writing is not None:
            await asyncio.wait({self._writing})

    def _full(self) -> bool:
        return sum(len(step.cells) for step in self._ahead.values()) >= AHEAD_CELLS

    def _more(self, split: dict[Where, list[Record]]) -> bool:
        ends = self.listener.highwaters()
        return any(found[-1].offset + 1 < ends.get(where, 0) for where, found in split.items())

    async def _take_up(self, wheres: Sequence[Where]) -> None:
        if not wheres:
            return
        cursors = await ensure_cursors(self._store, wheres)
        stopped = await stopped_partitions(self._store)
        for where in wheres:
            if stopped.get(office_of(where[0]), set()) - {where[1]}:
                self._hold(where)
            elif not self.stands_still(where):
                self._at[where] = cursors[where]

    def _fold(self, split: dict[Where, list[Record]]) -> None:
        """Without a pause: what lies in hand goes on where its cursor stands. Records of a partition that
        has none here come once more."""
        for where, found in split.items():
            if (cursor := self._at.get(where)) is None:
                continue
            step, sentence = advance_until_stop(cursor, found)
            if step:
                known = self._ahead.get(where)
                follows = known is not None and known.after is step.before
                self._ahead[where] = known.then(step) if known and follows else step
                self._at[where] = step.after
                if step.gap is not None:
                    self._hold(where)
            if sentence:
                self._hold(where)
                self._drop_others(where)
                self._stops[where] = step.after if step else cursor, sentence

    async def _write_ahead(self) -> None:
        """Never raises. If it fails, what was counted on top of it is read again too."""
        while self._ahead or self._stops:
            steps, self._ahead = self._ahead, {}
            try:
                await self._write([*steps.values()])
                for where in self._stops.keys() - self._ahead.keys():
                    if stop := self._stops.pop(where, None):  # else it was revoked meanwhile
                        await self._stop(*stop)
                await self.rest(True)
            except Exception as error:
                begun = {where: cursor.offset for where, (cursor, _) in self._stops.items()}
                begun |= {where: step.before.offset for where, step in [*self._ahead.items(), *steps.items()]}
                for where in begun:
                    self._drop(where)
                await self._failed(error)
                for where, offset in begun.items():
                    self._read_on(where, offset)

    async def _failed(self, error: Exception) -> None:
        log.warning("a batch waits: %s", type(error).__name__, exc_info=not _passes(error))
        await self.rest(False)

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
            if step.after.where in self._at:
                self.goes_on(step.after.where)
            if step.gap is not None:
                self._lacking.add(step.after.where)

    async def _write_apart(self, steps: Sequence[Step], error: Exception) -> None:
        offices = {step.after.office for step in steps}
        if len(offices) > 1:
            for office in offices:
                await self._write([step for step in steps if step.after.office == office])
            return
        for step in steps:
            self._drop(step.after.where)
        sentence = str(error) if isinstance(error, OfficeStopped) else _unwritable(error)
        await self._stop(steps[0].before, sentence)

    async def _stop(self, cursor: Cursor, sentence: str) -> None:
        await mark_cursor(self._store, cursor, stopped=sentence)
        self._hold(cursor.where, sentence)
        self._drop_others(cursor.where)

    def _drop_others(self, stopped: Where) -> None:
        """Nothing of an office is read while a partition of it is stopped."""
        for where in {*self._at, *self._ahead, *self._stops} - {stopped}:
            if where[0] == stopped[0]:
                self._drop(where)

    def _drop(self, where: Where) -> None:
        """What was counted of a partition and is not written is to be read again."""
        self._forget(where)
        self._hold(where)

    def _forget(self, where: Where) -> None:
        self._at.pop(where, None)
        self._ahead.pop(where, None)
        self._stops.pop(where, None)

    def _hold(self, where: Where, why: str = "") -> None:
        self._at.pop(where, None)
        self.pause(where, why)

    def _read_on(self, where: Where, offset: int) -> None:
        self.goes_on(where)
        self.listener.seek(where, offset)

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
                    await self.look_again()
            except Exception as error:
                log.warning("gaps and stops wait: %s", type(error).__name__, exc_info=not _passes(error))

    async def _mend(self, where: Where) -> None:
        """Apply what follows a gap if the topic has it somewhere; else say which number is lacking."""
        self.pause(where)  # whatever happens here, it is looked at again
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
            self._read_on(where, cursor.offset)


def _passes(error: Exception) -> bool:
    return is_passing(error) or isinstance(error, CursorMoved | FiguresHeld | LeaseLost)


def _unwritable(error: Exception) -> str:
    return f"its figures cannot be written ({type(error).__name__}); the log has where it happened"
