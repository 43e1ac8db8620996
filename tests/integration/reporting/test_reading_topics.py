"""The consumer on a real broker: gaps, new offices, instances side by side."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace

import pytest

from services.reporting.domain.questions import Filters, Question
from services.reporting.domain.standing import OfficeStanding
from services.reporting.entrypoints.instance import Instance
from services.reporting.entrypoints.metrics import Metrics
from services.reporting.storage.cursors import ensure_cursors
from services.reporting.storage.figures import report
from services.reporting.storage.gaps import Gaps
from services.reporting.storage.lease import LONG_AGO, READER, Lease
from shared.contracts import topics
from shared.kafka.cluster import KafkaCluster
from shared.kafka.connection import KafkaSettings
from shared.mongo.driver import Store
from tests.support.offices import SpeakingOffice, make_facts_topic, send_all
from tests.support.servers import ON_KAFKA, ServerRoom
from tests.support.waiting import until

pytestmark = pytest.mark.broker


def settings(kafka: str) -> KafkaSettings:
    """The embedded broker waits twice as long for a member that left."""
    session = 6_000 if ON_KAFKA else 2_000
    return KafkaSettings(kafka, ON_KAFKA, session_timeout_ms=session, fetch_wait_ms=50)


@asynccontextmanager
async def reading(kafka: str, store: Store) -> AsyncIterator[Instance]:
    instance = Instance(KafkaCluster(settings(kafka)), store, Metrics())
    async with instance.running():
        yield instance


async def standing(store: Store, office: SpeakingOffice) -> OfficeStanding | None:
    return next((one for one in (await report(store)).offices if one.office == office.code), None)


async def confirmed(store: Store, office: SpeakingOffice) -> int:
    return int((await report(store, Question((), Filters(office.code)))).tables[0][0]["confirmed"])


async def test_a_gap_is_shown_and_healed_while_others_go_on(kafka: str, store: Store) -> None:
    office, other = SpeakingOffice(), SpeakingOffice()
    for one in (office, other):
        await make_facts_topic(kafka, one)
    said = [office.publish("rakor"), *(office.confirm("rakor") for _ in range(9))]
    lost = said.pop(4)
    await send_all(kafka, [*said, office.publish("lain", partition=1)])
    async with reading(kafka, store):

        async def gap_is_shown() -> bool:
            found = await standing(store, office)
            return found is not None and (found.gaps, found.facts) == (1, 5)

        await until(gap_is_shown)
        await send_all(kafka, [other.publish("rakor"), other.confirm("rakor")])
        await until(lambda: _is(confirmed(store, other), 1))
        assert await confirmed(store, office) == 3
        await send_all(kafka, [lost])
        await until(lambda: _is(confirmed(store, office), 9))
        await send_all(kafka, [office.confirm("rakor")])
        await until(lambda: _is(confirmed(store, office), 10))
        found = await standing(store, office)
        assert found is not None
        assert (found.gaps, found.facts) == (0, 12)


async def test_a_gap_is_looked_for_until_it_was_counted(kafka: str, store: Store) -> None:
    office, gaps = SpeakingOffice(), Gaps(KafkaCluster(settings(kafka)))
    await make_facts_topic(kafka, office)
    said = [office.publish("rakor"), *(office.confirm("rakor") for _ in range(3))]
    lost = said.pop(1)
    await send_all(kafka, said)
    where = topics.facts(office.code), 0
    cursor = replace((await ensure_cursors(store, [where]))[where], number=1)
    for _ in range(3):  # also where nothing came since the last look
        assert await gaps.after(cursor) == []
    await send_all(kafka, [lost])
    for _ in range(2):  # once more, since what was found could not be written
        assert len(await gaps.after(cursor)) == 3


async def test_a_topic_filled_again_in_another_order_shows_no_gap(kafka: str, store: Store) -> None:
    office = SpeakingOffice()
    await make_facts_topic(kafka, office)
    said = [office.publish("rakor"), *(office.confirm("rakor") for _ in range(1_200))]
    await send_all(kafka, [said[0], *said[700:], *said[1:700], office.confirm("rakor")])
    async with reading(kafka, store):
        await until(lambda: _is(confirmed(store, office), 1_201))
        found = await standing(store, office)
        assert found is not None
        assert found.gaps == 0


async def test_a_new_office_appears_by_itself(kafka: str, store: Store) -> None:
    async with reading(kafka, store) as instance:
        await asyncio.sleep(2)  # it has joined, and knows nothing of the office to come
        office = SpeakingOffice()
        await make_facts_topic(kafka, office)
        await send_all(kafka, [office.describe("BGP Baru"), office.publish("rakor"), office.confirm("rakor")])
        await until(lambda: _is(confirmed(store, office), 1))
        found = await standing(store, office)
        assert found is not None
        assert found.name == "BGP Baru"
        assert await instance.not_ready() == []


async def test_instances_that_come_and_go_count_each_fact_once(kafka: str, store: Store) -> None:
    office = SpeakingOffice()
    await make_facts_topic(kafka, office, 4)

    async def speak(facts: int) -> None:
        for _ in range(facts):
            await send_all(kafka, [office.confirm("rakor", partition=partition) for partition in range(4)])

    async with AsyncExitStack() as first:
        one = await first.enter_async_context(reading(kafka, store))
        await until(lambda: _is(confirmed(store, office), 0))
        await speak(10)
        async with reading(kafka, store) as other:
            await speak(10)
            assert sorted([one.role, other.role]) == ["reading", "standby"]
            assert await other.not_ready() == []
            await first.aclose()
            await speak(10)
            await until(lambda: _is(confirmed(store, office), 120))
            assert other.role == "reading"


async def test_another_takes_over_from_one_that_was_cut_off_and_is_told_so(kafka: str, store: Store) -> None:
    office = SpeakingOffice()
    await make_facts_topic(kafka, office)
    lost = asyncio.Event()
    zombie = Instance(KafkaCluster(settings(kafka)), store, Metrics(), lost.set)
    async with zombie.running():
        await send_all(kafka, [office.publish("rakor"), office.confirm("rakor")])
        await until(lambda: _is(confirmed(store, office), 1))
        await store["lease"].update_one({"_id": READER}, {"$set": {"until": LONG_AGO}})
        async with reading(kafka, store):
            await asyncio.wait_for(lost.wait(), 60)
            await send_all(kafka, [office.confirm("rakor")])
            await until(lambda: _is(confirmed(store, office), 2))
            assert zombie.role == "standby"


async def test_readiness_says_what_is_wrong(server_room: ServerRoom, store: Store) -> None:
    own, broker = await server_room.broker()
    office = SpeakingOffice()
    await make_facts_topic(own, office)
    broker.pause()
    async with reading(own, store) as instance:
        await until(lambda: _is(instance.not_ready(), ["Kafka has not answered yet"]))
    broker.resume()
    another = Lease(store)
    epoch = await another.try_acquire()
    assert epoch is not None
    async with reading(own, store) as instance:
        assert (instance.role, await instance.not_ready()) == ("standby", [])  # while another has the lease
        await another.release(epoch)
        bad = office.publish("rakor")
        office.ledger = "d" * 32
        await send_all(own, [bad, office.publish("lain")])

        async def office_is_named() -> bool:
            return any("office" in said and office.code in said for said in await instance.not_ready())

        await until(office_is_named)
        broker.pause()

        async def silence_is_named() -> bool:
            return any(said.startswith("Kafka last answered") for said in await instance.not_ready())

        try:
            await until(silence_is_named)
        finally:
            broker.resume()


async def _is(found: Awaitable[object], wanted: object) -> bool:
    return await found == wanted
