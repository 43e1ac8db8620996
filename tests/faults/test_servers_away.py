"""The broker or the database goes away, or comes back as another: what clients and readiness see."""

import asyncio
from collections import Counter

import httpx
import pytest
from aiokafka import AIOKafkaConsumer

from services.registration.kernel.partition_processors import PartitionProcessors
from services.registration.storage import ledger as ledger_module
from services.registration.web import health
from shared.contracts import topics
from tests.support.office import METRICS, READY, activity, new_office, person
from tests.support.servers import ServerRoom, Servers
from tests.support.waiting import until

pytestmark = pytest.mark.broker
WAIT = {"Prefer": "wait=10"}


async def reasons(client: httpx.AsyncClient) -> str:
    return "; ".join((await client.get(READY)).json()["reasons"])


async def until_said(client: httpx.AsyncClient, text: str, seconds: float = 40) -> None:
    async def said() -> bool:
        return text in await reasons(client)

    await until(said, seconds, every=0.2)


async def until_ready(client: httpx.AsyncClient, seconds: float = 60) -> None:
    async def ready() -> bool:
        return (await client.get(READY)).status_code == 200

    await until(ready, seconds, every=0.2)


async def test_submits_while_the_broker_is_stopped_are_safe_to_repeat(server_room: ServerRoom) -> None:
    servers = await server_room.servers()
    async with new_office(servers) as office, office.registration() as client:
        await office.outcome("uji", await office.put(activity("uji", 30), "uji"))
        url = "/api/v1/activities/uji/registrations"

        async def submit(number: int) -> httpx.Response:
            return await client.post(
                url, json=person(number), headers={"Idempotency-Key": f"kunci-{number}", **WAIT}
            )

        servers.broker.pause()
        answers = await asyncio.gather(*(submit(number) for number in range(40)))
        assert Counter(answer.status_code for answer in answers) == {503: 40}
        assert all(answer.headers["Retry-After"] for answer in answers)
        servers.broker.resume()

        async def accepted(number: int) -> bool:
            return (await submit(number)).status_code == 200

        await asyncio.gather(*(until(lambda n=n: accepted(n), every=0.5) for n in range(40)))
        await office.at_rest()
        facts = await office.facts()
        kinds = Counter(fact["type"] for fact in facts)
        assert (kinds["registration.confirmed"], kinds["registration.waitlisted"]) == (30, 10)


async def test_readiness_names_a_broker_that_is_stopped(
    server_room: ServerRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "SILENT_SECONDS", 2.0)
    servers = await server_room.servers()
    async with new_office(servers) as office, office.registration() as client:
        await until_ready(client)
        servers.broker.pause()
        await until_said(client, "no answer from Kafka")
        servers.broker.resume()
        await until_ready(client)


async def test_readiness_names_a_database_that_is_stopped(server_room: ServerRoom) -> None:
    servers = await server_room.servers()
    async with new_office(servers) as office, office.registration() as client:
        await until_ready(client)
        servers.mongod.kill()
        await until_said(client, "MongoDB does not answer")
        await servers.mongod.restart()
        await until_ready(client)
        await office.outcome("uji", await office.put(activity("uji"), "uji"))


async def test_readiness_names_an_instance_that_got_nothing_though_alone(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "SILENT_SECONDS", 1.0)

    async def nothing(owners: PartitionProcessors, wheres: object) -> dict[object, object]:
        return {}

    monkeypatch.setattr(PartitionProcessors, "assigned", nothing)
    async with new_office(servers) as office, office.registration() as client:
        await until_said(client, "no partition is assigned")


async def test_an_instance_that_stands_by_is_ready(servers: Servers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "SILENT_SECONDS", 1.0)
    async with new_office(servers, partitions=1) as office, office.registration() as one:
        await until_ready(one)
        async with office.registration() as other:

            async def one_stands_by() -> list[str] | None:
                clients = [one, other]
                idle = [c for c in clients if "partition_claimed{" not in (await c.get(METRICS)).text]
                age = "simpul_seconds_since_poll"
                if len(idle) != 1 or measured(await idle[0].get(METRICS), age) < 1.5:
                    return None
                return [str((await idle[0].get(READY)).json()["reasons"])]

            assert await until(one_stands_by) == ["[]"]


def measured(page: httpx.Response, name: str) -> float:
    return next(float(line.split()[1]) for line in page.text.splitlines() if line.startswith(f"{name} "))


async def test_readiness_names_a_claim_that_is_refused(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(ledger: object, partition: int) -> None:
        raise LookupError("no cursor")

    async with new_office(servers) as office:
        with monkeypatch.context() as patched:
            patched.setattr(ledger_module.Ledger, "claim", refused)
            async with office.registration() as client:
                await until_said(client, "partitions not claimed: 0, 1, 2, 3, 4, 5")
                patched.undo()
                await until_ready(client)


async def test_the_group_never_falls_back_to_a_committed_offset(servers: Servers) -> None:
    """Offsets live in MongoDB alone: what Kafka keeps is each partition's first."""
    async with new_office(servers) as office:
        async with office.registration():
            await office.outcome("uji", await office.put(activity("uji"), "uji"))
            await office.at_rest()
        group, topic = topics.group(office.code, "registration"), topics.intake(office.code)
        consumer = AIOKafkaConsumer(bootstrap_servers=servers.kafka, group_id=group, enable_auto_commit=False)
        await consumer.start()
        try:
            from aiokafka import TopicPartition

            wheres = [TopicPartition(topic, number) for number in range(office.partitions)]
            consumer.assign(wheres)
            assert [await consumer.committed(where) for where in wheres] == [0] * office.partitions
        finally:
            await consumer.stop()


async def test_reading_while_the_database_is_away_is_503_and_submitting_goes_on(
    server_room: ServerRoom,
) -> None:
    servers = await server_room.servers()
    async with new_office(servers) as office, office.registration() as client:
        await office.outcome("uji", await office.put(activity("uji"), "uji"))
        servers.mongod.kill()
        read = await client.get("/api/v1/activities/uji")
        assert (read.status_code, read.json()["reason"]) == (503, "unavailable")
        assert read.headers["Retry-After"] == "2"
        assert read.headers["content-type"] == "application/problem+json"
        taken = await client.post("/api/v1/activities/uji/registrations", json=person(1))
        assert taken.status_code == 202
        await servers.mongod.restart()

        async def decided() -> bool:
            told = (await client.get(taken.headers["Location"])).json()
            return told.get("result") == "received"  # whether they were known could not be looked up

        await until(decided, every=0.3)
