"""Making topics with their settings, and seeing whether those that exist fit."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import for_code

from shared.kafka.connection import answering

ANSWER_SECONDS = 20.0
# Otherwise records would be lost or carry another clock; the rest is the operator's to tune.
MATTERS = ("cleanup.policy", "retention.ms", "retention.bytes", "message.timestamp.type")


class TopicMisfit(Exception):
    """A topic that exists otherwise than it must; the text says what differs."""


@dataclass(frozen=True, slots=True)
class TopicSpec:
    name: str
    partitions: int
    settings: dict[str, str] = field(default_factory=dict)


@asynccontextmanager
async def admin(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    """A client for the calls of this module; all of them together take 20 s at most.

    Raises `KafkaUnavailable`.
    """
    client = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        async with answering("an administrator", ANSWER_SECONDS):
            await client.start()
            yield client
    finally:
        await client.close()


async def ensure_topic(client: AIOKafkaAdminClient, spec: TopicSpec, replication: int) -> list[str]:
    """Make the topic if it is not there; returns what was made, in sentences, once the broker tells of it.

    Raises `TopicMisfit` when it exists otherwise than it must.
    """
    answer = await client.create_topics(
        [NewTopic(spec.name, spec.partitions, replication, topic_configs=dict(spec.settings))]
    )
    code = answer.topic_errors[0][1]
    while code == 0:
        if await _told_of(client, spec.name):
            return [f"made topic {spec.name} with {spec.partitions} partitions"]
        await asyncio.sleep(0.05)  # Kafka makes a topic a moment before it tells of it
    if code != 36:  # TOPIC_ALREADY_EXISTS
        raise TopicMisfit(f"topic {spec.name} cannot be made: {for_code(code).__name__}")
    await require_topic(client, spec)
    return []


async def require_topic(client: AIOKafkaAdminClient, spec: TopicSpec) -> None:
    """Raises `TopicMisfit` unless the topic exists with its partitions and the settings that matter.

    What a broker does not tell of is not held against the topic.
    """
    count = await partitions_of(client, spec.name)
    if count != spec.partitions:
        raise TopicMisfit(
            f"topic {spec.name} has {count} partitions, not {spec.partitions}: keys would move; "
            "delete it if it is empty and run `simpul provision` again"
        )
    found = await settings_of(client, spec.name)
    wanted = {name: value for name, value in spec.settings.items() if name in MATTERS}
    differing = [
        f"{name} is {found[name]}, not {value}"
        for name, value in wanted.items()
        if found.get(name) not in (None, value)
    ]
    if differing:
        raise TopicMisfit(
            f"topic {spec.name} differs from what it must be: {'; '.join(differing)}; alter it, "
            "or delete it if it is empty and run `simpul provision` again"
        )


async def partitions_of(client: AIOKafkaAdminClient, topic: str) -> int:
    """How many partitions a topic has. Raises `TopicMisfit` where it is missing, and does not make it."""
    if count := await _told_of(client, topic):
        return count
    raise TopicMisfit(f"topic {topic} is missing: run `simpul provision`")


async def _told_of(client: AIOKafkaAdminClient, topic: str) -> int:
    """The topic's partitions; 0 where the broker knows of none."""
    if topic in await client.list_topics():  # to describe one by name would make it
        described = (await client.describe_topics([topic]))[0]
        if described["error_code"] == 0:
            return len(described["partitions"])
    return 0


async def settings_of(client: AIOKafkaAdminClient, topic: str) -> dict[str, str]:
    answers = await client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    return {
        entry[0]: entry[1] for answer in answers for resource in answer.resources for entry in resource[4]
    }
