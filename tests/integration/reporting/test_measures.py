"""A measure is one line of one table: sums, totals, tables, answers and files have it, hidden as it says."""

import csv
import io
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
import python_calamine

from services.reporting.domain.measures import MEASURES, Closing, Exact, Following, Measure
from shared.mongo.driver import Store
from tests.integration.reporting.test_answers import client, read
from tests.integration.reporting.test_newer_offices import certified
from tests.support.markup import sound
from tests.support.office import AS_DIRECTORATE
from tests.support.offices import SpeakingOffice

HIDDEN = {"below": 5}
NAME: Any = "certificates"  # which no office may state as yet
Asked = tuple[httpx.AsyncClient, httpx.AsyncClient]


def declare(monkeypatch: pytest.MonkeyPatch, disclosure: Exact | Closing | Following) -> None:
    monkeypatch.setitem(MEASURES, NAME, Measure(NAME, "Sertifikat", "people", disclosure))


@pytest_asyncio.fixture
async def asked(store: Store) -> AsyncIterator[Asked]:
    """The directorate and a stranger."""
    async with client(store) as exact, client(store) as stranger:
        exact.headers.update(AS_DIRECTORATE)
        yield exact, stranger


async def counted(store: Store) -> SpeakingOffice:
    """Twelve partners with a certificate each; eight communities, three of them with one."""
    office = SpeakingOffice()
    said = [office.publish("rakor"), *(certified(office) for _ in range(12))]
    said += [office.confirm("rakor", "komunitas") for _ in range(5)]
    said += [certified(office, 1, "komunitas") for _ in range(3)]
    await read(store, said)
    return office


async def by_category(one: httpx.AsyncClient) -> dict[str | None, Any]:
    rows = (await one.get("/api/v1/figures", params={"by": "category"})).json()["rows"]
    return {row["category"]: row[NAME] for row in rows}


async def test_what_is_declared_is_told_on_pages_in_answers_and_in_files(
    store: Store, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(monkeypatch, Closing(NAME))
    office = await counted(store)
    exact, stranger = asked
    assert await by_category(exact) == {None: 0, "komunitas": 3, "mitra-kerja": 12}
    for path in ("/", f"/balai/{office.code}"):
        page = (await exact.get(path)).text
        sound(page)
        assert "<dt>Sertifikat</dt><dd>15</dd>" in page
        assert page.count('scope="col">Sertifikat</th>') == 3
    text = (await exact.get("/api/v1/figures.csv?by=category")).text
    assert [row[NAME] for row in csv.DictReader(io.StringIO(text))] == ["0", "3", "12"]
    book = (await exact.get("/api/v1/figures.xlsx?by=category")).content
    sheets = python_calamine.load_workbook(io.BytesIO(book))
    head, *rows = sheets.get_sheet_by_name("Angka").to_python()
    assert [row[head.index(NAME)] for row in rows] == [0, 3, 12]
    assert [NAME, "Sertifikat"] in sheets.get_sheet_by_name("Keterangan").to_python(skip_empty_area=True)
    assert (await stranger.get("/api/v1/figures")).json()["rows"][0][NAME] == 15


@pytest.mark.parametrize(
    ("disclosure", "told"),
    [
        (Exact(), {None: 0, "komunitas": 3, "mitra-kerja": 12}),
        (Closing("certificates"), {None: 0, "komunitas": HIDDEN, "mitra-kerja": {"at_least": 5}}),
        (Closing("confirmed"), {None: 0, "komunitas": HIDDEN, "mitra-kerja": {"at_least": 5}}),
        (Following("confirmed"), {None: 0, "komunitas": 3, "mitra-kerja": 12}),
    ],
)
async def test_a_stranger_is_told_of_it_what_it_says_itself(
    store: Store,
    asked: Asked,
    monkeypatch: pytest.MonkeyPatch,
    disclosure: Exact | Closing | Following,
    told: dict[str | None, Any],
) -> None:
    declare(monkeypatch, disclosure)
    await counted(store)
    assert await by_category(asked[1]) == told


async def test_what_nobody_declares_is_counted_and_told_to_nobody(store: Store, asked: Asked) -> None:
    await counted(store)
    assert [row[NAME] async for row in store["roll_ups"].find({"category": "komunitas"})] == [3]
    for one in asked:
        assert NAME not in (await one.get("/api/v1/figures")).text
        assert "Sertifikat" not in (await one.get("/")).text
