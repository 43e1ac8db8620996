"""`simpul rebuild reporting` on real servers: what it finds, what it puts right, what a kill leaves."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import bson
import pytest

from services.reporting.domain.counting import advance_until_stop
from services.reporting.entrypoints.instance import Instance
from services.reporting.entrypoints.metrics import Metrics
from services.reporting.entrypoints.reader import Reader
from services.reporting.storage.cells import apply
from services.reporting.storage.cursors import CursorMoved, ensure_cursors
from services.reporting.storage.gaps import Gaps
from services.reporting.storage.lease import LONG_AGO, READER, FiguresHeld, release_figures
from services.reporting.storage.provision import FIGURES_OF_OFFICES, provision
from services.reporting.storage.rebuilding import PREFIX, Rebuild, RebuildBusy
from services.reporting.storage.refolding import TopicLacks
from shared.contracts.topics import NATIONAL_DATABASE
from shared.kafka.cluster import KafkaCluster
from shared.kafka.connection import KafkaSettings
from shared.mongo.driver import Store, connect
from tests.support.offices import (
    NO_BROKER,
    SpeakingOffice,
    Spoken,
    make_facts_topic,
    make_national_topic,
    send_all,
)
from tests.support.servers import ON_KAFKA, ServerRoom, Servers
from tests.support.verbs import killed, simpul
from tests.support.waiting import until

pytestmark = pytest.mark.broker
Spoil = dict[str, dict[str, Any]]


def reader(store: Store) -> Reader:
    return Reader(store, 0, Gaps(NO_BROKER), lambda office, facts: None)


async def told(kafka: str, store: Store, people: int = 30) -> SpeakingOffice:
    """An office whose facts are in its topic and counted."""
    office, rng = SpeakingOffice(), Random(6)
    await make_facts_topic(kafka, office)
    said: list[Spoken] = [office.describe("BGP Contoh"), office.publish("rakor")]
    said += [office.publish("diskusi", "2024-02", 60, 1), office.total(1, activities=1, seats=60)]
    for n in range(people):
        said.append(office.confirm("rakor", rng.choice(["komunitas", "mitra-kerja"])))
        said.append(office.confirm("diskusi", "fasilitator", cohort=1 + n % 2, partition=1))
    said.append(office.move("rakor", "2024-03"))
    await send_all(kafka, said)
    for start in range(0, len(said), 7):
        await reader(store).read(tuple(said[start : start + 7]))
    return office


async def all_bytes(store: Store) -> dict[str, list[bytes]]:
    """Every figure; of cursors all but what a rebuild may count up."""
    found = {}
    for name in FIGURES_OF_OFFICES:
        rows = await store[name].find({}, {"rebuilt": 0}).sort("_id").to_list(None)
        found[name] = [bson.encode(row) for row in rows]
    return found


async def spoil(store: Store, office: SpeakingOffice) -> set[str]:
    """One figure of each kind: changed, lacking, too many. Returns what a rebuild is to name."""
    cell = f"{office.code}|rakor|komunitas|51.03|"
    rolled = f"{office.code}|2024-03|rakor|komunitas"
    await store["cells"].update_one({"_id": cell}, {"$inc": {"confirmed": 1}})
    await store["roll_ups"].delete_one({"_id": rolled})
    extra = await store["activities"].find_one({"activity": "rakor"})
    assert extra is not None
    await store["activities"].insert_one(extra | {"_id": f"{office.code}|hantu", "activity": "hantu"})
    await store["cursors"].update_one({"_id": f"{office.code}|1"}, {"$set": {"sums.confirmed": 0}})
    return {
        f"cells {cell}",
        f"roll_ups {rolled}",
        f"activities {office.code}|hantu",
        f"cursors {office.code}|1",
    }


def named(keys: dict[str, list[str]]) -> set[str]:
    return {f"{name} {key}" for name, some in keys.items() for key in some}


async def test_what_is_as_counted_is_left_alone(kafka: str, store: Store) -> None:
    await told(kafka, store)
    before = await all_bytes(store)
    compared, keys = await Rebuild(store, kafka).run(mend=True)
    assert (compared, keys) == (sum(map(len, before.values())), {})
    assert await all_bytes(store) == before
    assert await store["cells"].count_documents({}) > 0
    for name in FIGURES_OF_OFFICES:
        assert await store.aside(PREFIX)[name].count_documents({}) == 0, "nothing is left aside"


@pytest.mark.both_drivers
async def test_what_was_spoiled_is_named_and_put_right(kafka: str, store: Store) -> None:
    office, other = await told(kafka, store), await told(kafka, store)
    before = await all_bytes(store)
    revs = {row["_id"]: row["rev"] async for row in store["revisions"].find({})}
    await store["revisions"].update_many({}, {"$unset": {"due": ""}})
    wrong = await spoil(store, office)
    _, keys = await Rebuild(store, kafka).run(mend=False)
    assert named(keys) == wrong
    assert await all_bytes(store) != before, "to compare mends nothing"
    _, keys = await Rebuild(store, kafka).run(mend=True)
    assert named(keys) == wrong
    assert await all_bytes(store) == before
    assert (await Rebuild(store, kafka).run(mend=True))[1] == {}
    due = {row["_id"]: row["rev"] async for row in store["revisions"].find({"due": True})}
    (rolled,) = keys["roll_ups"]
    assert due.keys() == {rolled}, "the topic gets what changed, and no more"
    assert due[rolled] > max(revs.values())
    untouched = await store["cursors"].find_one({"_id": f"{other.code}|0"})
    assert untouched is not None
    assert untouched["rebuilt"] == 0


async def test_what_was_read_before_figures_were_put_right_is_not_written_after(
    kafka: str, store: Store
) -> None:
    office = await told(kafka, store)
    await store["cursors"].update_one({"_id": f"{office.code}|0"}, {"$inc": {"sums.confirmed": 5}})
    late = office.confirm("rakor")
    cursor = (await ensure_cursors(store, [(late.topic, 0)]))[late.topic, 0]
    step, _ = advance_until_stop(cursor, [late])
    assert step is not None
    await Rebuild(store, kafka).run(mend=True)
    with pytest.raises(CursorMoved):
        await apply(store, [step], 0)


class Overtaken(Rebuild):
    """One whose hold lets go while it catches up, so that the service counts on."""

    late: Spoken

    async def _compare(self, office: str) -> Any:
        found = await super()._compare(office)
        await release_figures(self._store)
        await reader(self._store).read((self.late,))
        return found


async def test_a_rebuild_that_was_overtaken_writes_nothing(kafka: str, store: Store) -> None:
    office = await told(kafka, store)
    await spoil(store, office)
    slow = Overtaken(store, kafka)
    slow.late = office.confirm("rakor")
    await send_all(kafka, [slow.late])
    async with slow._alone():
        with pytest.raises(FiguresHeld):
            await slow._mend(office.code)
    await Rebuild(store, kafka).run(mend=True)
    assert (await Rebuild(store, kafka).run(mend=True))[1] == {}


async def test_figures_of_an_office_that_nobody_read_are_taken_away(kafka: str, store: Store) -> None:
    office = await told(kafka, store)
    cell = await store["cells"].find_one({"office": office.code})
    assert cell is not None
    await store["cells"].insert_one(cell | {"_id": "hantu|rakor|||", "office": "hantu"})
    assert named((await Rebuild(store, kafka).run(mend=True))[1]) == {"cells hantu|rakor|||"}
    assert await store["cells"].count_documents({"office": "hantu"}) == 0


async def test_a_topic_that_lacks_what_was_counted_is_said(kafka: str, store: Store) -> None:
    office = await told(kafka, store)
    await reader(store).read((office.confirm("rakor"),))
    with pytest.raises(TopicLacks, match=rf"{office.topic} partition 0 lacks fact \d+"):
        await Rebuild(store, kafka).run(mend=True)


async def test_a_topic_filled_again_in_another_order_is_read_as_often_as_it_takes(
    kafka: str, store: Store
) -> None:
    office = SpeakingOffice()
    await make_facts_topic(kafka, office)
    said = [office.publish("rakor"), *(office.confirm("rakor") for _ in range(9))]
    await send_all(kafka, [*said[5:], *said[:5]])
    await reader(store).read(tuple(said))
    assert (await Rebuild(store, kafka).run(mend=False))[1] == {}


async def test_only_one_works_at_a_time(kafka: str, store: Store) -> None:
    await told(kafka, store)
    one, other = Rebuild(store, kafka), Rebuild(store, kafka)
    done = await asyncio.gather(one.run(mend=True), other.run(mend=True), return_exceptions=True)
    assert sorted(type(found) for found in done if isinstance(found, Exception)) == [RebuildBusy]


async def test_it_works_while_the_service_counts_on(server_room: ServerRoom, store: Store) -> None:
    """What the service adds while figures are put right is neither lost nor doubled."""
    office, (kafka, _) = SpeakingOffice(), await server_room.broker()
    await make_national_topic(kafka)
    await make_facts_topic(kafka, office)
    settings = KafkaSettings(kafka, ON_KAFKA, fetch_wait_ms=50)

    async def speak() -> None:
        for _ in range(40):
            await send_all(kafka, [office.confirm("rakor", rng.choice(["guru", "dinas"])) for _ in range(8)])
            await asyncio.sleep(0.2)  # for as long as several rebuilds take

    async def confirmed() -> int:
        return sum([row["confirmed"] async for row in store["roll_ups"].find({"office": office.code})])

    async def all_counted() -> bool:
        return await confirmed() == 320

    rng = Random(7)
    async with Instance(KafkaCluster(settings), store, Metrics()).running():
        await send_all(kafka, [office.publish("rakor")])
        await until(lambda: store["roll_ups"].find_one({"office": office.code}))
        speaking = asyncio.create_task(speak())
        spoiled = 0
        while not speaking.done():
            change = {"$inc": {"confirmed": 1000}}
            found = await store["cells"].update_one({"office": office.code, "category": "guru"}, change)
            _, keys = await Rebuild(store, kafka).run(mend=True)
            spoiled += found.matched_count
            assert bool(keys.get("cells")) == bool(found.matched_count)
        await speaking
        assert spoiled > 1
        await until(all_counted)
    assert (await Rebuild(store, kafka).run(mend=False))[1] == {}


@asynccontextmanager
async def national(servers: Servers) -> AsyncIterator[Store]:
    await make_national_topic(servers.kafka)
    store = connect(servers.mongo, NATIONAL_DATABASE)
    await provision(store)
    yield store
    await store.close()


REBUILD, REBUILDING = ("rebuild", "reporting"), "services.reporting.storage.rebuilding"
STEPS = (
    "fold_to:after",  # something lies aside
    "hold_figures:after",  # the service waits
    "_swap:after",  # before its transaction is committed
    "release_figures:before",  # after that
    "release_figures:after",  # aside is not emptied
)


async def test_killed_at_any_step_it_leaves_figures_whole_and_runs_again(
    server_room: ServerRoom,
) -> None:
    servers = await server_room.servers()
    async with national(servers) as store:
        office = await told(servers.kafka, store)
        right = await all_bytes(store)
        documents = sum(map(len, right.values()))
        said = f"{documents} documents are what the facts add up to\n"
        assert await simpul(servers, *REBUILD) == (0, said, "")
        for step in STEPS:
            wrong = await spoil(store, office)
            spoiled = await all_bytes(store)
            assert await killed(servers, REBUILDING, step, *REBUILD) == -signal.SIGKILL, step
            left = await all_bytes(store)
            assert left in (spoiled, right), step
            await store.aside(PREFIX)["lease"].update_one({"_id": READER}, {"$set": {"until": LONG_AGO}})
            _, keys = await Rebuild(store, servers.kafka).run(mend=True)
            assert named(keys) == (wrong if left == spoiled else set()), step
            assert await all_bytes(store) == right, step
        wrong = await spoil(store, office)
        for words in (["--check"], []):
            code, _, errors = await simpul(servers, *REBUILD, *words)
            assert (code, set(errors.splitlines()[1:])) == (1, wrong)
        assert await all_bytes(store) == right
