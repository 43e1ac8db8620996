"""What the directorate asks over HTTP, answered from a real database."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
import pytest_asyncio

from services.reporting.gaps import Gaps
from services.reporting.main import build
from services.reporting.reader import Reader
from services.reporting.settings import ReportingSettings
from shared.mongo.driver import Store
from tests.support.offices import SpeakingOffice

pytestmark = pytest.mark.broker


@pytest_asyncio.fixture
async def directorate(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the service; its lifespan does not run, so that only the test's own facts are read."""
    app = build(ReportingSettings(directorate_name="Direktorat <Contoh>"), store)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://national") as client:
        yield client


async def told(store: Store) -> SpeakingOffice:
    office = SpeakingOffice()
    said = [office.describe("BGP <b>Contoh</b>"), office.publish("rakor"), office.confirm("rakor")]
    said += [
        office.confirm("rakor", "komunitas", cohort=2),
        office.total(activities=1, seats=400, confirmed=2),
    ]
    reader = Reader(store, Gaps("127.0.0.1:1"), lambda office, facts: None)
    await reader.read(tuple(said))
    await reader.read((SpeakingOffice(office.code).publish("rakor"),))
    return office


async def test_rows_and_offices_are_as_the_interface_names_them(
    store: Store, directorate: httpx.AsyncClient
) -> None:
    office = await told(store)
    asked = {"by": "month,category,cohort", "office": office.code, "from": "2024-01", "to": "2024-01"}
    answer = (await directorate.get("/api/v1/figures", params=asked)).json()
    assert datetime.fromisoformat(answer["as_of"]) <= datetime.now(UTC)
    no_people = {"waitlisted": 0, "cancelled": 0, "present": 0, "session_attendances": 0, "jp_attended": 0}
    assert answer["rows"] == [
        {"month": "2024-01", "category": category, "cohort": cohort, "activities": activities, "seats": seats}
        | {"confirmed": confirmed, **no_people}
        for category, cohort, activities, seats, confirmed in (
            (None, None, 1, 400, 0),
            ("komunitas", 2, 0, 0, 1),
            ("mitra-kerja", None, 0, 0, 1),
        )
    ]
    (standing,) = answer["offices"]
    assert standing.pop("stopped").startswith(f"facts of {office.code} come from ledger")
    assert standing == {
        "office": office.code,
        "name": "BGP <b>Contoh</b>",
        "ledger": office.ledger,
        "last_fact_at": "2024-01-02T01:00:05.000Z",
        "facts": 5,
        "gaps": 0,
        "control": "equal",
    }


async def test_csv_holds_the_same_rows(store: Store, directorate: httpx.AsyncClient) -> None:
    await told(store)
    asked = {"by": "office,category,home_regency"}
    rows = (await directorate.get("/api/v1/figures", params=asked)).json()["rows"]
    answer = await directorate.get("/api/v1/figures.csv", params=asked)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    texts = [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows]
    assert list(csv.DictReader(io.StringIO(answer.text))) == texts
    assert len(texts) == 3


@pytest.mark.parametrize(
    "asked", [{"by": "nik"}, {"by": "month,month"}, {"from": "2024-13"}, {"office": "$ne"}, {"to": "x"}]
)
async def test_a_question_that_does_not_fit_is_a_problem(
    directorate: httpx.AsyncClient, asked: dict[str, str]
) -> None:
    for path in ("/api/v1/figures", "/api/v1/figures.csv"):
        answer = await directorate.get(path, params=asked)
        assert (answer.status_code, answer.json()["reason"]) == (422, "invalid")
        assert answer.headers["content-type"] == "application/problem+json"


async def test_without_any_fact_there_is_one_row_of_zeros_and_a_page(directorate: httpx.AsyncClient) -> None:
    answer = (await directorate.get("/api/v1/figures")).json()
    assert set(answer["rows"][0].values()) == {0}
    assert answer["offices"] == []
    assert "Belum ada balai yang mengirim fakta" in (await directorate.get("/")).text


async def test_the_page_says_how_far_each_office_can_be_relied_upon(
    store: Store, directorate: httpx.AsyncClient
) -> None:
    await told(store)
    page = (await directorate.get("/")).text
    for said in (
        "Direktorat &lt;Contoh&gt;",
        "BGP &lt;b&gt;Contoh&lt;/b&gt;",
        "hari lalu</time>; 5 fakta dihitung",
        "cocok dengan laporan balai",
        "Pembacaan data balai ini dihentikan",
        "satu orang di dua kegiatan dihitung dua kali",
        "Januari 2024",
        "Mitra kerja",
    ):
        assert said in page
    assert "<script" not in page
