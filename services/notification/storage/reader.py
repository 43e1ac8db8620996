"""Facts and directory as they come: each partition from its own cursor, stopped alone where it must."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from services.notification.storage.cursors import Cursor, CursorMoved, Cursors
from services.notification.storage.directory import DirectoryStore
from services.notification.storage.folding import FactsLedger
from services.notification.storage.rereading import Reread
from shared.contracts.facts import Body
from shared.kafka.connection import KafkaUnavailable, is_away
from shared.kafka.facts import Fact, FactUnfoldable, OfficeStopped, Run, read_fact, run_after
from shared.kafka.holes import Holes
from shared.kafka.partition_reader import PartitionReader
from shared.kafka.read_failures import ReadFailures
from shared.kafka.records import Batch, Record, Where, by_partition
from shared.mongo.driver import is_passing
from shared.tracing import UNTRACED, Untraced

log = logging.getLogger(__name__)

Bounds = Mapping[Where, tuple[int, int]]


class Reader(PartitionReader):
    """Handles the batches of one subscriber on both topics. `applied` tells that there may be mail."""

    def __init__(
        self,
        facts_topic: str,
        cursors: Cursors,
        facts: FactsLedger,
        directory: DirectoryStore,
        applied: Callable[[], None],
        traces: Untraced = UNTRACED,
    ) -> None:
        super().__init__()
        self._facts_topic, self._cursors, self._facts, self._directory = (
            facts_topic,
            cursors,
            facts,
            directory,
        )
        self._applied, self._traces = applied, traces
        self._at: dict[Where, Cursor] = {}
        self._reread: dict[Where, Reread] = {}
        self._holes = Holes()
        self._looked: dict[Where, tuple[Cursor, tuple[int, int] | None]] = {}
        self._lacking: set[Where] = set()
        self._stumbles = ReadFailures()

    async def read(self, records: Batch) -> None:
        """Never raises: what failed is sought back to its cursor after a pause."""
        failed = False
        for where, part in by_partition(records).items():
            if self.stands_still(where):
                continue
            try:
                await self._take(where, part)
                self._heal(where)
                self._stumbles.forget(where)
            except OfficeStopped as stop:
                await self._stop(where, str(stop))
            except CursorMoved:
                failed = not await self._catch_up(where) or failed
            except Exception as error:
                failed = not await self._stumbled(where, error) or failed
        await self.rest(not failed)
        self._applied()

    async def _stumbled(self, where: Where, error: Exception) -> bool:
        """Whether this stops the partition; else it is read again from its cursor."""
        cursor, passes = self._at.get(where), is_passing(error) or is_away(error)
        if cursor and not passes and (sentence := self._stumbles.failed(where, cursor.offset, error)):
            await self._stop(where, sentence)
            return True
        # the type only: a driver's text may repeat what a person sent
        log.warning("%s partition %d waits: %s", *where, type(error).__name__)
        self._seek(where)
        return False

    async def _take(self, where: Where, part: Sequence[Record]) -> None:
        cursor = self._at.get(where)
        if cursor is None:
            return  # revoked while this batch was read
        if where[0] == self._facts_topic:
            await self._take_facts(where, cursor, part)
        elif self._holes.to_read_again(where, cursor.offset, part[0].offset):
            self._seek(where)
        else:
            await self._directory.apply(part)
            after = Cursor(part[-1].offset + 1)
            await self._cursors.set_offset(*where, after.offset)
            self._at[where] = after

    async def _take_facts(self, where: Where, cursor: Cursor, part: Sequence[Record]) -> None:
        facts, stop = readable(cursor.ledger, part)
        end = part[len(facts)].offset if stop else part[-1].offset + 1
        reread = self._reread.get(where)
        if reread is None:
            run = run_after(cursor.number, cursor.ledger, facts)
        else:
            run = Run(reread.next_of(cursor.number, facts))
        bodies, unread = told(run.facts)
        if unread is not None:
            run, end, stop = Run(run.facts[: len(bodies)]), run.facts[len(bodies)].offset, unread
        try:
            after = await self._apply(where, cursor, run, bodies, end)
        except FactUnfoldable as unfoldable:
            good = [fact for fact in run.facts if fact.stated.number < unfoldable.number]
            end, stop = run.facts[len(good)].offset, unfoldable
            after = await self._apply(where, cursor, Run(good), bodies[: len(good)], end)
        if stop is not None:
            raise stop
        if run.gap is not None:
            await self._read_again(where, after.number, run.gap)
        elif reread is not None and reread.over(part[-1].offset):
            del self._reread[where]
            if not reread.complete(after.number):
                if not reread.helped(after.number):
                    self._lacking.add(where)
                    raise OfficeStopped(
                        f"{where[0]} partition {where[1]} lacks fact {after.number + 1}: "
                        "run `simpul republish`"
                    )
                await self._read_again(where, after.number, after.number + 1)

    async def _apply(
        self, where: Where, cursor: Cursor, run: Run, bodies: Sequence[Body | None], end: int
    ) -> Cursor:
        """Apply a run; returns the cursor as it stands then. `end`: the offset read up to."""
        if run.facts:
            last = run.facts[-1]
            after = Cursor(last.offset + 1, last.stated.number, last.stated.ledger)
        elif run.gap is None and where not in self._reread:
            after = replace(cursor, offset=end)
        else:
            return cursor
        stated = [(fact.stated, body) for fact, body in zip(run.facts, bodies, strict=True)]
        await self._facts.apply(*where, cursor, after, stated, self._traces_of(where, run))
        self._at[where] = after
        return after

    def _traces_of(self, where: Where, run: Run) -> dict[int, str]:
        found = {fact.stated.number: self._traces.of(*where, fact.offset) for fact in run.facts}
        return {number: trace for number, trace in found.items() if trace is not None}

    async def _read_again(self, where: Where, number: int, gap: int) -> None:
        bounds = (await self.listener.bounds(where)).get(where)
        if bounds is None or where not in self._at:
            return  # revoked meanwhile
        log.warning("%s partition %d lacks fact %d: read again from its beginning", *where, gap)
        first, end = bounds
        self._reread[where] = Reread(end, began=number, highest=gap)
        self.listener.seek(where, first)

    async def _stop(self, where: Where, sentence: str) -> None:
        self.pause(where, sentence)
        try:
            await self._cursors.stop(*where, sentence)
        except Exception as error:  # the next look says it again
            log.warning("a stop could not be noted: %s", type(error).__name__)

    def _heal(self, where: Where) -> None:
        """A part was applied, and no gap is being looked for: nothing is wrong any more."""
        if where in self.paused and where not in self._reread:
            self.goes_on(where)
            self._forget(where)

    def _forget(self, where: Where) -> None:
        self._looked.pop(where, None)
        self._lacking.discard(where)
        self._stumbles.forget(where)

    async def begin(self, wheres: Collection[Where]) -> Mapping[Where, int]:
        """Of paused partitions; where a fact lacks, only if anything changed since the last look. What failed
        is left for the next look."""
        offsets: dict[Where, int] = {}
        for where in wheres:
            try:
                bounds = await self.listener.bounds(where)
                cursor = await self._cursor(where, bounds)
                seen = cursor, bounds.get(where)
            except Exception as error:
                log.warning("%s partition %d stays stopped: %s", *where, type(error).__name__)
                continue
            if where not in self.paused or where not in self._at:
                continue  # revoked meanwhile
            if where in self._lacking and self._looked.get(where) == seen:
                continue  # its topic would be read from the beginning, and has nothing new
            self._at[where], self._looked[where] = cursor, seen
            self._reread.pop(where, None)
            offsets[where] = cursor.offset
        return offsets

    async def _catch_up(self, where: Where) -> bool:
        """After another instance was faster: go on from where it is."""
        try:
            self._at[where] = await self._cursors.read(*where)
        except Exception as error:
            log.warning("%s partition %d waits: %s", *where, type(error).__name__)
            self._seek(where)
            return False
        self._seek(where)
        return True

    def _seek(self, where: Where) -> None:
        if cursor := self._at.get(where):
            self.listener.seek(where, cursor.offset)

    async def revoked(self, wheres: Collection[Where]) -> None:
        await super().revoked(wheres)
        for where in wheres:
            self._at.pop(where, None)
            self._reread.pop(where, None)
            self._holes.forget(where)
            self._forget(where)

    async def assigned(self, wheres: set[Where]) -> Mapping[Where, int]:
        await self.revoked(set(self.paused))
        while True:
            try:
                bounds = await self.listener.bounds(*wheres)
                offsets = {where: await self._begin(where, bounds) for where in wheres}
                await self._directory.read_parked_again()
            except Exception as error:
                log.warning("cursors cannot be read yet: %s", type(error).__name__)
                await self.rest(False)
            else:
                return offsets

    async def _begin(self, where: Where, bounds: Bounds) -> int:
        self._at[where] = cursor = await self._cursor(where, bounds)
        return cursor.offset

    async def _cursor(self, where: Where, bounds: Bounds) -> Cursor:
        """The cursor; at the topic's first offset where its own lies outside: the topic was made again."""
        cursor = await self._cursors.read(*where)
        if known := bounds.get(where):
            first, end = known
            if not first <= cursor.offset <= end:
                cursor = replace(cursor, offset=first)
                await self._cursors.set_offset(*where, first)
        return cursor

    async def end_offset(self, topic: str, partition: int) -> int | None:
        """Where a partition ends now; None while Kafka does not answer."""
        try:
            bounds = await self.listener.bounds((topic, partition), seconds=5)
        except KafkaUnavailable:
            return None
        return bounds[topic, partition][1] if bounds else None

    def behind(self) -> dict[Where, int]:
        """Records not applied yet, of each partition held."""
        ends = self.listener.highwaters()
        return {
            where: max(0, ends[where] - cursor.offset) for where, cursor in self._at.items() if where in ends
        }

    def numbers(self) -> dict[int, int]:
        """Number of the last fact applied, of each partition of facts held."""
        return {
            where[1]: cursor.number for where, cursor in self._at.items() if where[0] == self._facts_topic
        }


def readable(ledger: str | None, part: Sequence[Record]) -> tuple[list[Fact], OfficeStopped | None]:
    """The facts up to the first that cannot be this ledger's, and what is wrong with that one."""
    facts: list[Fact] = []
    for record in part:
        try:
            fact = read_fact(record)
            run_after(fact.stated.number, ledger, [fact])
        except OfficeStopped as stop:
            return facts, stop
        ledger = fact.stated.ledger
        facts.append(fact)
    return facts, None


def told(facts: Sequence[Fact]) -> tuple[list[Body | None], OfficeStopped | None]:
    """What each fact adds, up to the first that is not what its type says, and what is wrong with it."""
    bodies: list[Body | None] = []
    for fact in facts:
        try:
            bodies.append(fact.body())
        except OfficeStopped as stop:
            return bodies, stop
    return bodies, None
