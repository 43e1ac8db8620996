"""The bare registration chain: the same reads, writes and records as registration, without any decision.

One process, nothing overlapped: read a batch, parse it, look the commands and the people up, write facts,
registrations, people, state and cursor, read what the directory entries need, send entries and facts, move
the pointer. It is what the parts cost; the difference to registration is what deciding rightly costs.
"""

import asyncio
import secrets
import time
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from bson import Int64
from pydantic_core import to_json

from services.registration.application.digests import Digests
from shared.contracts.commands import SubmitRegistration
from shared.kafka.records import BATCH_RECORDS
from shared.mongo.driver import Document, Session, connect

JSON = [("content-type", b"application/json")]


async def bare_chain(kafka: str, mongo: str, topic: str, partition: int, people: int) -> float:
    """Seconds for that many submissions, which follow the one record that publishes their activity."""
    name = f"bench_{secrets.token_hex(4)}"
    store, digests = connect(mongo, name), Digests(secrets.token_bytes(32))
    for collection in ("facts", "outcomes", "registrations", "people", "activities", "cursors"):
        await store.ensure_collection(collection)
    for collection in ("facts", "outcomes"):
        await store[collection].create_index("command", unique=True, sparse=True)
    await store["facts"].create_index([("source", 1), ("intake", 1)], sparse=True)
    await store["registrations"].create_index(
        [("activity", 1), ("line", 1), ("arrival", 1)], partialFilterExpression={"status": "waitlisted"}
    )
    producer = AIOKafkaProducer(
        bootstrap_servers=kafka, acks="all", enable_idempotence=True, max_batch_size=256 * 1024
    )
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka, enable_auto_commit=False, auto_offset_reset="earliest", fetch_max_wait_ms=50
    )
    await producer.start()
    await consumer.start()
    where = TopicPartition(topic, partition)
    consumer.assign([where])
    consumer.seek(where, 1)
    try:
        start, done = time.perf_counter(), 0
        while done < people:
            found = await consumer.getmany(where, timeout_ms=500, max_records=BATCH_RECORDS)
            records = found.get(where, [])[: people - done]
            if records:
                await one_batch(store, producer, digests, topic, records, done)
                done += len(records)
        return time.perf_counter() - start
    finally:
        await consumer.stop()
        await producer.stop()
        await store.drop()
        await store.close()


async def one_batch(
    store: Any, producer: Any, digests: Digests, topic: str, records: list[Any], done: int
) -> None:
    commands = [SubmitRegistration.model_validate_json(record.value) for record in records]
    named = [digests.command("a", "urn:bench", str(record.offset)) for record in records]
    for collection in ("facts", "outcomes"):
        await store[collection].find({"command": {"$in": named}}, {"command": 1}).to_list(None)
    people = [[digest.hex() for digest in digests.person(command.participant)] for command in commands]
    every = [digest for one in people for digest in one]
    await store["people"].find({"_id": {"$in": every}}).to_list(None)
    homes = [
        {
            "_id": one[-1],
            "ref": secrets.token_hex(12),
            "contact": one[-1],
            "who": command.participant.model_dump(),
        }
        for one, command in zip(people, commands, strict=True)
    ]
    await store["people"].insert_many(homes, ordered=False)
    rest = [
        {"_id": digest, "ref": home["ref"], "contact": home["_id"]}
        for one, home in zip(people, homes, strict=True)
        for digest in one[:-1]
    ]
    if rest:
        await store["people"].insert_many(rest, ordered=False)
    ids = [digests.registration(c.activity, str(h["ref"]), 1) for c, h in zip(commands, homes, strict=True)]
    facts = [fact(n, i, c, d) for n, (i, c, d) in enumerate(zip(ids, commands, named, strict=True), done + 1)]
    registrations = [
        registration(i, n, c, h)
        for n, (i, c, h) in enumerate(zip(ids, commands, homes, strict=True), done + 1)
    ]

    async def write(session: Session) -> None:
        await store["cursors"].update_one(
            {"_id": 0}, {"$set": {"next": done + len(records)}}, upsert=True, session=session
        )
        await store["facts"].insert_many(facts, session=session)
        await store["registrations"].insert_many(registrations, ordered=False, session=session)
        await store["activities"].replace_one({"_id": "a"}, {"taken": done}, upsert=True, session=session)

    await store.transaction(write)
    rows = await store["facts"].find({"_id": {"$gt": Int64(done)}}).sort("_id", 1).to_list(None)
    listed = await store["registrations"].find({"_id": {"$in": ids}}, {"who.contact": 1}).to_list(None)
    contacts = [row["who"]["contact"] for row in listed]
    entries = await store["people"].find({"_id": {"$in": contacts}}, {"who": 1}).to_list(None)
    private = topic.replace("intake", "directory")
    sent = [
        await producer.send(private, to_json(row["who"]), row["_id"].encode(), 0, None, JSON)
        for row in entries
    ]
    await asyncio.gather(*sent)
    public = topic.replace("intake", "facts")
    sent = [await producer.send(public, to_json(row["data"]), b"a", 0, None, JSON * 6) for row in rows]
    await asyncio.gather(*sent)
    await store["cursors"].update_one({"_id": 0}, {"$set": {"published": done}})


def fact(number: int, identifier: str, command: SubmitRegistration, digest: bytes) -> Document:
    cell = {"activity": command.activity, "category": command.category, "home_regency": command.regency}
    data = {
        "changes": [{"cell": cell, "add": {"confirmed": 1}}],
        "activity": command.activity,
        "registration": identifier,
        "round": 1,
        "quotas": ["semua"],
    }
    return {
        "_id": Int64(number),
        "type": "id.simpul.registration.confirmed.v1",
        "key": command.activity,
        "data": data,
        "registrant": {"ref": "r", "contact": "c", "category": command.category, "regency": command.regency},
        "command": digest,
        "payload": digest,
        "source": "urn:bench",
        "id": identifier,
        "intake": Int64(number),
    }


def registration(identifier: str, number: int, command: SubmitRegistration, home: Document) -> Document:
    who = {
        "ref": home["ref"],
        "contact": home["_id"],
        "category": command.category,
        "regency": command.regency,
    }
    return {
        "_id": identifier,
        "activity": command.activity,
        "round": 1,
        "status": "confirmed",
        "line": "semua",
        "arrival": number,
        "who": who,
        "attended": {},
        "sessions": 0,
        "jp": 0,
    }
