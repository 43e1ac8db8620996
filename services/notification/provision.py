"""What an office's notification needs before it starts; the topics are registration's to make."""

from services.notification.features import FEATURES
from services.notification.kernel.mail_features import assemble
from services.notification.storage.provision import provision
from shared.contracts.topics import database, directory, facts, group
from shared.kafka.connection import KafkaSettings
from shared.kafka.offsets import commit_first_offsets
from shared.kafka.topics import admin, partitions_of
from shared.mongo.driver import Driver, connect


async def provision_office(code: str, mongo_url: str, driver: Driver, kafka: KafkaSettings) -> list[str]:
    """Make database and first offsets of one office; idempotent. Returns what was made, in sentences.

    Raises `TopicMisfit` while registration's topics are missing; `DatabaseMisfit`, `GroupBusy`.
    """
    async with admin(kafka.bootstrap) as client:
        partitions = await partitions_of(client, facts(code))
    store = connect(mongo_url, database(code, "notification"), driver)
    topics = (facts(code), directory(code))
    try:
        said = await provision(store, assemble(FEATURES), topics, partitions)
    finally:
        await store.close()
    owner = group(code, "notification")
    for topic in topics:
        if made := await commit_first_offsets(kafka.bootstrap, owner, topic, partitions):
            said.append(f"committed the first offsets of {made} partitions of {topic} for {owner}")
    return said
