"""Which of several instances reads and writes: a lease with an epoch, by the database's clock.

Two documents of the collection `lease`. `reader` is who reads until when. `figures` is the fence that every
transaction of figures passes: it holds the epoch that may write, and the last `rev`. They are apart so that
prolonging the lease conflicts with no transaction.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from time import monotonic
from typing import Final

from bson import Int64

from shared.mongo.driver import Document, ReturnDocument, Session, Store, is_passing

log = logging.getLogger(__name__)

LEASE_SECONDS: Final = 6.0
RENEW_SECONDS: Final = 2.0
TRY_SECONDS: Final = 1.0
READER: Final = "reader"
FIGURES: Final = "figures"
HOLD_SECONDS: Final = 20.0  # in which a held reading goes on by itself, should who holds it be killed
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


class LeaseLost(Exception):
    """Another instance reads under a later epoch: nothing of this one may be written any more."""


class FiguresHeld(Exception):
    """The figures are held still for a moment, as a rebuild does: write them again later."""


async def provision_lease(store: Store) -> None:
    """Of a database that is new, or restored, revs go on above those of the one that was lost: from the
    milliseconds since 1970, more than there can have been transactions."""
    fresh: dict[str, Document] = {
        READER: {"epoch": Int64(0), "until": LONG_AGO},
        FIGURES: {"epoch": Int64(0), "rev": Int64(0), "held_until": LONG_AGO},
    }
    for name, document in fresh.items():
        await store["lease"].update_one({"_id": name}, {"$setOnInsert": document}, upsert=True)
    now = Int64((await store.now()).timestamp() * 1000)
    await store["lease"].update_one({"_id": FIGURES}, {"$max": {"rev": now}})


async def next_rev(store: Store, epoch: int, session: Session) -> int:
    """The number of this transaction, higher than that of any before it.

    All write here, so they are committed in the order of their numbers. Raises `LeaseLost`, `FiguresHeld`.
    """
    free = {"$expr": {"$lte": ["$held_until", "$$NOW"]}}
    row = await store["lease"].find_one_and_update(
        {"_id": FIGURES, "epoch": epoch} | free,
        {"$inc": {"rev": Int64(1)}},
        return_document=ReturnDocument.AFTER,
        session=session,
    )
    if row is not None:
        return int(row["rev"])
    if await store["lease"].find_one({"_id": FIGURES, "epoch": epoch}, session=session):
        raise FiguresHeld
    raise LeaseLost


async def hold_figures(store: Store) -> None:
    """Refuse every transaction of figures but those of `next_rev_while_held`, for a while or until
    `release_figures`. What was begun before is committed, or is refused too.
    """
    until: Document = {"held_until": _from_now(HOLD_SECONDS)}
    await store["lease"].update_one({"_id": FIGURES}, [{"$set": until}])


async def next_rev_while_held(store: Store, session: Session) -> int:
    """As `next_rev`, for who holds the figures still. Raises `FiguresHeld` when that was too long ago."""
    held = {"$expr": {"$gt": ["$held_until", "$$NOW"]}}
    row = await store["lease"].find_one_and_update(
        {"_id": FIGURES} | held,
        {"$inc": {"rev": Int64(1)}},
        return_document=ReturnDocument.AFTER,
        session=session,
    )
    if row is None:
        raise FiguresHeld
    return int(row["rev"])


async def release_figures(store: Store) -> None:
    await store["lease"].update_one({"_id": FIGURES}, {"$set": {"held_until": LONG_AGO}})


class Lease:
    """One instance's part in who reads. What it does with the database raises what the driver raises."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def acquire(self) -> int:
        """Wait until nobody has it, then take it; the epoch."""
        while True:
            try:
                async with asyncio.timeout(LEASE_SECONDS):
                    if (epoch := await self.try_acquire()) is not None:
                        return epoch
            except Exception as error:
                if not is_passing(error):
                    raise
                log.warning("the lease waits: %s", type(error).__name__)
            await asyncio.sleep(TRY_SECONDS)

    async def try_acquire(self) -> int | None:
        """The epoch, or None while another has it. Then no transaction of an earlier epoch is committed."""
        row = await self._store["lease"].find_one_and_update(
            {"_id": READER, "$expr": {"$lt": ["$until", "$$NOW"]}},
            [{"$set": {"epoch": {"$add": ["$epoch", 1]}, "until": _from_now(LEASE_SECONDS)}}],
            return_document=ReturnDocument.AFTER,
        )
        if row is None:
            return None
        epoch = int(row["epoch"])
        fenced = await self._store["lease"].update_one(
            {"_id": FIGURES, "epoch": {"$lt": epoch}}, {"$set": {"epoch": Int64(epoch)}}
        )
        return epoch if fenced.matched_count else None  # while this one paused, another took it

    async def keep(self, epoch: int) -> None:
        """Prolong it; returns when the database said nothing for so long that another may have it.

        Raises `LeaseLost` when another does.
        """
        heard = monotonic()
        while monotonic() < heard + LEASE_SECONDS:
            await asyncio.sleep(RENEW_SECONDS)
            asked = monotonic()
            if await _within(RENEW_SECONDS, lambda: self._renew(epoch)):
                heard = asked

    async def _renew(self, epoch: int) -> None:
        until = [{"$set": {"until": _from_now(LEASE_SECONDS)}}]
        found = await self._store["lease"].update_one({"_id": READER, "epoch": epoch}, until)
        if not found.matched_count:
            raise LeaseLost

    async def release(self, epoch: int) -> None:
        """Let another have it at once, where the database answers."""
        await _within(RENEW_SECONDS, lambda: self._release(epoch))

    async def _release(self, epoch: int) -> None:
        await self._store["lease"].update_one({"_id": READER, "epoch": epoch}, {"$set": {"until": LONG_AGO}})


async def _within(seconds: float, ask: Callable[[], Awaitable[None]]) -> bool:
    """Whether the database answered in time. Raises what is no matter of waiting."""
    try:
        async with asyncio.timeout(seconds):
            await ask()
    except Exception as error:
        if not is_passing(error):
            raise
        return False
    return True


def _from_now(seconds: float) -> Document:
    return {"$add": ["$$NOW", int(seconds * 1000)]}
