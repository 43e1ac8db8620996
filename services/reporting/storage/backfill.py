"""What a database from before lacks: the documents from which everyone but the directorate is answered, the
revisions of rows for the national topic, and which figures a cursor stands for.

Facts that come in make those of their own activities; all others are made here. A service of before that
still runs leaves some behind: provision once more when it is gone.
"""

from itertools import islice
from typing import Final

from services.reporting.domain.keys import ActivityKey
from services.reporting.storage.public_figures import refresh_public_figures
from services.reporting.storage.revisions import mark_unknown_due
from shared.mongo.driver import Store

BATCH: Final = 200  # activities: a transaction of a tenth of a second, for which a reader may wait


async def make_public_figures(store: Store) -> int:
    """Make every activity's document anew; returns how many had none."""
    counted, veiled = await _activities(store, "cells"), await _activities(store, "veiled")
    keys = iter(sorted(counted | veiled))
    while batch := set(islice(keys, BATCH)):
        await refresh_public_figures(store, batch)
    return len(counted - veiled)


async def make_revisions(store: Store) -> int:
    """Give every row that has no revision one that is due, and every cursor its count of rebuilds; returns
    how many rows had none."""
    await store["cursors"].update_many({"rebuilt": {"$exists": False}}, {"$set": {"rebuilt": 0}})
    return await mark_unknown_due(store, [row["_id"] async for row in store["roll_ups"].find({}, {"_id": 1})])


async def _activities(store: Store, collection: str) -> set[ActivityKey]:
    by = {name: f"${name}" for name in ActivityKey._fields}
    rows = await store.aggregate(collection, [{"$group": {"_id": by}}])
    return {ActivityKey(**row["_id"]) for row in rows if row["_id"]["activity"] is not None}
