"""A register as a former version left it."""

from shared.mongo.driver import Store


async def put_private_in_place(store: Store) -> None:
    """What stays in the office of a fact lies in the fact's own row, as before it had one beside it."""
    for row in await store["private"].find({}).to_list(None):
        await store["facts"].update_one({"_id": row.pop("_id")}, {"$set": row})
    await store["private"].delete_many({})
    await store["formats"].delete_many({})
