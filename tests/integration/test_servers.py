"""The ground that the other tests stand on: what is promised of the servers is true of them."""

import asyncio
import uuid

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pymongo import AsyncMongoClient

from local.broker import answers
from tests.support.servers import ON_KAFKA, ServerRoom, Servers

pytestmark = pytest.mark.broker


async def make_topic(kafka: str, **settings: str) -> str:
    name = f"test.{uuid.uuid4().hex}"
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, 1, 1, topic_configs=settings)])
    finally:
        await admin.close()
    return name


async def send(
    kafka: str, topic: str, value: bytes, idempotent: bool, timestamp_ms: int | None = None
) -> None:
    async with AIOKafkaProducer(
        bootstrap_servers=kafka, acks="all", enable_idempotence=idempotent
    ) as producer:
        sending = producer.send_and_wait(topic, value, partition=0, timestamp_ms=timestamp_ms)
        await asyncio.wait_for(sending, 10)


async def test_a_record_comes_back_and_says_whose_time_it_bears(servers: Servers) -> None:
    topic = await make_topic(servers.kafka, **{"message.timestamp.type": "LogAppendTime"})
    await send(servers.kafka, topic, b"one", servers.idempotence, timestamp_ms=1_000)
    consumer = AIOKafkaConsumer(bootstrap_servers=servers.kafka, auto_offset_reset="earliest")
    async with consumer:
        consumer.assign([TopicPartition(topic, 0)])
        record = await asyncio.wait_for(consumer.getone(), 10)
    assert record.value == b"one"
    assert (record.timestamp_type == 1) == servers.append_time
    assert (record.timestamp > 1_000) == servers.append_time


async def test_the_database_takes_transactions(servers: Servers) -> None:
    client: AsyncMongoClient[dict[str, int]] = AsyncMongoClient(servers.mongo)
    async with client:
        rows = client[f"test_{uuid.uuid4().hex[:12]}"]["rows"]
        async with client.start_session() as session, await session.start_transaction():
            await rows.insert_one({"n": 1}, session=session)
            assert await rows.count_documents({}) == 0
        assert await rows.count_documents({}) == 1


async def test_a_paused_broker_answers_nobody_until_it_goes_on(server_room: ServerRoom) -> None:
    kafka, broker = await server_room.broker()
    broker.pause()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(answers(kafka), 0.5)
    broker.resume()
    assert await asyncio.wait_for(answers(kafka), 10)


async def test_a_killed_broker_comes_back_on_its_address(server_room: ServerRoom) -> None:
    kafka, broker = await server_room.broker()
    topic = await make_topic(kafka)
    await send(kafka, topic, b"kept", ON_KAFKA)
    killed = broker.pid
    broker.kill()
    assert not await answers(kafka)
    await broker.restart()
    assert broker.pid != killed
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        assert (topic in await admin.list_topics()) == ON_KAFKA
    finally:
        await admin.close()


async def test_a_killed_database_keeps_what_it_acknowledged(server_room: ServerRoom) -> None:
    url, mongod = await server_room.mongod()
    client: AsyncMongoClient[dict[str, int]] = AsyncMongoClient(url)
    async with client:
        await client["kept"]["rows"].insert_one({"n": 1})
        mongod.kill()
        await mongod.restart()
        assert await client["kept"]["rows"].count_documents({}) == 1
