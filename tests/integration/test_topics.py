"""Who starts on a topic that would lose records is told which, where and what it must be."""

import contextlib
from pathlib import Path

import pytest

from services.registration.storage.provision import require_fit
from shared.contracts.topics import facts, intake
from shared.kafka.topics import TopicMisfit, TopicSpec, admin, ensure_topic, partitions_of
from tests.integration.notification.sink import Sink
from tests.integration.notification.stage import Stage
from tests.support.features import ALL
from tests.support.office import new_office as office_made
from tests.support.servers import Servers
from tests.support.topics import new_office
from tests.support.waiting import until

pytestmark = pytest.mark.broker


async def remake(bootstrap: str, topic: str, partitions: int, **settings: str) -> None:
    async with admin(bootstrap) as client:
        await client.delete_topics([topic])
    spec = TopicSpec(topic, partitions, {name.replace("_", "."): value for name, value in settings.items()})

    async def there() -> bool:
        async with admin(bootstrap) as client:  # what was deleted and made lingers for a moment
            with contextlib.suppress(TopicMisfit):
                return not await ensure_topic(client, spec, 1)
        return False

    await until(there)


async def test_registration_refuses_an_intake_that_forgets(servers: Servers) -> None:
    async with office_made(servers) as office:
        await require_fit(office.code, office.store, ALL, office.cluster)
        await remake(servers.kafka, intake(office.code), office.partitions, retention_ms="1000")
        told = rf"topic {intake(office.code)} differs .* retention.ms is 1000, not -1"
        with pytest.raises(TopicMisfit, match=told):
            await require_fit(office.code, office.store, ALL, office.cluster)


async def test_notification_refuses_facts_that_are_compacted(servers: Servers, tmp_path: Path) -> None:
    async with Sink() as sink, Stage(new_office(), servers, sink, tmp_path) as stage:
        topic = facts(stage.office)
        await remake(servers.kafka, topic, 2, cleanup_policy="compact")
        with pytest.raises(TopicMisfit, match=rf"topic {topic} .* cleanup.policy is compact, not delete"):
            async with stage.running():
                pass


async def test_to_ask_for_a_missing_topic_does_not_make_it(servers: Servers) -> None:
    topic = intake(new_office())
    async with admin(servers.kafka) as client:
        for _ in range(2):
            with pytest.raises(TopicMisfit, match="is missing: run `simpul provision`"):
                await partitions_of(client, topic)
        assert topic not in await client.list_topics()


async def test_a_topic_that_was_made_is_there_for_whoever_asks_next(servers: Servers) -> None:
    large, small = (TopicSpec(intake(new_office()), partitions) for partitions in (100, 6))
    async with admin(servers.kafka) as client:
        await ensure_topic(client, large, 1)  # Kafka still makes its files while the next one is made
        await ensure_topic(client, small, 1)
        assert await partitions_of(client, small.name) == 6
