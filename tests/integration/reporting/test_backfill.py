"""A national database from before strangers were answered from documents of their own."""

import asyncio

from services.reporting.storage.backfill import make_public_figures
from services.reporting.storage.provision import provision
from shared.mongo.driver import Store
from tests.integration.reporting.test_counting_facts import a_year, read, stored_bytes
from tests.support.offices import SpeakingOffice


async def test_provisioning_makes_what_an_older_database_lacks_and_changes_nothing_else(store: Store) -> None:
    await read(store, a_year(SpeakingOffice()))
    today = await stored_bytes(store)
    assert len(today["veiled"]) == 3
    await store["veiled"].delete_many({"activity": {"$ne": "rakor"}})
    await store["veiled"].update_one({"activity": "rakor"}, {"$set": {"month": "2019-01"}})
    assert await provision(store) == [f"made what everyone may know of 2 activities in {store.name}"]
    assert await stored_bytes(store) == today
    assert await provision(store) == []
    assert await stored_bytes(store) == today


async def test_it_may_be_done_while_facts_are_read(store: Store) -> None:
    said = a_year(SpeakingOffice())
    await read(store, said)
    today = await stored_bytes(store)
    for name in today:
        await store[name].delete_many({})
    reading = asyncio.create_task(read(store, said, 5))
    times = 0
    while not reading.done():
        await make_public_figures(store)
        times += 1
    await reading
    assert times > 5
    assert await stored_bytes(store) == today


async def test_what_is_counted_no_more_is_told_no_more(store: Store) -> None:
    await read(store, a_year(SpeakingOffice()))
    await store["cells"].delete_many({"activity": "rakor"})
    await make_public_figures(store)
    assert await store["veiled"].count_documents({"activity": "rakor"}) == 0


async def test_rows_of_before_are_due_for_the_national_topic_and_are_counted_on(store: Store) -> None:
    said = a_year(SpeakingOffice())
    await read(store, said)
    today = await stored_bytes(store)
    for name in today:
        await store[name].delete_many({})
    await read(store, said[: len(said) // 2])
    rows = await store["roll_ups"].count_documents({})
    await store["revisions"].delete_many({})
    await store["cursors"].update_many({}, {"$unset": {"rebuilt": ""}})
    assert await provision(store) == [f"{rows} rows of figures will be sent to simpul.national.reports.v1"]
    assert await store["revisions"].count_documents({"due": True}) == rows
    assert await provision(store) == []
    await read(store, said)
    found = await stored_bytes(store)
    assert found | {"cursors": []} == today | {"cursors": []}  # a field that came later stands last in them
