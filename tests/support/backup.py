"""A dump of a database of one moment, and its restoring over what came later."""

from shared.mongo.driver import Document, Store

Dump = dict[str, list[Document]]


async def dump(store: Store, *collections: str) -> Dump:
    return {name: await store[name].find({}).sort("_id", 1).to_list(None) for name in collections}


async def restore(store: Store, older: Dump) -> None:
    for name, rows in older.items():
        await store[name].delete_many({})
        if rows:
            await store[name].insert_many(rows)
