"""Facts that are counted while others are being written, as a consumer that is behind hands them over."""

import asyncio
from collections.abc import Sequence
from random import Random

import pytest

from services.reporting.entrypoints.reader import Reader
from services.reporting.storage.gaps import Gaps
from services.reporting.storage.lease import FIGURES, hold_figures, release_figures
from shared.kafka.records import Where
from shared.mongo.driver import Store
from tests.integration.reporting.test_counting_facts import a_year, empty, read, rows, standing, stored_bytes
from tests.support.listeners import RememberingListener
from tests.support.offices import NO_BROKER, SpeakingOffice, Spoken
from tests.support.waiting import until

pytestmark = pytest.mark.both_drivers


class Topic:
    """Partitions with their records, and one consumer that reads, seeks and pauses as it is told."""

    def __init__(self, store: Store, said: Sequence[Spoken]) -> None:
        self.records: dict[Where, list[Spoken]] = {}
        for one in said:
            self.records.setdefault((one.topic, one.partition), []).append(one)
        ends = {where: len(found) for where, found in self.records.items()}
        self.reader = Reader(store, 0, Gaps(NO_BROKER), lambda office, facts: None)
        listener = RememberingListener(self.reader, ends)
        self.at, self.paused = listener.at, listener.paused
        self.at |= dict.fromkeys(self.records, 0)

    def behind(self) -> list[Where]:
        open_ = self.records.keys() - self.paused
        return sorted(where for where in open_ if self.at[where] < len(self.records[where]))

    async def hand_over(self, where: Where, size: int) -> None:
        batch = self.records[where][self.at[where] :][:size]
        self.at[where] += len(batch)
        await self.reader.read(tuple(batch))

    async def read_all(self, rng: Random) -> None:
        while open_ := self.behind():
            await self.hand_over(rng.choice(open_), rng.randint(1, 9))
            if not self.behind():
                await self.reader.written()  # what failed is sought


async def transactions(store: Store) -> int:
    row = await store["lease"].find_one({"_id": FIGURES})
    assert row is not None
    return int(row["rev"])


async def figures(store: Store) -> dict[str, list[bytes]]:
    """Where each partition is read on aside."""
    await store["cursors"].update_many({}, {"$set": {"offset": 0}})
    return await stored_bytes(store)


async def test_what_was_counted_ahead_gives_the_same_bytes_in_fewer_transactions(store: Store) -> None:
    said = a_year(SpeakingOffice())
    await read(store, said)
    alone = await stored_bytes(store)
    await empty(store)
    before, topic = await transactions(store), Topic(store, said)
    for where, records in topic.records.items():
        for _ in records:
            await topic.hand_over(where, 1)
    await topic.reader.written()
    assert await stored_bytes(store) == alone
    assert await transactions(store) - before < len(said) / 4


@pytest.mark.parametrize("seed", range(4))
async def test_transactions_that_fail_leave_neither_a_gap_nor_a_fact_counted_twice(
    store: Store, seed: int
) -> None:
    rng, said = Random(seed), a_year(SpeakingOffice())
    await read(store, said)
    alone = await figures(store)
    await empty(store)
    topic, over = Topic(store, said), asyncio.Event()

    async def disturb() -> None:
        """Hold all figures still for moments, and read on beside it as a second instance would."""
        while not over.is_set():
            until_ = [{"$set": {"held_until": {"$add": ["$$NOW", rng.randint(0, 120)]}}}]
            await store["lease"].update_one({"_id": FIGURES}, until_)
            await asyncio.sleep(rng.random() / 20)
            where = rng.choice([*topic.records])
            other = Reader(store, 0, Gaps(NO_BROKER), lambda office, facts: None)
            await other.read(tuple(topic.records[where][: topic.at[where] + rng.randint(1, 5)]))

    disturbing = asyncio.create_task(disturb())
    async with asyncio.timeout(60):
        await topic.read_all(rng)
    over.set()
    await disturbing
    assert await figures(store) == alone


async def test_a_failed_transaction_takes_back_all_that_was_counted_on_top_of_it(store: Store) -> None:
    office = SpeakingOffice()
    topic = Topic(store, [office.publish("rakor"), *(office.confirm("rakor") for _ in range(9))])
    (where,) = topic.records
    await hold_figures(store)
    for _ in range(3):
        await topic.hand_over(where, 2)
    await until(lambda: _is(where in topic.paused))
    at = topic.at[where]
    await topic.reader.read((topic.records[where][at],))  # as it may lie in the consumer's hand
    await topic.reader.written()
    assert topic.at[where] == 0
    assert topic.paused == set()
    assert await rows(store) == await rows(store, office="nobody")
    await release_figures(store)
    await topic.read_all(Random(1))
    assert (await standing(store, office)).facts == 10


async def test_what_cannot_be_read_stops_its_office_after_all_that_was_counted_before_it(
    store: Store,
) -> None:
    office = SpeakingOffice()
    said = [office.publish("rakor"), *(office.confirm("rakor") for _ in range(9))]
    bad = office.publish("lain")
    topic = Topic(store, [*said, Spoken(**(vars(bad) | {"value": b"{"})), office.confirm("rakor")])
    (where,) = topic.records
    for _ in range(4):
        await topic.hand_over(where, 3)
    await topic.reader.written()
    found = await standing(store, office)
    assert "offset 10 holds no readable fact" in str(found.stopped)
    assert (found.facts, topic.paused) == (10, {where})


async def _is(found: bool) -> bool:
    return found
