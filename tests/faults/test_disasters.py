"""What is lost beside an office's register, or with it: each store alone, the log as a whole, both."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from services.registration.storage.provision import collections
from services.reporting.entrypoints import reader
from shared.contracts import topics
from shared.mongo.driver import Document, Store, connect
from tests.faults.test_recovering import Asking, with_totals
from tests.support.backup import dump, restore
from tests.support.beside import all_sent, beside, counted
from tests.support.drivers import driver
from tests.support.features import ALL
from tests.support.office import TestOffice, activity, new_office
from tests.support.servers import ServerRoom, Servers
from tests.support.topics import all_records
from tests.support.verbs import simpul
from tests.support.waiting import until

pytestmark = pytest.mark.broker


@asynccontextmanager
async def at_work(server_room: ServerRoom) -> AsyncIterator[TestOffice]:
    """An office with three people in an activity; nothing runs any more."""
    servers = await server_room.servers()  # its own: the nation reads every office there is
    async with new_office(servers) as office:
        async with office.registration():
            await Asking(office).ask(activity("rakor", seats=2), "rakor")
            for number in (1, 2, 3):
                await Asking(office).submit("rakor", number)
            await office.at_rest()
        yield office


async def registered(office: TestOffice, *people: int) -> tuple[int, Document]:
    """Mails, and figures of the nation and of its topic, when these people have come and everything rests."""
    async with beside(office) as (sink, nation):
        for number in people:
            await Asking(office).submit("rakor", number)
        await with_totals(office)
        mails = await all_sent(sink, office)
        figures = await counted(nation, office)
        found = {name: figures[name] for name in ("confirmed", "waitlisted")}

        async def told() -> bool:
            return await topic_says(office) == found

        await until(told)
    return mails, found


async def topic_says(office: TestOffice) -> Document:
    """What a reader has who keeps the record with the highest rev of each row."""
    rows: dict[bytes, Document] = {}
    for record in await all_records(office.servers.kafka, topics.NATIONAL_REPORTS):
        row = json.loads(record.value)
        if row["rev"] >= rows.get(record.key, row)["rev"]:
            rows[record.key] = row
    return {name: sum(row[name] for row in rows.values()) for name in ("confirmed", "waitlisted")}


async def kafka_lost(office: TestOffice) -> None:
    """Every topic is gone, and with them where groups stood."""
    office.ends.clear()
    if not office.servers.append_time:
        await office.servers.broker.restart()  # the embedded broker keeps its topics in memory
        return
    names = [of(office.code) for of in (topics.intake, topics.facts, topics.directory)]
    names.append(topics.NATIONAL_REPORTS)
    admin = AIOKafkaAdminClient(bootstrap_servers=office.servers.kafka)
    await admin.start()
    try:
        await admin.delete_topics(names)

        async def gone() -> bool:
            return not {*names} & {*await admin.list_topics()}

        await until(gone)
    finally:
        await admin.close()


async def dropped(servers: Servers, database: str) -> None:
    store = connect(servers.mongo, database, driver())
    await store.drop()
    await store.close()


async def test_what_is_lost_beside_a_register_is_filled_again_and_nobody_is_mailed_about_the_past(
    server_room: ServerRoom,
) -> None:
    async with at_work(server_room) as office:
        async with office.registration():
            await registered(office, 4)
        await dropped(office.servers, topics.NATIONAL_DATABASE)
        await dropped(office.servers, topics.database(office.code, "notification"))
        async with office.registration():
            assert await registered(office, 5) == (1, {"confirmed": 2, "waitlisted": 3}), "databases"
        await kafka_lost(office)
        assert await of_office(office, "republish") == (0, "")
        async with office.registration():
            assert await registered(office, 6) == (1, {"confirmed": 2, "waitlisted": 4}), "Kafka"


async def test_where_log_and_register_are_lost_the_ledger_gets_another_name_and_is_taken_anew(
    server_room: ServerRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "LOOK_AGAIN_SECONDS", 1.0)
    async with at_work(server_room) as office:
        older = await dump(office.store, *collections(ALL))
        async with office.registration():
            await registered(office, 4, 5)
        await kafka_lost(office)
        await restore(office.store, older)
        assert await of_office(office, "recover", "--new-ledger") == (0, "")
        await dropped(office.servers, topics.database(office.code, "notification"))
        async with office.registration(), beside(office) as (sink, nation):
            for number in (6, 7, 8, 9):
                await Asking(office).submit("rakor", number)
            await with_totals(office)
            assert await all_sent(sink, office) == 4
            await until(lambda: stopped(nation))
            assert await of_office(office, "rebuild", "reporting", "--anew", office.code) == (0, "")
            figures = await counted(nation, office)
        assert (figures["confirmed"], figures["waitlisted"]) == (2, 5)
        code, errors = await of_office(office, "recover", "--new-ledger")
        assert (code, "holds facts: `simpul recover` rolls forward from them" in errors) == (1, True)


async def stopped(nation: Store) -> int:
    return await nation["cursors"].count_documents({"stopped": {"$regex": "register was made anew"}})


async def of_office(office: TestOffice, *words: str) -> tuple[int, str]:
    """Exit status and errors."""
    env = {"SIMPUL_OFFICE": office.code, "SIMPUL_PERSON_KEY": office.person_key}
    code, _, errors = await simpul(office.servers, *words, **env)
    return code, errors
