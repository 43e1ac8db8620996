"""Contents in GridFS, and their twin in memory: what both do."""

import uuid
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from services.registration.features.files.contents import Contents
from shared.mongo.contents import PART, ContentGone, GridFsContents
from shared.mongo.driver import Store, connect
from tests.support.memory_contents import MemoryContents
from tests.support.servers import Servers

DRIVERS = ("motor", "pymongo")


@pytest_asyncio.fixture(params=["memory", *DRIVERS])
async def contents(brokerless: Servers, request: pytest.FixtureRequest) -> AsyncIterator[Contents]:
    if request.param not in DRIVERS:
        yield MemoryContents()
        return
    store = connect(brokerless.mongo, f"contents_{uuid.uuid4().hex[:12]}", request.param)
    yield GridFsContents(store, "kept")
    await store.drop()
    await store.close()


async def read(contents: Contents, name: str, start: int, end: int) -> bytes:
    return b"".join([part async for part in contents.read(name, start, end)])


async def test_what_was_put_is_read_whole_and_in_parts_until_it_is_removed(contents: Contents) -> None:
    data = bytes(range(256)) * 3_000
    assert len(data) > 2 * PART
    await contents.put("a", data)
    await contents.put("b", b"")
    for start, end in ((0, len(data)), (0, 1), (PART - 1, PART + 1), (700_000, len(data)), (5, 5)):
        assert await read(contents, "a", start, end) == data[start:end]
    assert max([len(part) async for part in contents.read("a", 0, len(data))]) <= PART
    assert await read(contents, "b", 0, 10) == b""
    await contents.remove("a")
    await contents.remove("a")
    with pytest.raises(ContentGone):
        await read(contents, "a", 0, 1)


async def test_what_is_left_of_a_content_that_never_came_to_its_end_goes(brokerless: Servers) -> None:
    store: Store = connect(brokerless.mongo, f"contents_{uuid.uuid4().hex[:12]}")
    await store["kept.chunks"].insert_one({"files_id": "a", "n": 0, "data": b"x"})
    await GridFsContents(store, "kept").remove("a")
    assert await store["kept.chunks"].count_documents({}) == 0
    await store.drop()
    await store.close()
