"""Reading at one moment, with either driver."""

import uuid
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from shared.mongo.driver import Driver, Session, Store, connect
from tests.support.servers import Servers

pytestmark = [pytest.mark.broker, pytest.mark.once]


@pytest_asyncio.fixture(params=["motor", "pymongo"])
async def store(servers: Servers, request: pytest.FixtureRequest) -> AsyncIterator[Store]:
    driver: Driver = request.param
    made = connect(servers.mongo, f"test_{uuid.uuid4().hex[:12]}", driver)
    for name in ("first", "second"):
        await made[name].insert_one({"_id": 1, "n": 1})
    yield made
    await made.drop()
    await made.close()


async def test_what_is_written_meanwhile_is_not_seen(store: Store) -> None:
    async def work(session: Session) -> list[int]:
        (seen,) = await store["first"].find({}, session=session).to_list(None)
        await store["second"].update_one({"_id": 1}, {"$set": {"n": 2}})
        (other,) = await store.aggregate("second", [{"$match": {}}], session)
        return [seen["n"], other["n"]]

    assert await store.snapshot(work) == [1, 1]
    assert await store.snapshot(work) == [1, 2]


async def test_it_begins_again_when_a_collection_is_renamed_under_it(store: Store) -> None:
    begun = 0

    async def work(session: Session) -> list[int]:
        nonlocal begun
        begun += 1
        (seen,) = await store["first"].find({}, session=session).to_list(None)
        if begun == 1:
            await store["second"].rename("third")
        (other,) = await store["third"].find({}, session=session).to_list(None)
        return [seen["n"], other["n"]]

    assert await store.snapshot(work) == [1, 1]
    assert begun > 1
