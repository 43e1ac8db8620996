"""The database of notification: collections, indexes, first cursors, and when it was born."""

from datetime import datetime
from typing import Final

from services.notification.kernel.mail_features import MailFeatures
from services.notification.storage.cursors import first_row
from shared.mongo.driver import DatabaseMisfit, Store
from shared.mongo.formats import mark_formats, require_formats
from shared.mongo.indexes import Index, ascending, make_indexes, require_indexes

INDEXES = (
    ascending("deliveries", "state", "next", "template"),
    ascending("deliveries", "activity", "_id"),
    ascending("deliveries", "registration"),
    Index("deliveries", (("due", -1),)),
    ascending("fanouts", "done", "due"),
)
FORMATS: Final = {"cursors": 1, "deliveries": 1}
"""Versions of the rows that are kept of facts and mails, beside those of the features."""
BIRTH = "birth"


def collections(features: MailFeatures) -> tuple[str, ...]:
    return ("meta", "cursors", *features.rows, "directory", "parked", "deliveries", "fanouts")


def indexes(features: MailFeatures) -> tuple[Index, ...]:
    return (*(index for rule in features.rows.values() for index in rule.indexes), *INDEXES)


def formats(features: MailFeatures) -> dict[str, int]:
    return FORMATS | {name: rule.version for name, rule in features.rows.items()}


async def provision(
    store: Store, features: MailFeatures, topics: tuple[str, ...], partitions: int
) -> list[str]:
    """Make what is missing; idempotent. Returns what was made, in sentences. Raises `DatabaseMisfit`."""
    made = [name for name in collections(features) if await store.ensure_collection(name)]
    await make_indexes(store, indexes(features))
    await mark_formats(store, formats(features))
    for topic in topics:
        for partition in range(partitions):
            row = first_row(topic, partition)
            await store["cursors"].update_one({"_id": row["_id"]}, {"$setOnInsert": row}, upsert=True)
    now = await store.now()
    await store["meta"].update_one(
        {"_id": BIRTH}, {"$setOnInsert": {"at": now, "partitions": partitions}}, upsert=True
    )
    if (found := (await birth(store, features))[1]) != partitions:
        raise DatabaseMisfit(f"database {store.name} was made for {found} partitions, not {partitions}")
    return [f"made database {store.name} with {', '.join(made)}"] if made else []


async def birth(store: Store, features: MailFeatures) -> tuple[datetime, int]:
    """When the database was made, and for how many partitions.

    Raises `DatabaseMisfit` unless all is in place that provisioning makes.
    """
    row = await store["meta"].find_one({"_id": BIRTH})
    if row is None:
        raise DatabaseMisfit(f"database {store.name} is missing: run `simpul provision office`")
    await require_formats(store, formats(features), "simpul provision office")
    await require_indexes(store, indexes(features), "simpul provision office")
    return row["at"], int(row["partitions"])
