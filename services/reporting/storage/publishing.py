"""Sending rows of figures to the national topic: whatever is due goes out, whatever a crash left."""

import asyncio
import logging
from collections.abc import Awaitable
from typing import Any, Final

from services.reporting.storage.lease import LeaseLost
from services.reporting.storage.revisions import Revision, due_revisions, mark_all_due, mark_published
from shared.contracts.envelope import Envelope
from shared.contracts.reports import NationalRow
from shared.contracts.topics import NATIONAL, NATIONAL_REPORTS
from shared.kafka.cluster import Cluster, Sender
from shared.kafka.connection import answering, is_away
from shared.kafka.offsets import Log
from shared.mongo.driver import Store, is_passing

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 1.0
ACK_SECONDS: Final = 30.0
SOURCE: Final = f"/{NATIONAL}/reporting"


class Publisher:
    """One writer at a time, under an epoch of the lease."""

    def __init__(self, cluster: Cluster, store: Store, epoch: int) -> None:
        self._cluster = cluster
        self._store = store
        self._epoch = epoch
        self._in_doubt = True

    async def run(self) -> None:
        """Until cancelled. Servers that are away are asked again."""
        async with self._cluster.sender() as sender:
            while True:
                if not await self._sent_some(sender):
                    await asyncio.sleep(LOOK_SECONDS)

    async def _fill_again(self) -> None:
        """A topic that was lost gets every row anew."""
        async with self._cluster.reader() as consumer:
            first, end = await Log(consumer, NATIONAL_REPORTS, 0).bounds()
        if first == end:
            await mark_all_due(self._store)
        self._in_doubt = False

    async def _sent_some(self, sender: Sender) -> bool:
        try:
            if self._in_doubt:
                await self._fill_again()
            found = await due_revisions(self._store, self._epoch)
            await self._send(sender, found)
            await mark_published(self._store, found)
        except LeaseLost:
            return False  # whoever keeps the lease ends this
        except Exception as error:
            passing = is_passing(error) or is_away(error)
            log.warning("the national topic waits: %s", type(error).__name__, exc_info=not passing)
            self._in_doubt = True
            return False
        return bool(found)

    async def _send(self, sender: Sender, found: list[Revision]) -> None:
        async with answering("rows of figures", ACK_SECONDS):
            sent = [await _enqueued(sender, one) for one in found]
            await asyncio.gather(*sent)


async def _enqueued(sender: Sender, one: Revision) -> Awaitable[Any]:
    envelope = Envelope(f"{one.key}@{one.rev}", SOURCE, NationalRow.type, one.key)
    value = one.row.encoded() if one.row else None
    return await sender.enqueue(NATIONAL_REPORTS, one.key.encode(), value, envelope.headers())
