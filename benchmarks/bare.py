"""The bare registration chain: the same reads, writes and records as registration, without any decision.

One process, nothing overlapped: read a batch, parse it, look the commands and the people up, write facts,
registrations, people, state and cursor, read what the directory entries need, send entries and facts, move
the pointer. It is what the parts cost; the difference to registration is what deciding rightly costs.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from bson import Int64
from pydantic_core import to_json

from services.registration.kernel.digests import Digests
from shared.contracts.commands import RecordAttendance, SubmitRegistration
from shared.kafka.records import BATCH_RECORDS
from shared.mongo.driver import Document, ReplaceOne, Session, Store, connect

JSON = [("content-type", b"application/json")]


@dataclass
class Bare:
    """The chain's own database, and the topics of an office whose intake it reads."""

    store: Store
    digests: Digests
    producer: AIOKafkaProducer
    consumer: AIOKafkaConsumer
    office: str
    done: int = 0
    last: int = 0

    async def run(self, starts: Mapping[int, int], commands: int) -> float:
        """Seconds for so many commands, read from these offsets of the partitions on."""
        wheres = {TopicPartition(f"simpul.{self.office}.intake.v1", p): start for p, start in starts.items()}
        self.consumer.assign(list(wheres))
        for where, start in wheres.items():
            self.consumer.seek(where, start)
        began = time.perf_counter()
        await self._read(commands, BATCH_RECORDS)
        return time.perf_counter() - began

    async def one_by_one(self, commands: int) -> list[float]:
        """Seconds for each of so many commands that follow, in a transaction of its own."""
        taken = []
        for _ in range(commands):
            began = time.perf_counter()
            await self._read(1, 1)
            taken.append(time.perf_counter() - began)
        return taken

    async def _read(self, commands: int, at_once: int) -> None:
        goal = self.done + commands
        while self.done < goal:
            found = await self.consumer.getmany(timeout_ms=500, max_records=at_once)
            for where, records in found.items():
                asked = [one for one in records if b"tick" not in dict(one.headers)["ce_type"]]
                await self.batch(where.partition, asked[: goal - self.done])

    async def batch(self, partition: int, records: list[Any]) -> None:
        """One transaction, and what it takes before and after it."""
        if records and b"attendance.record" in dict(records[0].headers)["ce_type"]:
            await self.attendance(partition, records)
        elif records:
            await self.submissions(partition, records)
        self.done += len(records)

    async def known(self, records: list[Any]) -> list[bytes]:
        named = [self.digests.command("a", "urn:bench", f"{r.partition}-{r.offset}") for r in records]
        for collection in ("facts", "outcomes"):
            await self.store[collection].find({"command": {"$in": named}}, {"command": 1}).to_list(None)
        return named

    async def publish(self, partition: int, begun: int) -> None:
        rows = self.store["facts"].find({"_id": {"$gt": Int64(begun), "$lte": Int64(self.last)}})
        topic = f"simpul.{self.office}.facts.v1"
        sent = [
            await self.producer.send(topic, to_json(row["data"]), b"a", partition, None, JSON * 6)
            for row in await rows.sort("_id", 1).to_list(None)
        ]
        await asyncio.gather(*sent)
        await self.store["cursors"].update_one({"_id": 0}, {"$set": {"published": self.last}})

    async def submissions(self, partition: int, records: list[Any]) -> None:
        store, digests = self.store, self.digests
        commands = [SubmitRegistration.model_validate_json(record.value) for record in records]
        named = await self.known(records)
        whose = [digests.person(command.participant) for command in commands]
        people = [[digest.hex() for digest in (*one.numbers.values(), one.email)] for one in whose]
        every = [digest for one in people for digest in one]
        await store["people"].find({"_id": {"$in": every}}).to_list(None)
        homes = [home(one[-1], command) for one, command in zip(people, commands, strict=True)]
        await store["people"].insert_many(homes, ordered=False)
        rest = [
            {"_id": digest, "ref": home["ref"], "contact": home["_id"]}
            for one, home in zip(people, homes, strict=True)
            for digest in one[:-1]
        ]
        if rest:
            await store["people"].insert_many(rest, ordered=False)
        ids = [
            digests.registration(c.activity, str(h["ref"]), 1) for c, h in zip(commands, homes, strict=True)
        ]
        begun, self.last = self.last, self.last + len(records)
        rows = list(zip(range(begun + 1, self.last + 1), ids, commands, homes, named, strict=True))
        facts = [fact(n, i, c.activity, d) for n, i, c, _, d in rows]
        registrations = [registration(i, n, c, h) for n, i, c, h, _ in rows]

        async def write(session: Session) -> None:
            await self.move(session, records)
            await store["facts"].insert_many(facts, session=session)
            await store["registrations"].insert_many(registrations, ordered=False, session=session)

        await store.transaction(write)
        listed = await store["registrations"].find({"_id": {"$in": ids}}, {"who.contact": 1}).to_list(None)
        contacts = [row["who"]["contact"] for row in listed]
        entries = await store["people"].find({"_id": {"$in": contacts}}, {"who": 1}).to_list(None)
        topic = f"simpul.{self.office}.directory.v1"
        sent = [
            await self.producer.send(topic, to_json(row["who"]), row["_id"].encode(), partition, None, JSON)
            for row in entries
        ]
        await asyncio.gather(*sent)
        await self.publish(partition, begun)

    async def move(self, session: Session, records: list[Any]) -> None:
        moved = {"$set": {"next": records[-1].offset + 1}}
        await self.store["cursors"].update_one({"_id": 0}, moved, upsert=True, session=session)
        state = {"taken": self.last}
        await self.store["activities"].replace_one({"_id": "a"}, state, upsert=True, session=session)

    async def attendance(self, partition: int, records: list[Any]) -> None:
        store = self.store
        commands = [RecordAttendance.model_validate_json(record.value) for record in records]
        named = await self.known(records)
        ids = [command.registration for command in commands]
        states = await store["registrations"].find({"_id": {"$in": ids}}).to_list(None)
        changed = [row | {"attended": {"sesi-1": 4}, "sessions": 1, "jp": 4} for row in states]
        begun, self.last = self.last, self.last + len(records)
        numbers = range(begun + 1, self.last + 1)
        facts = [
            fact(n, c.registration, c.activity, d) for n, c, d in zip(numbers, commands, named, strict=True)
        ]

        async def write(session: Session) -> None:
            await self.move(session, records)
            await store["facts"].insert_many(facts, session=session)
            replaced = [ReplaceOne({"_id": row["_id"]}, row, upsert=True) for row in changed]
            if replaced:
                await store["registrations"].bulk_write(replaced, ordered=False, session=session)

        await store.transaction(write)
        await self.publish(partition, begun)


@asynccontextmanager
async def bare(kafka: str, mongo: str, office: str) -> AsyncIterator[Bare]:
    store, digests = connect(mongo, f"bench_{secrets.token_hex(4)}"), Digests(secrets.token_bytes(32))
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
    try:
        yield Bare(store, digests, producer, consumer, office)
    finally:
        await consumer.stop()
        await producer.stop()
        await store.drop()
        await store.close()


def home(digest: str, command: SubmitRegistration) -> Document:
    who = command.participant.model_dump()
    return {"_id": digest, "ref": secrets.token_hex(12), "contact": digest, "who": who}


def fact(number: int, identifier: str, activity: str, digest: bytes) -> Document:
    cell = {"activity": activity, "category": "guru-penggerak", "home_regency": "51.03"}
    data = {
        "changes": [{"cell": cell, "add": {"confirmed": 1}}],
        "activity": activity,
        "registration": identifier,
        "round": 1,
        "quotas": ["semua"],
    }
    return {
        "_id": Int64(number),
        "type": "id.simpul.registration.confirmed.v1",
        "key": activity,
        "data": data,
        "registrant": {"ref": "r", "contact": "c", "category": "guru-penggerak", "regency": "51.03"},
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
