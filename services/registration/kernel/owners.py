"""The partitions that this process owns, as Kafka hands them out and takes them away."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from time import monotonic

from services.registration.kernel.asking import appended_at
from services.registration.kernel.held import Held
from services.registration.kernel.keeper import Keeper
from services.registration.kernel.owner import Owner
from services.registration.kernel.ports import Ports
from shared.backoff import Backoff
from shared.kafka.records import Batch, Record, Where, by_partition

log = logging.getLogger(__name__)

CLAIM_SECONDS = 10.0
FEW = 5  # records of a batch after which the next is decided at once
REST_SECONDS = 0.02  # after which it is asked again whether somebody waits for what comes next
LOOK_AGAIN_SECONDS = 15.0  # after which a partition that stood still is looked at again


class Owners:
    """Claims what is assigned, decides what is read, and claims again what was lost.

    `seek` moves the consumer of a partition to an offset and lets it read on; `hold` has it read nothing
    until then; `rejoin` leaves the group and joins it anew; `commit` sets the group's own offset, from which
    nothing is ever read; `silent` tells whether Kafka has not answered the consumer for so long that the log
    may have been lost.
    """

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self.seek: Callable[[int, int], None] = lambda partition, offset: None
        self.hold: Callable[[int], None] = lambda partition: None
        self.rejoin: Callable[[], Awaitable[None]] | None = None
        self.commit: Callable[[int, int], Awaitable[None]] | None = None
        self.silent: Callable[[], bool] = lambda: False
        self._owners: dict[int, Owner] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._backoff = Backoff()

    @property
    def held(self) -> dict[int, Held]:
        return {partition: owner.held for partition, owner in self._owners.items()}

    def decides(self, partition: int) -> bool:
        """Whether what comes to this partition is decided here, as far as is known."""
        owner = self._owners.get(partition)
        return owner is not None and owner.held.claimed

    async def assigned(self, wheres: set[Where]) -> dict[Where, int]:
        """Claim partitions; answers where to read on. Those it cannot claim now are claimed by `maintain`."""
        await self.revoked(wheres)  # what a rebalance gives again is claimed again
        for _, partition in wheres:
            held = Held(partition)
            self._owners[partition] = Owner(held, self._ports)
            self._tasks[partition] = asyncio.create_task(Keeper(held, self._ports).keep())
        await asyncio.gather(*(self._claim(self._owners[partition]) for _, partition in wheres))
        cursors = {where: self._owners[where[1]].held.cursor for where in wheres}
        # whoever claimed it meanwhile: a partition with a claim is read on
        return {where: cursor.next for where, cursor in cursors.items() if cursor is not None}

    async def _claim(self, owner: Owner) -> int | None:
        try:
            async with asyncio.timeout(CLAIM_SECONDS):
                return await owner.claim()
        except Exception as error:
            log.warning("partition %d is not claimed yet: %s", owner.held.partition, type(error).__name__)
            return None

    async def revoked(self, wheres: Iterable[Where]) -> None:
        """Let go: a batch under way is finished first, so that the next owner seldom meets it."""
        for _, partition in wheres:
            if owner := self._owners.pop(partition, None):
                task = self._tasks.pop(partition)
                async with owner.lock:
                    task.cancel()
                await asyncio.wait({task})

    async def close(self) -> None:
        """Let go of everything: nothing is written after this."""
        await self.revoked([("", partition) for partition in list(self._owners)])

    async def decide(self, records: Batch) -> None:
        """Decide a batch, its partitions side by side. Never raises: what failed is read again.

        While many come, what comes within a moment is decided together: a transaction of many costs each
        of them a fraction of what it costs one.
        """
        begun, split = monotonic(), by_partition(records)
        results = await asyncio.gather(
            *(self._decide(partition, found) for (_, partition), found in split.items())
        )
        if all(results):
            self._backoff.succeeded()
            if len(records) > FEW:
                await self._rest(begun, appended_at(records[-1]))
        else:
            await self._backoff.failed()

    async def _rest(self, begun: float, last: datetime) -> None:
        """Until the next batch is due; that may change meanwhile."""
        late = (datetime.now(UTC) - last).total_seconds()
        while (rest := begun + self._ports.pace(late) - monotonic()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(min(rest, REST_SECONDS))

    async def _decide(self, partition: int, records: list[Record]) -> bool:
        owner = self._owners.get(partition)
        if owner is None:
            return True  # taken away meanwhile: its next owner reads the records
        owner.held.oldest = appended_at(records[0])
        try:
            offset = await owner.decide(records)
        except Exception as error:
            log.warning("partition %d: a batch waits: %s", partition, type(error).__name__, exc_info=True)
            if owner.held.cursor is not None:
                self.seek(partition, owner.held.cursor.next)
            return False
        if owner.held.stopped is not None:
            self.hold(partition)
        else:
            owner.held.oldest = None
            if offset is not None:
                self.seek(partition, offset)
        return offset is None

    async def maintain(self) -> None:
        """Until cancelled, claim what is held without a claim or in silence, and trim what is decided."""
        looked = trimmed = monotonic()
        while True:
            await asyncio.sleep(1)
            await self._end_contest()
            again = monotonic() >= looked + LOOK_AGAIN_SECONDS
            silent = again and self.silent()
            waiting = [
                owner
                for owner in self._owners.values()
                if silent or (owner.held.cursor is None and (owner.held.stopped is None or again))
            ]
            await asyncio.gather(*map(self._claim_again, waiting))
            if again:
                looked = monotonic()
            if (every := self._ports.trim_every) and monotonic() >= trimmed + every:
                trimmed = monotonic()
                await self._trim()

    async def _end_contest(self) -> None:
        """Have the group share its partitions out anew, where it gave one to two members."""
        contested = [partition for partition, held in self.held.items() if held.contested]
        if contested and self.rejoin is not None:
            log.warning("partitions %s are claimed by somebody else, too: joining the group anew", contested)
            await self.revoked([("", partition) for partition in contested])
            await self.rejoin()

    async def _claim_again(self, owner: Owner) -> None:
        offset, partition = await self._claim(owner), owner.held.partition
        if self._owners.get(partition) is not owner:
            return  # taken away meanwhile
        if offset is not None:
            self.seek(partition, offset)
        elif owner.held.stopped is not None:
            self.hold(partition)

    async def _trim(self) -> None:
        """Delete what is decided from intake; the last decided record stays, to know the log again by it.

        The group's offset goes ahead: a committed one below the first would be an error at the next start.
        """
        for held in self.held.values():
            if held.cursor is not None and held.cursor.next > 1:
                before = held.cursor.next - 1
                try:
                    if self.commit is not None:
                        await self.commit(held.partition, before)
                    await self._ports.intake.trim(held.partition, before)
                except Exception as error:
                    log.warning("partition %d was not trimmed: %s", held.partition, type(error).__name__)
