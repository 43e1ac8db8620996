"""Topics of a test's own."""

from secrets import token_hex

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shared.kafka.topics import TopicSpec, admin, ensure_topic, partitions_of


def new_office() -> str:
    """An office's code that no other test has."""
    return f"t{token_hex(5)}"


async def make_topic(bootstrap: str, name: str, partitions: int = 6) -> None:
    async with admin(bootstrap) as client:
        await ensure_topic(client, TopicSpec(name, partitions), replication=1)


async def all_records(bootstrap: str, topic: str) -> list[ConsumerRecord]:
    """Everything in the topic now, partition by partition."""
    async with admin(bootstrap) as client:
        partitions = [TopicPartition(topic, number) for number in range(await partitions_of(client, topic))]
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, fetch_max_wait_ms=50)
    await consumer.start()
    try:
        consumer.assign(partitions)
        ends = await consumer.end_offsets(partitions)
        for partition in partitions:
            consumer.seek(partition, 0)
        found: list[ConsumerRecord] = []
        while len(found) < sum(ends.values()):
            for batch in (await consumer.getmany(timeout_ms=500)).values():
                found.extend(batch)
        return sorted(found, key=lambda record: (record.partition, record.offset))
    finally:
        await consumer.stop()
