"""The formats of an office's rows, and the upgrade of a ledger that held what stays in the office itself."""

from typing import Final

from services.registration.kernel.features import Features
from shared.mongo.driver import Document, ReplaceOne, Store, UpdateOne
from shared.mongo.formats import mark_formats

FACTS: Final = "facts"
PRIVATE_BESIDE: Final = 2
"""From this version of the ledger on, what stays in the office of a fact lies beside it, in `private`."""
FORMERLY_IN_PLACE: Final[tuple[str, ...]] = ("registrant", "described", "reason")
_IN_PLACE: Final[Document] = {"$or": [{name: {"$exists": True}} for name in FORMERLY_IN_PLACE]}
AT_ONCE: Final = 1_000


def formats(features: Features) -> dict[str, int]:
    """What this program writes: the ledger, and each kind of state by its codec."""
    states = {name: kind.codec.version for name, kind in features.kinds.items() if kind.codec}
    return {FACTS: PRIVATE_BESIDE} | states


async def holds_private(store: Store) -> bool:
    """Whether any fact is as a former version wrote it, which may have run again since. Looks at all."""
    return await store["facts"].find_one(_IN_PLACE, {"_id": 1}) is not None


async def move_private(store: Store) -> list[str]:
    """Put beside each fact what its row holds of it; says how many. While no registration of the office runs.

    Killed anywhere it goes on when it is run again: a row loses only what stands beside it.
    """
    moved, after = 0, -1
    while rows := await _in_place(store, after):
        after = rows[-1]["_id"]
        private = {row["_id"]: {name: row[name] for name in FORMERLY_IN_PLACE if name in row} for row in rows}
        copies = [ReplaceOne({"_id": place}, fields, upsert=True) for place, fields in private.items()]
        await store["private"].bulk_write(copies, ordered=False)
        taken = [UpdateOne({"_id": place}, {"$unset": fields}) for place, fields in private.items()]
        await store["facts"].bulk_write(taken, ordered=False)
        moved += len(rows)
    await mark_formats(store, {FACTS: PRIVATE_BESIDE})
    return (
        [f"what stays in the office of {moved} facts of {store.name} lies beside them now"] if moved else []
    )


async def _in_place(store: Store, after: int) -> list[Document]:
    wanted = _IN_PLACE | {"_id": {"$gt": after}}
    return await store["facts"].find(wanted).sort("_id", 1).limit(AT_ONCE).to_list(None)
