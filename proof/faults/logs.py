"""What was written is written again, offsets go back, a reader's database is gone."""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from confluent_kafka import Consumer, Message, Producer
from confluent_kafka import KafkaError as ClientError
from confluent_kafka import TopicPartition as Place
from confluent_kafka.admin import AdminClient
from pymongo import AsyncMongoClient

from local.errors import ChildDied
from proof.faults.row import Fault, Stage
from proof.system import PARTITIONS
from shared.contracts import topics

READ_SECONDS = 30.0  # within which the end of a topic is reached
TRIES = 5  # of a command that an operator types
EMPTY_WITHIN = 25.0  # seconds for a group to notice that its members were killed
SINCE_THE_ARCHIVE = 15.0  # seconds in which an office goes on before its archive comes back


def repeated(topic_of: Any, share: float, times: int) -> Fault:
    """So much of what stands in an office's topic is written again, in its order, so many times."""

    @asynccontextmanager
    async def fault(stage: Stage) -> AsyncIterator[None]:
        office = stage.dice.choice(list(stage.system.offices))
        topic = topic_of(office)
        found = await asyncio.to_thread(_read, stage.system.kafka, topic)
        parked = await _parked(stage, office) if topic == topics.intake(office) else set()
        kept = [one for one in found if (one.partition(), one.offset()) not in parked]
        for _ in range(times):
            begin = 0 if share == 1 else int(len(kept) * (1 - share))
            stage.fault(topic, how="repeated", records=len(kept) - begin)
            await asyncio.to_thread(_write, stage.system.kafka, topic, kept[begin:])
        yield

    return fault


async def _parked(stage: Stage, office: str) -> set[tuple[int, int]]:
    """Poison is counted by who sent it: it is not sent again. What is not judged yet may be poison, too."""
    async with AsyncMongoClient[dict[str, Any]](stage.system.mongo) as client:
        database = client[topics.database(office, "registration")]
        rows = await database["parked"].find({}, {"partition": 1, "offset": 1}).to_list(None)
        cursors = await database["cursors"].find({}, {"next": 1}).to_list(None)
    undecided = {(row["_id"], row["next"] + more) for row in cursors for more in range(5_000)}
    return {(row["partition"], row["offset"]) for row in rows} | undecided


def _read(kafka: str, topic: str) -> list[Message]:
    """What stands there and has headers that are text, whoever goes on writing meanwhile."""
    consumer = Consumer(
        {
            "bootstrap.servers": kafka,
            "group.id": "proof-repeats",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "fetch.wait.max.ms": 50,
            "log_level": 0,
        }
    )
    try:
        partitions = consumer.list_topics(topic, timeout=20).topics[topic].partitions
        consumer.assign([Place(topic, number, 0) for number in partitions])
        found: list[Message] = []
        unread, give_up = set(partitions), time.monotonic() + READ_SECONDS
        while unread and time.monotonic() < give_up:
            for message in consumer.consume(5_000, 0.1):
                error = message.error()
                if error is not None and error.code() == ClientError._PARTITION_EOF:
                    unread.discard(message.partition())
                with contextlib.suppress(UnicodeDecodeError):
                    if error is None and message.headers() is not None:
                        found.append(message)
        return sorted(found, key=lambda message: (message.partition(), message.offset()))
    finally:
        consumer.close()


def _write(kafka: str, topic: str, messages: list[Message]) -> None:
    producer = Producer({"bootstrap.servers": kafka, "log_level": 0, "acks": "all", "linger.ms": 5})
    for message in messages:
        where = message.partition()
        assert where is not None
        producer.produce(topic, message.value(), message.key(), where, headers=message.headers())
        producer.poll(0)
    producer.flush(30)


@asynccontextmanager
async def group_set_back(stage: Stage) -> AsyncIterator[None]:
    """A group whose members were all killed begins at offset 0 again, as far as Kafka knows."""
    system = stage.system
    kind = stage.dice.choice(["registration", "notification", "reporting"])
    owner = "national" if kind == "reporting" else stage.dice.choice(list(system.offices))
    named = {
        "registration": [topics.intake(owner)],
        "notification": [topics.facts(owner), topics.directory(owner)],
        "reporting": [topics.facts(office) for office in system.offices],
    }
    members = [one.name for one in system.of_kind(kind) if one.owner == owner]
    for name in members:
        system.kill(name)
    group = topics.group(owner, kind)
    if await _set_back(system.kafka, group, named[kind]):
        stage.fault(group, how="set back to 0")
    else:
        stage.missed.append(f"{group} could not be set back")
    yield
    for name in members:
        system.start(name)


async def _set_back(kafka: str, group: str, named: list[str]) -> bool:
    """Offsets can be set by hand only while nobody is in the group."""
    wheres = [TopicPartition(topic, number) for topic in named for number in range(PARTITIONS)]
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, group_id=group, enable_auto_commit=False)
    await asyncio.wait_for(consumer.start(), 20)
    try:
        consumer.assign(wheres)
        give_up = time.monotonic() + EMPTY_WITHIN
        while time.monotonic() < give_up:
            try:
                await asyncio.wait_for(consumer.commit(dict.fromkeys(wheres, 0)), 10)
            except (KafkaError, TimeoutError):
                await asyncio.sleep(1)
            else:
                return True
        return False
    finally:
        await asyncio.wait({asyncio.ensure_future(consumer.stop())}, timeout=5)


@asynccontextmanager
async def notification_emptied(stage: Stage) -> AsyncIterator[None]:
    """Its database is gone and provisioned anew: nobody may be mailed about the past."""
    system = stage.system
    office = stage.dice.choice(list(system.offices))
    names = [one.name for one in system.of_kind("notification") if one.owner == office]
    for name in names:
        system.kill(name)
    database = topics.database(office, "notification")
    async with AsyncMongoClient[dict[str, Any]](system.mongo) as client:
        await client.drop_database(database)
    stage.fault(database, how="emptied")
    await _simpul(stage, office, "provision", "office", office)
    yield
    for name in names:
        system.start(name)


@asynccontextmanager
async def restored(stage: Stage) -> AsyncIterator[None]:
    """An office's register is as it was a while ago, intake trimmed meanwhile; `simpul recover` brings the
    rest back. What intake held is told to the history: its records are witnesses, too."""
    system = stage.system
    office = stage.dice.choice(list(system.offices))
    name, intake = topics.database(office, "registration"), topics.intake(office)
    instances = [one.name for one in system.of_kind("registration") if one.owner == office]
    async with AsyncMongoClient[dict[str, Any]](system.mongo) as client:
        database = client[name]
        for instance in instances:
            system.kill(instance)
        stage.fault(name, how="archived")
        archive = {
            one: await database[one].find().to_list() for one in await database.list_collection_names()
        }
        for instance in instances:
            system.start(instance)
        await asyncio.gather(*(system.until_ready(instance) for instance in instances))
        await asyncio.sleep(SINCE_THE_ARCHIVE)
        for instance in instances:
            system.kill(instance)
        read = {row["_id"]: row["next"] async for row in database["cursors"].find()}
        for one in await database.list_collection_names():
            await database[one].delete_many({})
            if archive.get(one):
                await database[one].insert_many(archive[one])
    kept = await asyncio.to_thread(_read, system.kafka, intake)
    keys = [[one.partition(), one.offset(), (one.key() or b"").decode(errors="replace")] for one in kept]
    await asyncio.to_thread(_trim, system.kafka, intake, read)
    stage.fault(name, how="restored", office=office, intake=keys)
    await _simpul(stage, office, "recover")
    yield
    for instance in instances:
        system.start(instance)


def _trim(kafka: str, topic: str, read: dict[int, int]) -> None:
    broker = AdminClient({"bootstrap.servers": kafka})
    for done in broker.delete_records([Place(topic, *where) for where in read.items()]).values():
        done.result(20)


@asynccontextmanager
async def facts_lost(stage: Stage) -> AsyncIterator[None]:
    """The topic of an office's facts is deleted; `simpul republish` makes it and has the ledger fill it."""
    office = stage.dice.choice(list(stage.system.offices))
    topic = topics.facts(office)
    broker = AdminClient({"bootstrap.servers": stage.system.kafka})
    await asyncio.to_thread(broker.delete_topics([topic], operation_timeout=10)[topic].result, 20)
    stage.fault(topic, how="lost")
    yield
    await _simpul(stage, office, "republish")


async def _simpul(stage: Stage, office: str, *verb: str) -> None:
    """As an operator types it; it is tried again while servers are away."""
    command = [str(Path(sys.executable).with_name("simpul")), *verb]
    for tries_left in reversed(range(TRIES)):
        try:
            await stage.system.processes.run(f"{verb[0]}-{office}", command, stage.system.office_env[office])
        except ChildDied:
            if not tries_left:
                raise
            await asyncio.sleep(2)
        else:
            return
