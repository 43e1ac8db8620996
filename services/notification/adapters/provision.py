"""The database of notification: collections, indexes, first cursors, and when it was born."""

from datetime import datetime

from services.notification.adapters.cursors import first_row
from shared.mongo.driver import DatabaseMisfit, Store

COLLECTIONS = (
    *("meta", "cursors", "registrations", "activities"),
    *("directory", "parked", "deliveries", "fanouts"),
)
INDEXES = {
    "registrations": [("activity", 1), ("_id", 1)],
    "deliveries": [("state", 1), ("next", 1), ("template", 1)],
    "fanouts": [("done", 1), ("due", 1)],
}
BIRTH = "birth"


async def provision(store: Store, topics: tuple[str, ...], partitions: int) -> list[str]:
    """Make what is missing; idempotent. Returns what was made, in sentences. Raises `DatabaseMisfit`."""
    made = [name for name in COLLECTIONS if await store.ensure_collection(name)]
    for name, keys in INDEXES.items():
        await store[name].create_index(keys)
    for keys in ([("activity", 1), ("_id", 1)], [("registration", 1)], [("due", -1)]):
        await store["deliveries"].create_index(keys)
    for topic in topics:
        for partition in range(partitions):
            row = first_row(topic, partition)
            await store["cursors"].update_one({"_id": row["_id"]}, {"$setOnInsert": row}, upsert=True)
    now = await store.now()
    await store["meta"].update_one(
        {"_id": BIRTH}, {"$setOnInsert": {"at": now, "partitions": partitions}}, upsert=True
    )
    if (found := (await birth(store))[1]) != partitions:
        raise DatabaseMisfit(f"database {store.name} was made for {found} partitions, not {partitions}")
    return [f"made database {store.name} with {', '.join(made)}"] if made else []


async def birth(store: Store) -> tuple[datetime, int]:
    """When the database was made, and for how many partitions. Raises `DatabaseMisfit`."""
    row = await store["meta"].find_one({"_id": BIRTH})
    if row is None:
        raise DatabaseMisfit(f"database {store.name} is missing: run `simpul provision office`")
    return row["at"], int(row["partitions"])
