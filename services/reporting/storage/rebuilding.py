"""Counting everything once more from the facts, comparing, and putting right what differs.

What each step leaves when the process is killed there: folding leaves collections aside, which the next run
empties; a hold lets go by itself; the swap of an office is one transaction.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.reporting.storage.comparing import (
    COUNTED,
    Keys,
    StoredFigures,
    differing_keys,
    offices_with_figures,
    stored_figures,
)
from services.reporting.storage.lease import (
    FiguresHeld,
    Lease,
    hold_figures,
    next_rev,
    next_rev_while_held,
    release_figures,
)
from services.reporting.storage.provision import FIGURES_OF_OFFICES, prepare
from services.reporting.storage.refolding import fold_to
from services.reporting.storage.revisions import mark_changed
from shared.mongo.driver import Document, Session, Store

PREFIX = "rebuild_"


class RebuildBusy(Exception):
    """Another rebuild runs, or was killed a moment ago."""


class Rebuild:
    """Works beside a service that goes on counting: an office is compared at the cursors of one moment, and
    only where it differs are all figures held still, until it was caught up with and put right."""

    def __init__(self, store: Store, bootstrap: str) -> None:
        self._store = store
        self._aside = store.aside(PREFIX)
        self._bootstrap = bootstrap
        self._epoch = 0

    async def run(self, mend: bool) -> tuple[int, Keys]:
        """How many documents were compared, and the keys of those that differed, which `mend` puts right.

        Raises `RebuildBusy`, `LeaseLost`, `FiguresHeld` (run it again), and `TopicLacks` or `OfficeStopped`
        where the facts are not what was counted.
        """
        compared, differed = 0, Keys()
        async with self._alone():
            for office in await offices_with_figures(self._store):
                live, keys = await self._compare(office)
                compared += sum(map(len, live.documents.values()))
                for name, some in keys.items():
                    differed.setdefault(name, []).extend(some)
                if keys and mend:
                    await self._mend(office)
        return compared, differed

    @asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        await prepare(self._aside)
        lease = Lease(self._aside)
        epoch = await lease.try_acquire()
        if epoch is None:
            raise RebuildBusy("another rebuild runs, or was killed a moment ago: try again in some seconds")
        self._epoch = epoch
        keeping = asyncio.create_task(lease.keep(epoch))
        try:
            await self._empty_aside()
            yield
            await self._empty_aside()
        finally:
            keeping.cancel()
            await lease.release(epoch)

    async def _empty_aside(self) -> None:
        for name in (*FIGURES_OF_OFFICES, "revisions"):
            await self._aside[name].delete_many({})

    async def _compare(self, office: str) -> tuple[StoredFigures, Keys]:
        live = await self._store.transaction(lambda session: stored_figures(self._store, office, session))
        for cursor in live.cursors:
            await fold_to(self._aside, self._epoch, self._bootstrap, cursor)
        return live, differing_keys(
            live, await self._store.transaction(lambda session: self._counted(office, session))
        )

    async def _counted(self, office: str, session: Session) -> StoredFigures:
        await next_rev(self._aside, self._epoch, session)  # nobody else folds there
        return await stored_figures(self._aside, office, session)

    async def _mend(self, office: str) -> None:
        await hold_figures(self._store)
        try:
            live, keys = await self._compare(office)
            await hold_figures(self._store)
            await self._store.transaction(lambda session: self._swap(office, live, keys, session))
        finally:
            await release_figures(self._store)

    async def _swap(self, office: str, compared: StoredFigures, keys: Keys, session: Session) -> None:
        rev = await next_rev_while_held(self._store, session)
        await next_rev(self._aside, self._epoch, session)
        live = await stored_figures(self._store, office, session)
        if [one.number for one in live.cursors] != [one.number for one in compared.cursors]:
            raise FiguresHeld  # the hold let go while it was caught up with
        for name, some in keys.items():
            named = {"_id": {"$in": some}}
            rows = await self._aside[name].find(named, session=session).to_list(None)
            if name == "cursors":
                await self._correct(rows, session)
                continue
            await self._store[name].delete_many(named, session=session)
            if rows:
                await self._store[name].insert_many(rows, session=session)
        await self._store["cursors"].update_many(
            {"office": office}, {"$inc": {"rebuilt": 1}}, session=session
        )
        await mark_changed(self._store, keys.get("roll_ups", []), rev, session)

    async def _correct(self, rows: list[Document], session: Session) -> None:
        """Where the cursor reads on stays as it is."""
        for row in rows:
            counted = {"$set": {name: row[name] for name in COUNTED}}
            await self._store["cursors"].update_one({"_id": row["_id"]}, counted, session=session)
