"""Offices that count what this version does not know, and the version after it, which does."""

import re
from dataclasses import replace

import pytest

from services.reporting.storage.comparing import Keys, differing_keys, stored_figures
from services.reporting.storage.lease import FIGURES
from services.reporting.storage.provision import provision
from services.reporting.storage.rebuilding import Rebuild
from services.reporting.storage.revisions import due_revisions
from services.reporting.storage.unknown import UnknownCounts, unknown_counts
from shared.contracts.facts import MEASURES
from shared.mongo.driver import Store
from tests.integration.reporting.test_counting_facts import empty, read, rows, standing
from tests.support.offices import SpeakingOffice, Spoken, make_facts_topic, send_all

pytestmark = [pytest.mark.broker, pytest.mark.once]


def written(record: Spoken, old: str, new: str) -> Spoken:
    assert old.encode() in record.value
    return replace(record, value=record.value.replace(old.encode(), new.encode()))


def certified(office: SpeakingOffice, certificates: int = 1, category: str = "mitra-kerja") -> Spoken:
    record = office.confirm("rakor", category)
    return written(record, '"confirmed":1', f'"certificates":{certificates},"confirmed":1')


def alone(office: SpeakingOffice, measure: str, value: int) -> Spoken:
    return written(office.confirm("rakor"), '"confirmed":1', f'"{measure}":{value}')


def of_none(office: SpeakingOffice) -> Spoken:
    return written(office.confirm("rakor"), '{"activity":"rakor",', '{"material":"modul-1",')


async def differences(store: Store, office: str, read_at_once: list[Spoken]) -> Keys:
    """Between what is stored and what one batch of the same facts leaves."""
    before = await store.transaction(lambda session: stored_figures(store, office, session))
    await empty(store)
    await read(store, read_at_once)
    after = await store.transaction(lambda session: stored_figures(store, office, session))
    return differing_keys(before, after)


async def test_a_measure_that_is_not_known_is_added_up_and_shown_to_nobody(store: Store) -> None:
    office = SpeakingOffice()
    said = [office.publish("rakor"), certified(office), office.confirm("rakor"), certified(office, 2)]
    totals = office.total(activities=1, seats=400, confirmed=3)
    said.append(written(totals, '"confirmed":3', '"confirmed":3,"certificates":9'))
    await read(store, said)
    for name in ("cells", "roll_ups"):
        assert [row["certificates"] async for row in store[name].find({"category": "mitra-kerja"})] == [3]
    assert all(row.keys() == {"category", *MEASURES} for row in await rows(store, "category"))
    (veiled,) = await store["veiled"].find({}).to_list(None)
    assert veiled["whole"].keys() == {*MEASURES}
    one = await standing(store, office)
    assert (one.stopped, one.control) == (None, "equal")
    assert await unknown_counts(store) == {office.code: UnknownCounts(measures=1, cells=0)}


@pytest.mark.both_drivers
async def test_it_moves_with_its_activity_and_is_the_same_however_facts_are_cut(store: Store) -> None:
    office = SpeakingOffice()
    said = [office.publish("rakor"), office.confirm("rakor"), alone(office, "zeal", 4)]
    said += [certified(office), certified(office, 2, "guru"), office.move("rakor", "2024-03")]
    said += [alone(office, "zeal", -4), certified(office, 5)]
    for cut in (1, 3):
        await empty(store)
        await read(store, said, cut)
        rolled = {row["_id"]: row async for row in store["roll_ups"].find({"month": "2024-03"})}
        assert rolled[f"{office.code}|2024-03|rakor|mitra-kerja"]["certificates"] == 6
        assert await store["roll_ups"].count_documents({"month": "2024-01"}) == 0
        assert await differences(store, office.code, said) == {}


async def test_what_is_zero_throughout_is_gone_and_what_is_hidden_stays(store: Store) -> None:
    office = SpeakingOffice()
    await store["lease"].update_one({"_id": FIGURES}, {"$set": {"epoch": 0}}, upsert=True)
    await read(store, [office.publish("rakor")])
    await store["revisions"].delete_many({})
    await read(store, [alone(office, "certificates", 2)])
    assert await store["cells"].count_documents({}) == 2
    assert await due_revisions(store, 0) == [], "the national topic has no column for it"
    assert [row["category"] for row in await rows(store, "category")] == [None]
    await read(store, [alone(office, "certificates", -2)])
    assert await store["cells"].count_documents({}) == await store["roll_ups"].count_documents({}) == 1


async def test_people_of_no_activity_are_in_exact_totals_and_in_no_public_figure(store: Store) -> None:
    office = SpeakingOffice()
    said = [office.publish("rakor"), office.confirm("rakor"), of_none(office)]
    said.append(office.total(activities=1, seats=400, confirmed=2))
    await read(store, said)
    one = await standing(store, office)
    assert (one.stopped, one.control) == (None, "equal")
    assert [row["confirmed"] for row in await rows(store)] == [2]
    of_activities = {row["activity"]: row["confirmed"] for row in await rows(store, "activity")}
    assert of_activities == {"rakor": 1, None: 1}
    assert [row["activity"] async for row in store["veiled"].find({})] == ["rakor"]
    assert await unknown_counts(store) == {office.code: UnknownCounts(measures=0, cells=1)}
    assert await provision(store) == [], "nor is a public figure made of it later"
    assert await store["veiled"].count_documents({}) == 1


@pytest.mark.parametrize("name", ["$where", "a.b", "", "office", "Sertifikat", "x" * 41, "sërtifikat"])
async def test_a_measure_by_a_name_that_cannot_be_one_stops_its_office(store: Store, name: str) -> None:
    office, other = SpeakingOffice(), SpeakingOffice()
    bad = alone(office, name, 1)
    await read(store, [bad, office.publish("rakor"), other.publish("rakor")])
    one = await standing(store, office)
    assert one.stopped == f"{office.code} counts too many measures, or one by a name that cannot be one"
    assert one.facts == 0
    assert (await standing(store, other)).facts == 1


async def test_more_measures_than_anybody_counts_stop_the_office(store: Store) -> None:
    office = SpeakingOffice()
    await read(store, [alone(office, f"m{number}", 1) for number in range(60)])
    one = await standing(store, office)
    assert one.facts == 64 - len(MEASURES), "what it knows counts, too"
    assert re.search("too many measures", one.stopped or "")


async def as_by_a_version_before(store: Store, of_before: str, measure: str) -> None:
    """What was counted as `of_before`, under the name that it has since: nothing else tells of `measure`."""
    for name in ("cells", "roll_ups", "veiled"):
        await store[name].update_many({}, {"$unset": {measure: "", f"whole.{measure}": ""}})
        await store[name].update_many({of_before: {"$exists": True}}, {"$rename": {of_before: measure}})
    await store["cursors"].update_many({}, {"$unset": {f"sums.{measure}": ""}})
    await store["cursors"].update_many({}, {"$rename": {f"sums.{of_before}": f"sums.{measure}"}})


async def test_the_version_that_knows_a_measure_goes_on_where_the_one_before_ended(
    kafka: str, store: Store
) -> None:
    office = SpeakingOffice()
    await make_facts_topic(kafka, office)
    said = [office.publish("rakor"), office.publish("lain"), office.confirm("lain", "komunitas")]
    said += [office.confirm("rakor"), alone(office, "learnt", 2), alone(office, "learnt", 3)]
    said += [written(office.confirm("rakor", "guru"), '"confirmed":1', '"confirmed":1,"learnt":7')]
    more = [alone(office, "learnt", 4), office.move("rakor", "2024-03"), office.confirm("lain")]
    today = [replace(one, value=one.value.replace(b'"learnt"', b'"jp_attended"')) for one in (*said, *more)]
    await send_all(kafka, today)
    await read(store, said, 2)
    await as_by_a_version_before(store, "learnt", "jp_attended")
    await provision(store)
    _, keys = await Rebuild(store, kafka).run(mend=False)
    assert keys == {}
    await read(store, today, 2)
    assert (await rows(store))[0]["jp_attended"] == 16
    await provision(store)
    _, keys = await Rebuild(store, kafka).run(mend=False)
    assert keys == {}
