"""Publishing what a partition's owner decided, and ticking while something waits."""

import asyncio
import logging
import uuid
from datetime import UTC, datetime
from time import monotonic

from services.registration.kernel.batch import OFFICE_KEY, partition_key
from services.registration.kernel.commit import ClaimLost, Cursor
from services.registration.kernel.partition_status import PartitionStatus
from services.registration.kernel.ports import DoesNotFit, Ports
from shared.contracts.commands import Tick
from shared.contracts.envelope import Envelope
from shared.contracts.types import rfc3339
from shared.kafka.records import partition_of

log = logging.getLogger(__name__)

TICK_SECONDS = 10.0  # after which a tick that was not read back is written again
TICK_AT_LEAST = 3600.0  # seconds; the records let log segments roll and old bytes go


class PartitionPublisher:
    """Of one held partition. Level-triggered: what any crash left is done by who keeps it next."""

    def __init__(self, held: PartitionStatus, ports: Ports) -> None:
        self._held = held
        self._ports = ports
        self._states_office = partition_of(OFFICE_KEY.encode(), ports.reading.partitions) == held.partition
        self._ticked = monotonic()

    async def keep(self) -> None:
        """Publish and tick until cancelled: woken by commits, and every second whatever was missed."""
        while True:
            claim = self._held.published
            try:
                await self._publish()
                await self._tick()
            except ClaimLost:
                self._lose(claim)
            except Exception as error:
                partition = self._held.partition
                if self._ports.is_passing(error):
                    log.warning("partition %d: publishing waits: %s", partition, type(error).__name__)
                else:
                    log.exception("partition %d: publishing will be tried again", partition)
                await asyncio.sleep(1)
            try:
                async with asyncio.timeout(1):
                    await self._held.wake.wait()
            except TimeoutError:
                continue

    async def _publish(self) -> None:
        held = self._held
        held.wake.clear()
        while held.cursor is not None and held.published is not None and held.behind > 0:
            before = held.published
            try:
                published = await self._ports.publisher.publish(before)
            except DoesNotFit as misfit:
                held.stop(str(misfit))
                return
            if held.published is before:  # not claimed again meanwhile
                held.published, held.got_further = published, monotonic()

    def _lose(self, claim: Cursor | None) -> None:
        """Give the claim up, unless it is a younger one than that under which the publishing began."""
        cursor = self._held.cursor
        if cursor is not None and claim is not None and cursor.epoch == claim.epoch:
            self._held.lose()

    async def _tick(self) -> None:
        held, now = self._held, monotonic()
        if not held.claimed or (held.tick_out and now < held.tick_out + TICK_SECONDS) or not self._due():
            return
        held.tick_out = self._ticked = now
        key = OFFICE_KEY if self._states_office else partition_key(held.partition)
        source = f"/{self._ports.reading.office}/registration"
        envelope = Envelope(uuid.uuid4().hex, source, Tick.type, key, rfc3339(datetime.now(UTC)))
        await self._ports.intake.write(held.partition, key, envelope, b"{}")

    def _due(self) -> bool:
        assert self._held.cursor is not None
        undescribed = self._states_office and self._held.cursor.described != self._ports.standing.digest
        hourly = monotonic() >= self._ticked + TICK_AT_LEAST
        return self._held.promoting or undescribed or hourly or self._totals_due() or self._time_has_come()

    def _time_has_come(self) -> bool:
        """Once a second at most, since our clock may be ahead of the broker's, which decides."""
        coming = self._held.next_due
        return coming is not None and datetime.now(UTC) >= coming and monotonic() >= self._ticked + 1

    def _totals_due(self) -> bool:
        """The broker's clock decides; ours may be ahead of it, so a tick that came too early is not
        followed by the next at once."""
        cursor, every = self._held.cursor, self._ports.standing.totals_every
        assert cursor is not None
        early = monotonic() < self._ticked + min(TICK_SECONDS, every.total_seconds())
        return cursor.number > cursor.totals and not early and datetime.now(UTC) >= cursor.totals_at + every
