"""Which instance reads: on a real database, by its clock."""

import asyncio
from typing import Any

import pytest

from services.reporting.entrypoints.reader import Reader
from services.reporting.storage.gaps import Gaps
from services.reporting.storage.lease import (
    FIGURES,
    LONG_AGO,
    READER,
    FiguresHeld,
    Lease,
    LeaseLost,
    next_rev,
)
from shared.mongo.driver import Store
from tests.support.offices import NO_BROKER, SpeakingOffice

pytestmark = pytest.mark.both_drivers


async def run_out(store: Store) -> None:
    await store["lease"].update_one({"_id": READER}, {"$set": {"until": LONG_AGO}})


async def taken(lease: Lease) -> int:
    epoch = await lease.try_acquire()
    assert epoch is not None
    return epoch


def reader(store: Store, epoch: int) -> Reader:
    return Reader(store, epoch, Gaps(NO_BROKER), lambda office, facts: None)


async def confirmed(store: Store) -> int:
    rows = await store["roll_ups"].find({}).to_list(None)
    return sum(row["confirmed"] for row in rows)


async def test_one_of_many_that_ask_at_once_gets_it(store: Store) -> None:
    epochs = await asyncio.gather(*(Lease(store).try_acquire() for _ in range(8)))
    assert sorted(epochs, key=str) == [1, *[None] * 7]


async def test_it_is_nobodys_once_it_was_given_back_or_ran_out(store: Store) -> None:
    first, second = Lease(store), Lease(store)
    epoch = await taken(first)
    await first.release(epoch)
    assert await taken(second) == 2
    await first.release(epoch)  # what it has no more, it cannot give back
    assert await first.try_acquire() is None
    await run_out(store)
    assert await taken(first) == 3


async def test_who_keeps_it_learns_that_another_took_it(store: Store) -> None:
    lease = Lease(store)
    keeping = asyncio.create_task(lease.keep(await taken(lease)))
    await asyncio.sleep(0.1)
    await run_out(store)
    await taken(Lease(store))
    with pytest.raises(LeaseLost):
        await asyncio.wait_for(keeping, 60)


async def test_while_it_is_kept_nobody_else_gets_it(store: Store) -> None:
    lease = Lease(store)
    keeping = asyncio.create_task(lease.keep(await taken(lease)))
    for _ in range(9):
        assert await Lease(store).try_acquire() is None
        await asyncio.sleep(1)
    keeping.cancel()


async def test_who_lost_it_can_write_no_figure_and_stops_no_office(store: Store) -> None:
    office = SpeakingOffice()
    zombie = reader(store, await taken(Lease(store)))
    await zombie.read((office.publish("rakor"), office.confirm("rakor")))
    assert await confirmed(store) == 1
    await run_out(store)
    heir = reader(store, await taken(Lease(store)))
    late = (office.confirm("rakor"),)
    await zombie.read(late)
    assert await confirmed(store) == 1
    assert await store["cursors"].count_documents({"stopped": {"$ne": None}}) == 0
    await heir.read(late)
    assert await confirmed(store) == 2


async def test_a_transaction_begun_before_another_took_it_is_not_committed_after(store: Store) -> None:
    epoch = await taken(Lease(store))

    async def slow(session: Any) -> None:
        await store["lease"].find_one({"_id": FIGURES}, session=session)  # its snapshot is of now
        if not overtaken:
            await run_out(store)
            overtaken.append(await taken(Lease(store)))
        await next_rev(store, epoch, session)
        await store["cells"].insert_one({"_id": "late"}, session=session)

    overtaken: list[int] = []
    with pytest.raises(LeaseLost):
        await store.transaction(slow)
    assert overtaken == [2]
    assert await store["cells"].count_documents({}) == 0


async def test_figures_that_are_held_still_are_written_later(store: Store) -> None:
    async def hold(seconds: int) -> None:
        until = [{"$set": {"held_until": {"$add": ["$$NOW", seconds * 1000]}}}]
        await store["lease"].update_one({"_id": FIGURES}, until)

    await hold(60)
    with pytest.raises(FiguresHeld):
        await store.transaction(lambda session: next_rev(store, 0, session))
    office = SpeakingOffice()
    said = (office.publish("rakor"), office.confirm("rakor"))
    await reader(store, 0).read(said)
    assert await confirmed(store) == 0
    await hold(0)
    await reader(store, 0).read(said)
    assert await confirmed(store) == 1
