"""Filling topics that were lost from the ledger: the same facts under the same numbers."""

import asyncio
from contextlib import suppress

from services.registration.kernel.commit import Cursor
from services.registration.kernel.ports import TopicLost
from services.registration.storage.ledger import cursor_of
from services.registration.storage.log_consistency import facts_fit, intake_start
from services.registration.storage.provision import make_again
from shared.contracts import topics
from shared.kafka.connection import KafkaSettings
from shared.kafka.offsets import Log, reader
from shared.mongo.driver import Document, Store


async def republish(office: str, store: Store, kafka: KafkaSettings, replication: int) -> list[str]:
    """Make the topics that lack, and set the pointer of every partition back, so that its owner publishes
    all of its facts again. Says what it did.

    An intake that was lost is read from its beginning: what is decided already is known by its identity.
    Raises `DoesNotFit`, before a pointer is moved, where the database is older than its log.
    """
    cursors, bootstrap = await cursors_of(store), kafka.bootstrap
    made = await make_again(office, kafka, len(cursors), replication)
    looked = await asyncio.gather(*(_change(office, cursor, bootstrap) for cursor in cursors))
    changes = {cursor.partition: change for cursor, change in zip(cursors, looked, strict=True)}
    for cursor in cursors:
        while not await _set_back(store, cursor, changes[cursor.partition]):
            cursor = (await cursors_of(store))[cursor.partition]
            changes[cursor.partition] = await _change(office, cursor, bootstrap)
    said = [
        *made,
        *(f"partition {cursor.partition}: {cursor.number} facts are published again" for cursor in cursors),
    ]
    return said + [
        f"partition {partition}: intake was lost and is read from {change['next']}; commands that were "
        "acknowledged and not yet decided are lost with it"
        for partition, change in changes.items()
        if "next" in change
    ]


async def cursors_of(store: Store) -> list[Cursor]:
    """By partition."""
    rows = await store["cursors"].find({}).sort("_id", 1).to_list(None)
    return [cursor_of(row) for row in rows]


async def _change(office: str, cursor: Cursor, bootstrap: str) -> Document:
    """What is to be written to a cursor. Its owner may go on meanwhile: facts are behind it then."""
    change: Document = {"published": 0, "published_offset": -1}
    async with reader(bootstrap) as consumer:
        with suppress(TopicLost):
            await facts_fit(Log(consumer, topics.facts(office), cursor.partition), cursor)
        log = Log(consumer, topics.intake(office), cursor.partition)
        return change | await intake_start(log, cursor)


async def _set_back(store: Store, cursor: Cursor, change: Document) -> bool:
    """Whether it was done: a reading that is moved needs the cursor where it was looked at.

    The raised epoch turns an owner away that is writing or publishing just now; it claims again.
    """
    wanted: Document = {"_id": cursor.partition}
    update: Document = {"$set": change, "$inc": {"epoch": 1}}
    if "next" in change:
        wanted |= {"next": cursor.next, "number": cursor.number}
        update["$unset"] = {"last": ""}
    return (await store["cursors"].update_one(wanted, update)).matched_count == 1
