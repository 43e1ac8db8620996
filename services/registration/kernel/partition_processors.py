"""The partitions that this process owns, as Kafka hands them out and takes them away."""

import asyncio
import logging
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from time import monotonic

from services.registration.kernel.partition_processor import PartitionProcessor
from services.registration.kernel.partition_publisher import PartitionPublisher
from services.registration.kernel.partition_status import PartitionStatus
from services.registration.kernel.ports import Ports
from services.registration.kernel.received_commands import appended_at
from shared.kafka.partition_reader import PartitionReader
from shared.kafka.records import Batch, Record, Where, by_partition

log = logging.getLogger(__name__)

CLAIM_SECONDS = 10.0
FEW = 5  # records of a batch after which the next is decided at once
REST_SECONDS = 0.02  # after which it is asked again whether somebody waits for what comes next
LOOK_AGAIN_SECONDS = 15.0  # after which a partition that stood still is looked at again


class PartitionProcessors(PartitionReader):
    """Claims what is assigned, decides what is read, and claims again what was lost."""

    def __init__(self, ports: Ports) -> None:
        super().__init__()
        self._ports = ports
        self._processors: dict[Where, PartitionProcessor] = {}
        self._tasks: dict[Where, asyncio.Task[None]] = {}

    @property
    def held(self) -> dict[int, PartitionStatus]:
        return {partition: owner.held for (_, partition), owner in self._processors.items()}

    def decides(self, partition: int) -> bool:
        """Whether what comes to this partition is decided here, as far as is known."""
        held = self.held.get(partition)
        return held is not None and held.claimed

    async def assigned(self, wheres: set[Where]) -> Mapping[Where, int]:
        """Claim partitions; answers where to read on. Those it cannot claim now are claimed by `maintain`."""
        await self.revoked(wheres)  # what a rebalance gives again is claimed again
        for where in wheres:
            held = PartitionStatus(where[1])
            self._processors[where] = PartitionProcessor(held, self._ports)
            self._tasks[where] = asyncio.create_task(PartitionPublisher(held, self._ports).keep())
        return await self.begin(wheres)

    async def begin(self, wheres: Collection[Where]) -> Mapping[Where, int]:
        processors = {where: owner for where in wheres if (owner := self._processors.get(where))}
        await asyncio.gather(*map(self._claim, processors.values()))
        for where, owner in processors.items():
            self._pause_stopped(where, owner)
        # whoever claimed it meanwhile: a partition with a claim is read on, unless it was taken away
        return {
            where: owner.held.cursor.next
            for where, owner in processors.items()
            if owner.held.cursor is not None and self._processors.get(where) is owner
        }

    async def _claim(self, owner: PartitionProcessor) -> None:
        try:
            async with asyncio.timeout(CLAIM_SECONDS):
                await owner.claim()
        except Exception as error:
            log.warning("partition %d is not claimed yet: %s", owner.held.partition, type(error).__name__)

    def _pause_stopped(self, where: Where, owner: PartitionProcessor) -> bool:
        """Whether it stands still, for want of what the sentence says."""
        if owner.held.stopped is not None and self._processors.get(where) is owner:
            self.pause(where, owner.held.stopped)
        return owner.held.stopped is not None

    async def revoked(self, wheres: Collection[Where]) -> None:
        """Let go: a batch under way is finished first, so that the next owner seldom meets it."""
        await super().revoked(wheres)
        for where in wheres:
            if owner := self._processors.pop(where, None):
                task = self._tasks.pop(where)
                async with owner.lock:
                    task.cancel()
                await asyncio.wait({task})

    async def close(self) -> None:
        """Let go of everything: nothing is written after this."""
        await self.revoked([*self._processors])

    async def decide(self, records: Batch) -> None:
        """Decide a batch, its partitions side by side. Never raises: what failed is read again.

        While many come, what comes within a moment is decided together: a transaction of many costs each
        of them a fraction of what it costs one.
        """
        begun, split = monotonic(), by_partition(records)
        results = await asyncio.gather(*(self._decide(where, found) for where, found in split.items()))
        await self.rest(*results)
        if all(results) and len(records) > FEW:
            await self._pace(begun, appended_at(records[-1]))

    async def _pace(self, begun: float, last: datetime) -> None:
        """Until the next batch is due; that may change meanwhile."""
        late = (datetime.now(UTC) - last).total_seconds()
        while (rest := begun + self._ports.pace(late) - monotonic()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(min(rest, REST_SECONDS))

    async def _decide(self, where: Where, records: list[Record]) -> bool:
        owner = self._processors.get(where)
        if owner is None:
            return True  # taken away meanwhile: its next owner reads the records
        owner.held.oldest = appended_at(records[0])
        try:
            offset = await owner.decide(records)
        except Exception as error:
            log.warning("partition %d: a batch waits: %s", where[1], type(error).__name__, exc_info=True)
            if owner.held.cursor is not None:
                self.listener.seek(where, owner.held.cursor.next)
            return False
        if self._pause_stopped(where, owner):
            return offset is None
        self.goes_on(where)
        owner.held.oldest = None
        if offset is not None:
            self.listener.seek(where, offset)
        return offset is None

    async def maintain(self) -> None:
        """Until cancelled, claim what is held without a claim or in silence, and trim what is decided."""
        looked = trimmed = monotonic()
        while True:
            await asyncio.sleep(1)
            await self._end_contest()
            again = monotonic() >= looked + LOOK_AGAIN_SECONDS
            silent = again and self.listener.is_silent
            waiting = [
                where
                for where, owner in self._processors.items()
                if silent or (owner.held.cursor is None and (owner.held.stopped is None or again))
            ]
            await asyncio.gather(*(self.look_again([where]) for where in waiting))
            if again:
                looked = monotonic()
            if (every := self._ports.trim_every) and monotonic() >= trimmed + every:
                trimmed = monotonic()
                await self._trim()

    async def _end_contest(self) -> None:
        """Have the group share its partitions out anew, where it gave one to two members."""
        contested = [where for where, owner in self._processors.items() if owner.held.contested]
        if contested:
            log.warning("%s are claimed by somebody else, too: joining the group anew", contested)
            await self.revoked(contested)
            await self.listener.rejoin()

    async def _trim(self) -> None:
        """Delete what is decided from intake; the last decided record stays, to know the log again by it.

        The group's offset goes ahead: a committed one below the first would be an error at the next start.
        """
        for where, owner in list(self._processors.items()):
            held = owner.held
            if held.cursor is not None and held.cursor.next > 1:
                before = held.cursor.next - 1
                try:
                    await self.listener.commit(where, before)
                    await self._ports.intake.trim(held.partition, before)
                except Exception as error:
                    log.warning("partition %d was not trimmed: %s", held.partition, type(error).__name__)
