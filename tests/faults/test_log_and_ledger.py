"""A log and a ledger that do not fit: a sentence, nothing decided, and the command that mends it."""

import asyncio
from typing import Any

import httpx
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from services.registration.kernel import partition_processors
from services.registration.storage.provision import specs
from shared.contracts import topics
from shared.contracts.commands import SubmitRegistration
from shared.kafka import assignment
from shared.kafka.topics import ensure_topic
from tests.support.office import READY, TestOffice, activity, new_office, person
from tests.support.servers import Servers
from tests.support.verbs import simpul
from tests.support.waiting import until

pytestmark = pytest.mark.broker


@pytest.fixture(autouse=True)
def _look_again_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partition_processors, "LOOK_AGAIN_SECONDS", 1.0)


async def reasons(client: httpx.AsyncClient) -> str:
    return "; ".join((await client.get(READY)).json()["reasons"])


async def until_said(client: httpx.AsyncClient, text: str, seconds: float = 40) -> None:
    async def said() -> bool:
        return text in await reasons(client)

    await until(said, seconds, every=0.2)


async def remade(office: TestOffice, topic: str) -> None:
    """Delete a topic and make it again, as somebody who meant well might do."""
    admin = AIOKafkaAdminClient(bootstrap_servers=office.servers.kafka)
    await admin.start()
    try:
        await admin.delete_topics([topic])

        async def gone() -> bool:
            return topic not in await admin.list_topics()

        await until(gone)
        spec = next(one for one in specs(office.code, office.partitions) if one.name == topic)

        async def made() -> bool:
            return bool(await ensure_topic(admin, spec, 1))

        await until(made)

        async def seen() -> bool:
            return topic in await admin.list_topics()

        await until(seen)  # what is made is known to those who ask a moment later
        await asyncio.sleep(1)
        await until(seen)
    finally:
        await admin.close()


async def decided_some(office: TestOffice, people: range = range(3)) -> None:
    await office.outcome("uji", await office.put(activity("uji"), "uji"))
    await submitted(office, people)
    await office.at_rest()


async def submitted(office: TestOffice, people: range) -> None:
    for number in people:
        await office.put(submission(number), "uji", f"p{number}")
    for number in people:
        await office.outcome("uji", f"p{number}")


def submission(number: int) -> SubmitRegistration:
    return SubmitRegistration.model_validate(person(number) | {"activity": "uji"})


async def republished(office: TestOffice) -> tuple[int, str, str]:
    return await simpul(office.servers, "republish", SIMPUL_OFFICE=office.code)


async def the_facts(office: TestOffice) -> dict[tuple[int, int], dict[str, Any]]:
    """What a reader that begins anew makes of the topic."""
    return {(fact["partition"], fact["number"]): fact for fact in await office.facts()}


async def test_an_intake_that_was_lost_is_read_from_its_beginning_after_republish(servers: Servers) -> None:
    async with new_office(servers) as office:
        async with office.registration():
            await decided_some(office)
        await remade(office, topics.intake(office.code))
        office.ends.clear()
        before = await office.store["facts"].count_documents({})
        async with office.registration() as client:
            await until_said(client, "the topic was lost; run `simpul republish`")
            await office.put(submission(3), "uji", "p3")
            await asyncio.sleep(1)
            assert await office.store["facts"].count_documents({}) == before

            code, output, errors = await republished(office)
            assert (code, errors) == (0, "")
            assert "commands that were acknowledged and not yet decided are lost with it" in output
            await office.outcome("uji", "p3")
            await submitted(office, range(5))  # three of them again: their first outcomes stand
            await office.at_rest()
        kinds = [fact["type"] for fact in (await the_facts(office)).values()]
        assert kinds.count("registration.confirmed") == 5
        assert not await office.store["parked"].count_documents({})


async def test_an_intake_made_again_and_grown_past_the_cursor_is_known_by_its_last_record(
    servers: Servers,
) -> None:
    async with new_office(servers) as office:
        async with office.registration():
            await decided_some(office)
        await remade(office, topics.intake(office.code))
        for number in range(10, 30):
            await office.put(submission(number), "uji", f"p{number}")
        async with office.registration() as client:
            await until_said(client, "holds another record at offset")
            assert (await republished(office))[0] == 0
            for number in range(10, 30):
                await office.outcome("uji", f"p{number}")
        assert await office.store["registrations"].count_documents({}) == 23


async def test_an_intake_lost_under_a_running_consumer_is_noticed_in_its_silence(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not servers.append_time:
        pytest.skip("the embedded broker answers a fetch beyond its end as if nothing were there yet")
    monkeypatch.setattr(assignment, "SILENT_SECONDS", 1.0)
    async with new_office(servers) as office, office.registration() as client:
        await decided_some(office)
        await remade(office, topics.intake(office.code))
        await until_said(client, "the topic was lost; run `simpul republish`", 60)


async def test_facts_that_were_lost_come_again_under_the_same_numbers(servers: Servers) -> None:
    async with new_office(servers) as office:
        async with office.registration():
            await decided_some(office)
        before = await the_facts(office)
        await remade(office, topics.facts(office.code))
        async with office.registration() as client:
            await until_said(client, "the topic was lost; run `simpul republish`")
            code, output, _ = await republished(office)
            assert code == 0
            assert "facts are published again" in output
            await submitted(office, range(3, 6))
            await office.at_rest()
        after = await the_facts(office)
        assert {place: after[place] for place in before} == before
        assert len(after) >= len(before) + 3


async def test_facts_made_again_and_grown_past_the_pointer_are_known_by_their_number(
    servers: Servers,
) -> None:
    async with new_office(servers) as office:
        async with office.registration():
            await decided_some(office)
        await office.store["cursors"].update_many({"published": {"$gt": 1}}, {"$inc": {"published": -1}})
        async with office.registration() as client:
            await until_said(client, "the topic was made again; run `simpul republish`")


async def test_a_database_older_than_its_log_is_not_mended_by_republish(servers: Servers) -> None:
    async with new_office(servers) as office:
        async with office.registration():
            await decided_some(office)
        older = await office.store["cursors"].find({}).to_list(None)
        async with office.registration():
            await submitted(office, range(3, 6))
            await office.at_rest()
        for row in older:
            await office.store["cursors"].replace_one({"_id": row["_id"]}, row)
        async with office.registration() as client:
            await until_said(client, "the database is older than its log; run `simpul recover`")
        code, output, errors = await republished(office)
        assert (code, output) == (1, "")
        assert "the database is older than its log; run `simpul recover`" in errors


async def test_facts_of_another_ledger_stop_the_partition_with_a_sentence(servers: Servers) -> None:
    async with new_office(servers) as office:
        async with office.registration():
            await office.outcome("uji", await office.put(activity("uji"), "uji"))
            await office.at_rest()
        await office.store["cursors"].update_many({}, {"$set": {"ledger": "f" * 32}})
        async with office.registration() as client:
            await until_said(client, "ledger " + "f" * 32)
