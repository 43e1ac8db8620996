"""Where log and register were both lost, and the register is an older one: a ledger of another name.

Readers have seen facts that no one holds any more, under numbers that will be given again. So they must not
take what comes now for what they know.
"""

import uuid
from time import time

from services.registration.kernel.commit import ClaimLost, Cursor
from services.registration.kernel.ports import DoesNotFit
from services.registration.storage.facts_beyond_ledger import intake_again
from services.registration.storage.provision import make_again
from services.registration.storage.recover import moved_meanwhile
from services.registration.storage.republish import cursors_of
from shared.contracts import topics
from shared.kafka.connection import KafkaSettings
from shared.kafka.offsets import Log, reader
from shared.mongo.driver import Document, Session, Store


async def rename_ledger(office: str, store: Store, kafka: KafkaSettings, replication: int) -> list[str]:
    """Give the ledger a new id and have its owners publish all of it. Says what that means for readers.

    One transaction: killed before it, nothing was done; run again before anything was published, the id is
    another once more. Raises `DoesNotFit` while the facts topic holds any fact, and `ClaimLost`.
    """
    cursors, ledger = await cursors_of(store), uuid.uuid4().hex
    said = await make_again(office, kafka, len(cursors), replication)
    readings = [await _reading(office, kafka.bootstrap, cursor) for cursor in cursors]
    new = {"ledger": ledger, "published": 0, "published_offset": -1}

    async def work(session: Session) -> None:
        for cursor, reading in zip(cursors, readings, strict=True):
            stood = {"_id": cursor.partition, "next": cursor.next, "number": cursor.number}
            change = {"$set": new | reading, "$unset": {"last": ""}, "$max": {"epoch": int(time())}}
            if not (await store["cursors"].update_one(stood, change, session=session)).matched_count:
                raise ClaimLost(moved_meanwhile(cursor))

    await store.transaction(work)
    facts = sum(cursor.number for cursor in cursors)
    return [
        *said,
        f"ledger {cursors[0].ledger} is ledger {ledger} now, and its {facts} facts are published again",
        "lost: all that was decided after the backup; who registered then must register again",
        "the nation counts the office only after `simpul rebuild reporting --anew "
        f"{office}`, and its notification mails only with an emptied database, provisioned again",
    ]


async def _reading(office: str, bootstrap: str, cursor: Cursor) -> Document:
    """Where intake is read on; what is decided already is known by its identity."""
    async with reader(bootstrap) as consumer:
        facts = Log(consumer, topics.facts(office), cursor.partition)
        async for _ in facts.onward((await facts.bounds())[0]):
            raise DoesNotFit(f"{facts.name} holds facts: `simpul recover` rolls forward from them")
        intake = Log(consumer, topics.intake(office), cursor.partition)
        return await intake_again(intake, cursor)
