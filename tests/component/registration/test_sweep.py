"""Files that nobody holds go after a day, whatever was killed where; none that a command may still name."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from services.registration.features.files.domain.stored_file import FileReference
from services.registration.features.files.files import FILES, REFERENCES, UPLOADS, Files
from services.registration.features.files.inspected import InspectedFile
from services.registration.features.files.references import hold
from services.registration.features.files.sweep import MARKS, Sweep
from shared.mongo.driver import Session
from tests.support.memory_contents import MemoryContents
from tests.support.office import TestOffice, new_office
from tests.support.servers import Servers

DAY = timedelta(days=1, minutes=1)


class Killed(Exception):
    """Nothing after it happens."""


class Shelf:
    """An office's files, of which a day may pass. `ends`: of intake."""

    def __init__(self, office: TestOffice) -> None:
        self.office, self.store, self.contents = office, office.store, MemoryContents()
        self.ends = dict.fromkeys(range(office.partitions), 0)
        self.files = Files(self.store, self.contents, inspect=lambda data: InspectedFile("text/plain", data))
        self.sweep = Sweep(self.store, self.contents, self._ends)

    async def _ends(self) -> dict[int, int]:
        return self.ends

    async def pass_by(self, time: timedelta = DAY) -> None:
        for collection in (FILES, UPLOADS, MARKS):
            async for row in self.store[collection].find({}):
                await self.store[collection].update_one(
                    {"_id": row["_id"]}, {"$set": {"at": row["at"] - time}}
                )

    async def decided(self, partition: int, offset: int) -> None:
        await self.store["cursors"].update_one({"_id": partition}, {"$set": {"next": offset}})

    async def hold(self, digest: str | None, id: str = "m") -> list[FileReference]:
        async def work(session: Session) -> list[FileReference]:
            return await hold(self.store, [FileReference("material", id, digest)], session)

        return await self.store.transaction(work)

    async def rows(self) -> tuple[int, int, int]:
        """Files, uploads that are open, contents."""
        return (
            await self.store[FILES].count_documents({}),
            await self.store[UPLOADS].count_documents({}),
            len(self.contents.held),
        )


@pytest_asyncio.fixture
async def shelf(brokerless: Servers) -> AsyncIterator[Shelf]:
    async with new_office(brokerless) as office:
        yield Shelf(office)


async def test_a_file_lives_for_a_day_and_for_as_long_as_something_holds_it(shelf: Shelf) -> None:
    held, loose = await shelf.files.keep(b"satu"), await shelf.files.keep(b"dua")
    assert await shelf.hold(held.digest) == []
    assert await shelf.sweep.step() == 0
    await shelf.pass_by()
    again = await shelf.files.keep(b"dua")
    assert again == loose
    assert await shelf.sweep.step() == 0, "it was sent again"
    await shelf.pass_by()
    assert await shelf.sweep.step() == 1
    assert await shelf.files.open(loose.digest) is None
    assert await shelf.rows() == (1, 0, 1)
    assert await shelf.hold(None) == []
    assert await shelf.sweep.step() == 1
    assert await shelf.rows() == (0, 0, 0)
    assert await shelf.hold(held.digest) == [FileReference("material", "m", held.digest)]
    assert await shelf.store[REFERENCES].count_documents({}) == 0


async def test_a_file_goes_with_the_last_that_holds_it(shelf: Shelf) -> None:
    file = await shelf.files.keep(b"satu")
    await shelf.hold(file.digest, "a")
    await shelf.hold(file.digest, "b")
    await shelf.pass_by()
    await shelf.hold(None, "a")
    assert await shelf.sweep.step() == 0
    await shelf.hold((await shelf.files.keep(b"dua")).digest, "b")
    await shelf.pass_by(timedelta(hours=1))
    assert await shelf.sweep.step() == 1


async def test_nothing_goes_while_a_partition_has_not_decided_what_stood_on_intake(shelf: Shelf) -> None:
    await shelf.files.keep(b"satu")
    await shelf.pass_by()
    shelf.ends[1] = 7
    assert await shelf.sweep.step() == 0
    await shelf.decided(1, 6)
    assert await shelf.sweep.step() == 0
    shelf.ends[1] = 9  # what came after the mark may wait
    await shelf.decided(1, 7)
    assert await shelf.sweep.step() == 1


async def test_a_mark_that_nobody_reaches_is_set_anew(shelf: Shelf) -> None:
    """Intake was made again meanwhile, and its offsets begin at 0."""
    await shelf.files.keep(b"satu")
    await shelf.pass_by()
    shelf.ends[0] = 900
    assert await shelf.sweep.step() == 0
    shelf.ends[0] = 0
    await shelf.pass_by()
    assert await shelf.sweep.step() == 1


@pytest.mark.parametrize("step", ["insert", "put", "name"])
async def test_a_kill_while_a_file_is_sent_leaves_all_of_it_or_what_is_swept(shelf: Shelf, step: str) -> None:
    async def killed(*_: Any) -> Any:
        raise Killed

    async def half(name: str, data: bytes) -> None:
        shelf.contents.held[name] = data[:2]
        raise Killed

    if step == "insert":
        shelf.contents.put = killed  # type: ignore[method-assign]
    elif step == "put":
        shelf.contents.put = half  # type: ignore[method-assign]
    else:
        shelf.files.store.transaction = killed  # type: ignore[method-assign]
    with pytest.raises(Killed):
        await shelf.files.keep(b"satu")
    del (shelf.contents if step != "name" else shelf.files.store).__dict__[
        "put" if step != "name" else "transaction"
    ]
    assert (await shelf.rows())[:2] == (0, 1)
    file = await shelf.files.keep(b"satu")
    opened = await shelf.files.open(file.digest)
    assert opened is not None
    assert b"".join([part async for part in opened.read(0, 4)]) == b"satu"
    await shelf.hold(file.digest)
    await shelf.pass_by()
    await shelf.sweep.step()
    assert await shelf.rows() == (1, 0, 1)


async def test_a_kill_while_files_are_swept_leaves_no_content_without_a_name_for_ever(shelf: Shelf) -> None:
    await shelf.files.keep(b"satu")
    await shelf.pass_by()

    async def killed(name: str) -> None:
        raise Killed

    shelf.contents.remove = killed  # type: ignore[method-assign]
    with pytest.raises(Killed):
        await shelf.sweep.step()
    del shelf.contents.__dict__["remove"]
    assert await shelf.rows() == (0, 1, 1)
    await shelf.sweep.step()
    assert await shelf.rows() == (0, 0, 0)


async def test_who_holds_a_file_while_it_is_swept_keeps_it(shelf: Shelf) -> None:
    file = await shelf.files.keep(b"satu")
    await shelf.pass_by()
    sweeping: list[asyncio.Task[int]] = []

    async def work(session: Session) -> list[FileReference]:
        missing = await hold(shelf.store, [FileReference("material", "m", file.digest)], session)
        sweeping.append(asyncio.create_task(shelf.sweep.step()))
        await asyncio.sleep(0.3)  # the sweep looks, and finds nobody who holds it
        return missing

    assert await shelf.store.transaction(work) == []
    await asyncio.gather(*sweeping)
    assert await shelf.files.open(file.digest) is not None
    assert await shelf.rows() == (1, 0, 1)
