"""Batches of records, as the broker would hand them over, on a real database."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument

from services.reporting.domain.questions import Filters, Question
from services.reporting.domain.standing import OfficeStanding
from services.reporting.entrypoints.reader import Reader
from services.reporting.storage.figures import report
from services.reporting.storage.gaps import Gaps
from shared.mongo.driver import Store
from tests.support.offices import NO_BROKER, SpeakingOffice, Spoken

pytestmark = pytest.mark.both_drivers

COUNTED = ("cells", "roll_ups", "veiled", "activities", "offices", "cursors")


def reader(store: Store) -> Reader:
    return Reader(store, 0, Gaps(NO_BROKER), lambda office, facts: None)


async def read(store: Store, records: Sequence[Spoken], cut: int = 500) -> None:
    one = reader(store)
    for start in range(0, len(records), cut):
        await one.read(tuple(records[start : start + cut]))


async def rows(store: Store, *by: Any, **where: str) -> list[dict[str, Any]]:
    return (await report(store, Question(by, Filters(**where)))).tables[0]


async def standing(store: Store, office: SpeakingOffice) -> OfficeStanding:
    return next(one for one in (await report(store)).offices if one.office == office.code)


async def stored_bytes(store: Store) -> dict[str, list[bytes]]:
    raw: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)
    return {
        name: [one.raw async for one in store[name].with_options(codec_options=raw).find({}).sort("_id")]
        for name in COUNTED
    }


async def empty(store: Store) -> None:
    for name in COUNTED:
        await store[name].delete_many({})


def a_year(office: SpeakingOffice) -> list[Spoken]:
    """Two partitions, three activities, people of several cells, one activity that moves about."""
    said = [
        office.describe("BGP Contoh"),
        office.publish("rakor"),
        office.publish("diskusi", "2024-02", 60, 1),
    ]
    categories = ("mitra-kerja", "komunitas", "fasilitator", "kepala-sekolah")
    for n in range(120):
        home = ("51.03", "51.71", None)[n % 3]
        said.append(office.confirm("rakor", categories[n % 2], home))
        said.append(office.confirm("diskusi", categories[2 + n % 2], home, 1 + n % 2, 1))
        if n % 25 == 7:
            said.append(office.move("rakor", f"2024-0{1 + n // 25}", ("rakor", "refleksi")[n // 25 % 2]))
    said += [office.publish("refleksi", "2024-03"), office.confirm("refleksi", home=None)]
    return said


async def test_the_same_facts_give_the_same_bytes_however_they_are_cut_and_repeated(store: Store) -> None:
    said = a_year(SpeakingOffice())
    await read(store, said)
    first = await stored_bytes(store)
    await read(store, said)
    assert await stored_bytes(store) == first
    for cut in (1, 7, 100):
        await empty(store)
        await read(store, said, cut)
        await read(store, said, cut + 1)
        assert await stored_bytes(store) == first
    shuffled = [[one for one in said if one.partition == partition] for partition in (1, 0)]
    await empty(store)
    await read(store, [one for partition in shuffled for one in partition], 50)
    assert await stored_bytes(store) == first


async def test_figures_are_what_a_recount_of_the_changes_gives(store: Store) -> None:
    office = SpeakingOffice()
    await read(store, a_year(office), 30)
    (total,) = await rows(store)
    assert (total["activities"], total["seats"], total["confirmed"]) == (3, 860, 241)
    by_cell = await rows(store, "activity", "category", "home_regency", "cohort")
    by_rolled = await rows(store, "office", "month", "kind", "category")
    for table in (by_cell, by_rolled):
        assert sum(row["confirmed"] for row in table) == 241
        assert sum(row["seats"] or 0 for row in table) == 860
        assert {row["seats"] for row in table if row["category"]} == {None}, "seats belong to no category"
    assert [(row["cohort"], row["confirmed"]) for row in await rows(store, "cohort")] == [
        (None, 121),
        (1, 60),
        (2, 60),
    ]
    places = await rows(store, "province", "home_regency")
    assert [places[0][name] for name in ("province", "home_regency", "seats")] == ["51", None, 860]


async def test_months_bound_the_figures_on_both_sides(store: Store) -> None:
    office = SpeakingOffice()
    for n in range(1, 6):
        await read(store, [office.publish(f"a{n}", f"2024-0{n}", n)])
    assert [row["seats"] for row in await rows(store, "month", first="2024-02", last="2024-04")] == [2, 3, 4]
    assert (await rows(store, office="nobody"))[0]["seats"] == 0


async def test_an_activity_that_moves_takes_its_cells_and_roll_ups_along(store: Store) -> None:
    office = SpeakingOffice()
    said = [office.publish("rakor"), office.publish("lain", seats=5), office.confirm("rakor")]
    await read(store, said)
    await read(store, [office.move("rakor", "2024-03", "refleksi"), office.confirm("rakor", "komunitas")])
    for collection in ("cells", "roll_ups"):
        found = await store[collection].find({"month": "2024-03", "kind": "refleksi"}).to_list(None)
        assert sorted((row["category"] or "", row["seats"], row["confirmed"]) for row in found) == [
            ("", 400, 0),
            ("komunitas", 0, 1),
            ("mitra-kerja", 0, 1),
        ]
    assert [(row["month"], row["seats"]) for row in await rows(store, "month")] == [
        ("2024-01", 5),
        ("2024-03", 400),
    ]


async def test_a_cell_that_is_zero_throughout_is_gone(store: Store) -> None:
    office = SpeakingOffice()
    first = office.confirm("rakor")
    back = replace(
        office.confirm("rakor"),
        value=office.confirm("rakor").value.replace(b'"confirmed":1', b'"confirmed":-1'),
    )
    back = replace(back, value=back.value.replace(b'"number":3', b'"number":2'))
    await read(store, [office.publish("lain", partition=1), first])
    assert await store["cells"].count_documents({}) == 2
    await read(store, [back])
    assert await store["cells"].count_documents({}) == 1
    assert await store["roll_ups"].count_documents({}) == 1


async def test_a_fact_of_an_unknown_type_is_counted(store: Store) -> None:
    office = SpeakingOffice()
    unknown = office.confirm("rakor", type_="id.simpul.registration.transferred.v3")
    await read(store, [unknown, office.publish("rakor")])
    assert [(row["month"], row["confirmed"]) for row in await rows(store, "month")] == [("2024-01", 1)]


async def test_a_newer_office_is_counted_by_what_is_known(store: Store) -> None:
    office = SpeakingOffice()

    def newer(record: Spoken, old: bytes, new: bytes) -> Spoken:
        assert old in record.value
        return replace(record, value=record.value.replace(old, new))

    published = office.publish("rakor")
    category = newer(office.confirm("rakor"), b'"mitra-kerja"', b'"widyaiswara","level":"madya"')
    measure = newer(office.confirm("rakor"), b'"confirmed":1', b'"confirmed":1,"certificates":1')
    totals = newer(
        office.total(activities=1, seats=400, confirmed=2),
        b'"confirmed":2',
        b'"confirmed":2,"certificates":1',
    )
    await read(store, [published, category, measure, totals])
    counted = {row["category"]: row["confirmed"] for row in await rows(store, "category")}
    assert counted == {"widyaiswara": 1, "mitra-kerja": 1, None: 0}
    one = await standing(store, office)
    assert (one.stopped, one.facts, one.control) == (None, 4, "equal")


async def test_control_totals_are_compared_at_their_own_number(store: Store) -> None:
    office = SpeakingOffice()
    await read(store, [office.publish("rakor"), office.confirm("rakor")])
    assert (await standing(store, office)).control == "waiting"
    await read(store, [office.total(activities=1, seats=400, confirmed=1), office.confirm("rakor")])
    assert (await standing(store, office)).control == "equal"
    await read(store, [office.publish("lain", partition=1)])
    assert (await standing(store, office)).control == "waiting"
    await read(
        store, [office.total(1, activities=1, seats=400), office.total(activities=1, seats=400, confirmed=1)]
    )
    assert (await standing(store, office)).control == "differs"
    await read(store, [office.total(activities=1, seats=400, confirmed=2)])
    assert (await standing(store, office)).control == "equal"


async def test_the_store_does_not_grow_with_people(store: Store) -> None:
    async def documents() -> int:
        return sum([await store[name].count_documents({}) for name in COUNTED])

    office = SpeakingOffice()
    await read(store, [office.publish("webinar", seats=20_000)])
    await read(store, [office.confirm("webinar", ("guru", "dinas")[n % 2]) for n in range(1_000)])
    after_a_thousand = await documents()
    await read(store, [office.confirm("webinar", ("guru", "dinas")[n % 2]) for n in range(9_000)])
    assert (await rows(store))[0]["confirmed"] == 10_000
    assert await documents() == after_a_thousand


async def test_two_instances_given_the_same_records_count_them_once(store: Store) -> None:
    said = a_year(SpeakingOffice())
    cut = [tuple(said[start : start + 20]) for start in range(0, len(said), 20)]
    pair = [reader(store), reader(store)]
    for number, batch in enumerate(cut):
        await asyncio.gather(*(one.read(batch) for one in pair))
        await pair[number % 2].read(batch)  # the one that came second reads again
    alone = await stored_bytes(store)
    assert (await rows(store))[0]["confirmed"] == 241
    await empty(store)
    await read(store, said)
    assert await stored_bytes(store) == alone


def forged(record: Spoken, office: SpeakingOffice) -> Spoken:
    return replace(record, value=record.value.replace(office.code.encode(), b"tetangga"))


@pytest.mark.parametrize("cut", [1, 500])
@pytest.mark.parametrize("kind", ["ledger", "office", "unreadable", "body"])
async def test_what_cannot_be_stops_its_office_and_no_other(store: Store, kind: str, cut: int) -> None:
    office, other = SpeakingOffice(), SpeakingOffice()
    said = [office.publish("rakor"), office.confirm("rakor"), office.confirm("rakor")]
    if kind == "ledger":
        office.ledger = "f" * 32
    bad = office.publish("lain")
    if kind == "office":
        bad = forged(bad, office)
    if kind == "unreadable":
        bad = replace(bad, value=bad.value[:-1])
    if kind == "body":
        bad = replace(bad, value=bad.value.replace(b'"2024-01"', b'"2024-99"'))
    await read(
        store, [*said, bad, other.publish("rakor", seats=50), office.publish("satu", partition=1)], cut
    )
    assert (await standing(store, office)).stopped
    assert (await standing(store, office)).facts == 3
    assert (await standing(store, other)).stopped is None
    assert (await rows(store, office=other.code))[0]["seats"] == 50
    before = await rows(store, office=office.code)
    await read(store, [office.publish("dua", partition=1), other.publish("dua", partition=1, seats=1)])
    assert await rows(store, office=office.code) == before
    assert (await rows(store, office=other.code))[0]["seats"] == 51


async def test_a_stopped_office_goes_on_once_the_topic_is_mended(store: Store) -> None:
    office = SpeakingOffice()
    good = office.publish("rakor")
    await read(store, [replace(good, value=b"{")])
    assert (await standing(store, office)).stopped
    await read(store, [good])
    assert (await standing(store, office)).stopped is None
    assert (await rows(store))[0]["seats"] == 400


async def test_partitions_of_two_ledgers_stop_their_office(store: Store) -> None:
    office, other = SpeakingOffice(), SpeakingOffice()
    first = office.publish("rakor")
    office.ledger = "e" * 32
    await read(store, [first])
    await read(store, [office.publish("lain", partition=1), other.publish("rakor", seats=3)])
    assert "ledgers" in str((await standing(store, office)).stopped)
    assert (await rows(store, office=other.code))[0]["seats"] == 3


async def test_sums_beyond_what_readers_agree_on_stop_the_office(store: Store) -> None:
    office = SpeakingOffice()
    said = [office.publish(f"a{n}", seats=2**53 - 1) for n in range(2)]
    await read(store, said)
    assert (await standing(store, office)).facts == 1
    assert (await standing(store, office)).stopped


async def test_an_office_bears_the_name_that_began_last_and_already(store: Store) -> None:
    office = SpeakingOffice()
    await read(store, [office.describe("BGP Contoh", "BBGP Contoh")])
    assert (await standing(store, office)).name == "BBGP Contoh"
    assert (await standing(store, office)).ledger == office.ledger
