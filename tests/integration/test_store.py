"""What the services ask of MongoDB's driver, of each that there is: the one suite that both must pass."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import AsyncMongoClient
from pymongo.errors import DuplicateKeyError

from shared.mongo.driver import Driver, ReturnDocument, Session, Store, UpdateOne, connect
from tests.support.drivers import driver
from tests.support.servers import Servers

pytestmark = [pytest.mark.broker, pytest.mark.once, pytest.mark.both_drivers]


@pytest_asyncio.fixture
async def store(servers: Servers) -> AsyncIterator[Store]:
    made = connect(servers.mongo, f"test_{uuid.uuid4().hex[:12]}", driver())
    yield made
    await made.drop()
    await made.close()


async def test_it_is_the_driver_that_was_asked_for(store: Store, mongo_driver: Driver) -> None:
    client = AsyncMongoClient if mongo_driver == "pymongo" else AsyncIOMotorClient
    assert isinstance(store._client, client)
    await store.ping()


async def test_a_collection_is_made_once_and_its_database_exists_then(store: Store) -> None:
    assert not await store.exists()
    assert [await store.ensure_collection("rows") for _ in range(2)] == [True, False]
    assert await store.exists()


async def test_what_was_written_in_a_transaction_is_there_whole_or_not_at_all(store: Store) -> None:
    async def work(session: Session) -> int:
        writes = [UpdateOne({"_id": n}, {"$set": {"n": n}}, upsert=True) for n in range(3)]
        await store["rows"].bulk_write(writes, session=session)
        counted = await store.aggregate("rows", [{"$group": {"_id": None, "sum": {"$sum": "$n"}}}], session)
        if fails:
            raise ValueError
        return int(counted[0]["sum"])

    fails = True
    with pytest.raises(ValueError):  # noqa: PT011  its own
        await store.transaction(work)
    assert await store["rows"].count_documents({}) == 0
    fails = False
    assert await store.transaction(work) == 3
    assert [row["n"] async for row in store["rows"].find({}).sort("_id")] == [0, 1, 2]


async def test_transactions_that_meet_are_run_again_until_both_stand(store: Store) -> None:
    await store["rows"].insert_one({"_id": "sum", "n": 0})

    async def add(session: Session) -> None:
        row = await store["rows"].find_one({"_id": "sum"}, session=session)
        assert row is not None
        await asyncio.sleep(0.01)
        await store["rows"].update_one({"_id": "sum"}, {"$set": {"n": row["n"] + 1}}, session=session)

    await asyncio.gather(*(store.transaction(add) for _ in range(5)))
    assert await store["rows"].find_one({"_id": "sum"}) == {"_id": "sum", "n": 5}


async def test_times_come_back_aware_and_the_primary_tells_its_own(store: Store) -> None:
    at = datetime(2024, 1, 11, 1, tzinfo=UTC)
    await store["rows"].insert_one({"_id": 1, "at": at})
    found = await store["rows"].find_one_and_update(
        {"_id": 1}, {"$set": {"n": 1}}, return_document=ReturnDocument.AFTER
    )
    assert found == {"_id": 1, "at": at, "n": 1}
    assert abs(await store.now() - datetime.now(UTC)) < timedelta(seconds=60)


async def test_a_second_document_under_a_key_is_refused(store: Store) -> None:
    await store["rows"].insert_one({"_id": 1})
    with pytest.raises(DuplicateKeyError):
        await store["rows"].insert_one({"_id": 1})


async def test_collections_aside_are_others_and_share_its_transactions(store: Store) -> None:
    aside = store.aside("aside_")
    for one in (store, aside):
        await one.ensure_collection("rows")

    async def work(session: Session) -> None:
        await store["rows"].insert_one({"_id": "here"}, session=session)
        await aside["rows"].insert_one({"_id": "aside"}, session=session)

    await store.transaction(work)
    assert await store["rows"].distinct("_id") == ["here"]
    assert [row["_id"] for row in await aside.aggregate("rows", [])] == ["aside"]
    assert await store["aside_rows"].count_documents({}) == 1
