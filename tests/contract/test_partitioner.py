"""Keys are placed as Java's client places them, and as `partitioner=murmur2_random` of librdkafka does."""

import asyncio

import pytest
from confluent_kafka import KafkaError, Message, Producer

from shared.kafka.records import partition_of
from tests.support.servers import Servers
from tests.support.topics import make_topic, new_office

# Signed 32-bit values of the tests of Apache Kafka's own clients (UtilsTest.testMurmur2).
JAVA = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


@pytest.mark.parametrize("key", JAVA, ids=[key.decode()[:12] for key in JAVA])
def test_the_hash_is_javas(key: bytes) -> None:
    assert partition_of(key, 2**31) == JAVA[key] & 0x7FFFFFFF
    assert partition_of(key, 6) == (JAVA[key] & 0x7FFFFFFF) % 6


@pytest.mark.broker
async def test_librdkafka_places_keys_where_we_expect_them(servers: Servers) -> None:
    topic, partitions = f"{new_office()}.placed", 12
    await make_topic(servers.kafka, topic, partitions)
    keys = [f"kegiatan-{number}".encode() for number in range(200)] + ["rakor-“é”".encode(), b"k"]

    def placed(partitioner: dict[str, str]) -> dict[bytes, int]:
        found: dict[bytes, int] = {}

        def delivered(error: KafkaError | None, message: Message) -> None:
            if error is None:
                found[message.key()] = message.partition()

        producer = Producer({"bootstrap.servers": servers.kafka} | partitioner)
        for key in keys:
            producer.produce(topic, key=key, value=b"{}", on_delivery=delivered)
        assert producer.flush(20) == 0
        return found

    expected = {key: partition_of(key, partitions) for key in keys}
    assert await asyncio.to_thread(placed, {"partitioner": "murmur2_random"}) == expected
    assert await asyncio.to_thread(placed, {}) != expected  # why the setting is part of the contract
