"""The toy feature in whole services, on a real broker: plugging it in took its folder and the tables."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx
import pytest

from services.registration.connections import connected
from services.registration.main import running
from services.registration.storage.holdings import collect, remove
from services.registration.storage.provision import collections, provision
from services.registration.storage.recover import recover
from services.registration.storage.state_check import check_states
from services.reporting.domain.measures import Closing, Exact
from services.reporting.domain.questions import Filters, Question
from services.reporting.storage.figures import report
from tests.support.beside import beside, counted
from tests.support.office import STAFF_TOKEN, TestOffice, activity, both, new_office, office_file, person
from tests.support.servers import Servers
from tests.support.waiting import until
from tests.toy.survey_mails import ALL_AND_SURVEY_MAILS
from tests.toy.surveys import ALL_AND_SURVEYS, ANSWERS, WITH_SURVEYS, AnswerSurvey, plugged_in

pytestmark = pytest.mark.broker
STAFF = {"Authorization": f"Bearer {STAFF_TOKEN}", "Prefer": "wait=5"}
REF, OTHER = "a" * 24, "b" * 24


@pytest.fixture(autouse=True)
def surveys(request: pytest.FixtureRequest) -> Iterator[None]:
    with plugged_in(getattr(request, "param", Exact())):
        yield


@asynccontextmanager
async def office_with_surveys(servers: Servers) -> AsyncIterator[TestOffice]:
    async with new_office(servers) as office:
        await provisioned(office)
        yield office


async def provisioned(office: TestOffice) -> None:
    await provision(office.code, office.store, WITH_SURVEYS, office.kafka, office.partitions, 1)


@asynccontextmanager
async def service(office: TestOffice) -> AsyncIterator[httpx.AsyncClient]:
    settings, described = office.settings(), office_file(office.code)
    async with (
        connected(settings) as adapters,
        running(
            settings, described, replace(adapters, cluster=office.cluster), served=ALL_AND_SURVEYS
        ) as sides,
        both(sides, str(settings.public_url)) as client,
    ):
        yield client


async def answered(client: httpx.AsyncClient, ref: str, words: str) -> dict[str, Any]:
    said = {"ref": ref, "words": words}
    answer = await client.post("/api/v1/surveys/survei-1/answers", json=said, headers=STAFF)
    found: dict[str, Any] = answer.json()
    return found


async def test_it_is_asked_decided_published_shown_and_ticked(servers: Servers) -> None:
    async with office_with_surveys(servers) as office, service(office) as client:
        assert (await answered(client, REF, "Baik"))["result"] == "recorded"
        assert "1 jawaban" in (await client.get("/survei/survei-1")).text
        await office.put(AnswerSurvey(survey="survei-1", ref=OTHER, words="Kurang"), "survei-1")
        await office.at_rest()

        async def closed() -> bool:
            return (await answered(client, REF, "Terlambat")).get("reason") == "window_closed"

        await until(closed)
        facts = [fact for fact in await office.facts() if fact["type"].startswith("survey.")]
        kinds = [fact["type"] for fact in facts]
        assert kinds[-1] == "survey.closed"
        assert set(kinds[:-1]) == {"survey.answered"}
        assert "Baik" not in str(facts)
        findings = await check_states(office.store, WITH_SURVEYS)
        assert (findings.states, findings.mismatches) == (1, [])


async def test_it_comes_back_from_its_topic_and_says_what_does_not(servers: Servers) -> None:
    async with office_with_surveys(servers) as office:
        async with service(office) as client:
            await answered(client, REF, "Baik")
            await office.at_rest()
        right = await office.store["surveys"].find({}).to_list(None)
        await office.store.drop()
        await provisioned(office)
        said = await recover(office.of, WITH_SURVEYS, office.kafka, 1)
        assert "lost: survei-1: the words of an answer" in said
        assert await office.store["surveys"].find({}).to_list(None) == right
        async with service(office) as client:
            assert "1 jawaban" in (await client.get("/survei/survei-1")).text


async def test_what_it_holds_of_a_person_is_collected_and_removed_with_what_others_do(
    servers: Servers,
) -> None:
    async with office_with_surveys(servers) as office, service(office) as client:
        await office.put(activity("rakor"), "rakor")
        await client.post("/api/v1/activities/rakor/registrations", json=person(1), headers=STAFF)
        await client.post("/api/v1/activities/rakor/registrations", json=person(2), headers=STAFF)
        mine, other = await office.store["registrations"].find({}).sort("arrival", 1).to_list(None)
        ref = mine["who"]["ref"]
        await answered(client, ref, "Baik")
        await office.at_rest()
        held = await collect(WITH_SURVEYS, office.of, ref)
        assert {name: sorted(rows) for name, rows in held.items()} == {
            "people": ["people"],
            "gatherings": ["private", "registrations"],
            "surveys": ["survey_answers"],
        }
        assert "uji1@sekolah.example" in str(held)

        await remove(WITH_SURVEYS, office.of, ref)
        assert await collect(WITH_SURVEYS, office.of, ref) == {}
        for name in collections(WITH_SURVEYS):
            rows = str(await office.store[name].find({}).to_list(None))
            assert "uji1@sekolah.example" not in rows, name
            assert ref not in rows, name
        assert len(await collect(WITH_SURVEYS, office.of, other["who"]["ref"])) == 2

        # the office goes on: the seat stands, and whoever comes again is somebody new
        cancelled = await client.delete(f"/api/v1/registrations/{mine['_id']}", headers=STAFF)
        assert cancelled.json()["result"] == "cancelled"
        again = await client.post("/api/v1/activities/rakor/registrations", json=person(1), headers=STAFF)
        assert again.json()["result"] == "confirmed"
        await office.at_rest()
        findings = await check_states(office.store, WITH_SURVEYS)
        assert (findings.mismatches, findings.facts_erased) == ([], 1)


async def test_who_takes_part_is_mailed(servers: Servers) -> None:
    async with (
        office_with_surveys(servers) as office,
        service(office) as client,
        beside(office, ALL_AND_SURVEY_MAILS) as (sink, _),
    ):
        await office.put(activity("rakor"), "rakor")
        await client.post("/api/v1/activities/rakor/registrations", json=person(1), headers=STAFF)
        row = await office.store["registrations"].find_one({})
        assert row is not None
        said = {"registration": row["_id"]}
        answer = await client.post("/api/v1/surveys/rakor", json=said, headers=STAFF)
        assert answer.json()["result"] == "recorded"

        async def mailed() -> bool:
            return len(sink.kept) == 2

        await until(mailed)
        (fact,) = [one for one in await office.facts() if one["type"] == "survey.opened"]
        mail = next(one for one in sink.kept if one["Subject"].startswith("Survei dibuka: "))
        assert mail["To"] == "Ni Wayan Uji 1 <uji1@sekolah.example>"
        cause = f"{office.code}-{fact['partition']}-{fact['number']}"
        assert mail["X-Simpul-Delivery"] == f"{cause}:survey-opened:{row['_id']}:-"
        assert "Mohon isi survei" in mail.get_body(("plain",)).get_content()


@pytest.mark.parametrize(
    ("surveys", "shown"), [(Exact(), 2), (Closing(ANSWERS), {"below": 5})], indirect=["surveys"], ids=str
)
async def test_its_figure_is_counted_and_shown_as_declared(servers: Servers, shown: object) -> None:
    async with (
        office_with_surveys(servers) as office,
        service(office) as client,
        beside(office) as (_, nation),
    ):
        for ref in (REF, OTHER):
            await answered(client, ref, "Baik")
        await office.at_rest()
        assert (await counted(nation, office))[ANSWERS] == 2, "and control agrees"
        anyone = Question(("office",), Filters(office.code), exact=False)
        assert (await report(nation, anyone)).tables[0][0][ANSWERS] == shown
