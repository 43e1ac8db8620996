"""What the directorate asks over HTTP, answered from a real database."""

import csv
import hashlib
import html
import io
import re
import zipfile
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations
from typing import Any, get_args

import httpx
import pytest
import pytest_asyncio
import python_calamine
from prometheus_client import CollectorRegistry

from services.reporting.domain.measures import MEASURES as DECLARED
from services.reporting.domain.questions import OF_PERSONS, Dimension
from services.reporting.domain.suppression import cell_text
from services.reporting.entrypoints.reader import Reader
from services.reporting.main import public
from services.reporting.settings import ReportingSettings
from services.reporting.storage.gaps import Gaps
from services.reporting.storage.provision import FIGURES_OF_OFFICES
from shared.contracts.facts import MEASURES, ActivityCounted, Cell, Change, Measure
from shared.mongo.driver import Store
from shared.sign_ins import SignIns
from tests.support.markup import sound
from tests.support.office import AS_DIRECTORATE, DIRECTORATE_TOKEN, SESSION_KEYS
from tests.support.offices import NO_BROKER, SpeakingOffice, Spoken


@pytest_asyncio.fixture
async def directorate(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    """It bears the token. Only the test's own facts are read."""
    async with client(store) as one:
        one.headers.update(AS_DIRECTORATE)
        yield one


@pytest_asyncio.fixture
async def stranger(store: Store) -> AsyncIterator[httpx.AsyncClient]:
    async with client(store) as one:
        yield one


def settings_of(**changed: Any) -> ReportingSettings:
    given = {
        "directorate_name": "Direktorat <Contoh>",
        "session_keys": SESSION_KEYS,
        "failed_sign_ins_per_address": 1_000_000,
        "directorate_token_hash": hashlib.sha256(DIRECTORATE_TOKEN.encode()).hexdigest(),
    }
    return ReportingSettings(**(given | changed))


def client(store: Store, **changed: Any) -> httpx.AsyncClient:
    """Of an instance of its own."""
    settings = settings_of(**changed)
    sign_ins = SignIns(CollectorRegistry(), settings.failed_sign_ins_per_address)
    app = public(settings, store, sign_ins)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=str(settings.public_url))


async def told(store: Store) -> SpeakingOffice:
    office = SpeakingOffice()
    said = [office.describe("BGP <b>Contoh</b>"), office.publish("rakor"), office.confirm("rakor")]
    said += [
        office.confirm("rakor", "komunitas", cohort=2),
        office.total(activities=1, seats=400, confirmed=2),
    ]
    await read(store, said)
    await read(store, [SpeakingOffice(office.code).publish("rakor")])
    return office


async def read(store: Store, said: Sequence[Spoken]) -> None:
    await Reader(store, 0, Gaps(NO_BROKER), lambda office, facts: None).read(tuple(said))


async def gathered(store: Store) -> tuple[SpeakingOffice, SpeakingOffice]:
    """Two offices of one activity each, the first with a handful of one category."""
    first, second = SpeakingOffice(), SpeakingOffice()
    said = [first.describe("BGP Satu"), first.publish("rakor"), second.describe("BGP Dua")]
    said += [first.confirm("rakor", "mitra-kerja") for _ in range(20)]
    said += [first.confirm("rakor", "komunitas", cohort=2) for _ in range(3)]
    said += [second.publish("diskusi", "2023-09", 60)]
    said += [second.confirm("diskusi", "fasilitator", "13.71", 1) for _ in range(7)]
    await read(store, [one for one in said if one.topic == first.topic])
    await read(store, [one for one in said if one.topic == second.topic])
    return first, second


async def test_rows_and_offices_are_as_the_interface_names_them(
    store: Store, directorate: httpx.AsyncClient
) -> None:
    office = await told(store)
    asked = {"by": "month,category,cohort", "office": office.code, "from": "2024-01", "to": "2024-01"}
    answer = (await directorate.get("/api/v1/figures", params=asked)).json()
    assert datetime.fromisoformat(answer["as_of"]) <= datetime.now(UTC)
    no_people = {
        "beyond": 0,
        "waitlisted": 0,
        "cancelled": 0,
        "present": 0,
        "session_attendances": 0,
        "jp_attended": 0,
        "invited": 0,
        "came_by_invitation": 0,
    }
    assert answer["rows"] == [
        {"month": "2024-01", "category": category, "cohort": cohort, "activities": activities, "seats": seats}
        | {"confirmed": confirmed, **no_people}
        for category, cohort, activities, seats, confirmed in (
            (None, None, 1, 400, 0),
            ("komunitas", 2, None, None, 1),
            ("mitra-kerja", None, None, None, 1),
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


def cell(name: str, value: Any, written: Callable[[Any], Any] = str) -> Any:
    """As a file holds it."""
    if value is None:
        return "–" if name in MEASURES else ""
    return written(value)


async def test_what_cannot_be_split_is_a_dash_and_never_zero(
    store: Store, directorate: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    first, _ = await gathered(store)
    for one, asked in (
        (directorate, {"category": "komunitas"}),
        (directorate, {"cohort": "2"}),
        (stranger, {"category": "komunitas"}),
        (directorate, {"category": "dinas"}),
    ):
        for path in ("/", f"/balai/{first.code}"):
            page = (await one.get(path, params=asked)).text
            for label in ("Kegiatan", "Kursi"):
                assert f"<dt>{label}</dt><dd>–</dd>" in page, (path, asked)
        for by in ("", "office", "month", "activity"):
            rows = (await one.get("/api/v1/figures", params=asked | {"by": by})).json()["rows"]
            assert {(row["activities"], row["seats"]) for row in rows} <= {(None, None)}
    whole = (await directorate.get("/api/v1/figures?by=category")).json()["rows"]
    assert [(row["category"], row["activities"], row["seats"]) for row in whole] == [
        (None, 2, 460),
        ("fasilitator", None, None),
        ("komunitas", None, None),
        ("mitra-kerja", None, None),
    ]
    unfiltered = (await directorate.get("/")).text
    assert "<dt>Kegiatan</dt><dd>2</dd>" in unfiltered


async def test_csv_holds_the_same_rows(store: Store, directorate: httpx.AsyncClient) -> None:
    await told(store)
    asked = {"by": "office,category,home_regency"}
    rows = (await directorate.get("/api/v1/figures", params=asked)).json()["rows"]
    answer = await directorate.get("/api/v1/figures.csv", params=asked)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    texts = [{name: cell(name, value) for name, value in row.items()} for row in rows]
    assert list(csv.DictReader(io.StringIO(answer.text))) == texts
    assert len(texts) == 3


@pytest.mark.parametrize(
    "asked",
    [
        {"by": "nik"},
        {"by": "month,month"},
        {"from": "2024-13"},
        {"office": "$ne"},
        {"to": "x"},
        {"cohort": "x"},
        {"province": "5"},
    ],
)
async def test_a_question_that_does_not_fit_is_a_problem(
    directorate: httpx.AsyncClient, asked: dict[str, str]
) -> None:
    for path in ("/api/v1/figures", "/api/v1/figures.csv", "/api/v1/figures.xlsx"):
        answer = await directorate.get(path, params=asked)
        assert (answer.status_code, answer.json()["reason"]) == (422, "invalid")
        assert answer.headers["content-type"] == "application/problem+json"


async def test_without_any_fact_there_is_one_row_of_zeros_and_a_page(directorate: httpx.AsyncClient) -> None:
    answer = (await directorate.get("/api/v1/figures")).json()
    assert set(answer["rows"][0].values()) == {0}
    assert answer["offices"] == []
    assert "Belum ada balai yang mengirim data" in (await directorate.get("/")).text


async def test_the_page_says_how_far_each_office_can_be_relied_upon(
    store: Store, directorate: httpx.AsyncClient
) -> None:
    await told(store)
    page = (await directorate.get("/")).text
    for said in (
        "Direktorat &lt;Contoh&gt;",
        "BGP &lt;b&gt;Contoh&lt;/b&gt;",
        "hari lalu</time>; 5 catatan dihitung",
        "cocok dengan laporan balai",
        "Pembacaan data balai ini dihentikan",
        "satu orang di dua kegiatan dihitung dua kali",
        "Januari 2024",
        "Mitra kerja",
    ):
        assert said in page
    assert "<script" not in page


@pytest.mark.parametrize(
    ("asked", "confirmed"),
    [
        ({}, 30),
        ({"kind": "rakor"}, 30),
        ({"province": "51"}, 30),
        ({"province": "13"}, 0),
        ({"category": "komunitas"}, 3),
        ({"cohort": "1"}, 7),
        ({"cohort": "2", "to": "2023-12"}, 0),
        ({"from": "2023-09", "to": "2023-09", "category": "fasilitator"}, 7),
    ],
)
async def test_figures_are_of_what_was_filtered(
    store: Store, directorate: httpx.AsyncClient, asked: dict[str, str], confirmed: int
) -> None:
    await gathered(store)
    (row,) = (await directorate.get("/api/v1/figures", params=asked)).json()["rows"]
    assert row["confirmed"] == confirmed
    page = (await directorate.get("/", params=asked)).text
    assert f"<dt>Terkonfirmasi</dt><dd>{confirmed}</dd>" in page


async def test_who_bears_no_token_learns_of_no_handful(
    store: Store, directorate: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    await gathered(store)

    async def confirmed(by: str, **where: str) -> list[object]:
        answer = await stranger.get("/api/v1/figures", params={"by": by} | where)
        return [row["confirmed"] for row in answer.json()["rows"]]

    assert await confirmed("category") == [0, 7, {"below": 5}, {"at_least": 5}]
    assert await confirmed("") == [30]
    assert await confirmed("month", to="2023-12") == [7]
    assert await confirmed("", category="komunitas") == [{"below": 5}]
    offices = (await stranger.get("/api/v1/figures")).json()["offices"]
    assert [one["facts"] for one in offices] == [None, None]
    by_category = await stranger.get("/api/v1/figures.csv?by=category")
    assert "komunitas,–,–,<5,0," in by_category.text
    assert "mitra-kerja,–,–,≥5,0," in by_category.text
    page = (await stranger.get("/?category=komunitas")).text
    assert "<dt>Terkonfirmasi</dt><dd>&lt;5</dd>" in page
    assert "catatan dihitung" not in page


@pytest.mark.parametrize("asked", [{"by": "cohort"}, {"by": "home_regency"}, {"cohort": "1"}])
async def test_what_sets_people_apart_is_for_the_directorate(
    stranger: httpx.AsyncClient, directorate: httpx.AsyncClient, asked: dict[str, str]
) -> None:
    answer = await stranger.get("/api/v1/figures", params=asked)
    assert (answer.status_code, answer.json()["reason"]) == (401, "unauthorized")
    assert (await directorate.get("/api/v1/figures", params=asked)).status_code == 200
    wrong = await stranger.get("/api/v1/figures", headers={"Authorization": "Bearer salah"})
    assert wrong.status_code == 401


async def test_the_workbook_reads_back_as_the_same_rows_and_holds_no_formula(
    store: Store, directorate: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    await gathered(store)
    office = SpeakingOffice()
    await read(store, [office.describe('=HYPERLINK("http://x.example")')])
    asked = {"by": "office,month,category"}
    for one in (directorate, stranger):
        rows = (await one.get("/api/v1/figures", params=asked)).json()["rows"]
        answer = await one.get("/api/v1/figures.xlsx", params=asked)
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
        head, *lines = book.get_sheet_by_name("Angka").to_python()
        assert head == [*rows[0]]
        assert lines == [[cell(name, value, cell_text) for name, value in row.items()] for row in rows]
        names = [line[1] for line in book.get_sheet_by_name("Balai").to_python()]
        assert '=HYPERLINK("http://x.example")' in names
        told = book.get_sheet_by_name("Keterangan").to_python()
        assert told[-len(head[3:]) :] == [[name, DECLARED[name].label] for name in head[3:]], (
            "what the titles mean"
        )
        with zipfile.ZipFile(io.BytesIO(answer.content)) as parts:
            assert not [name for name in parts.namelist() if b"<f>" in parts.read(name)]


async def test_an_answer_that_is_known_is_not_sent_again(
    store: Store, directorate: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    first, _ = await gathered(store)
    for path in ("/api/v1/figures?by=month", "/api/v1/figures.csv", "/api/v1/figures.xlsx"):
        tag = (await directorate.get(path)).headers["etag"]
        known = {"If-None-Match": f'"x", {tag}'}
        again = await directorate.get(path, headers=known)
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert (await stranger.get(path, headers=known)).status_code == 200
        await read(store, [first.confirm("rakor", "komunitas")])
        assert (await directorate.get(path, headers=known)).status_code == 200


async def test_every_page_is_small_links_to_the_same_rows_and_asks_no_other_host(
    store: Store, directorate: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    first, _ = await gathered(store)
    for one in (directorate, stranger):
        for path in (
            "/",
            f"/balai/{first.code}",
            "/masuk",
            "/?kind=rakor&from=2024-01&to=2024-12",
            "/?from=x",
            "/saring",
            f"/balai/{first.code}/saring?kind=rakor",
            "/balai/tidak-ada",
            "/tidak-ada",
        ):
            page = await one.get(path)
            sound(page.text)
            assert page.headers["content-security-policy"].startswith("default-src 'none'")
            for link in re.findall(r'href="(/api[^"]+)"', page.text):
                assert (await one.get(html.unescape(link))).status_code == 200, link
    linked = re.findall(r'href="(/api/v1/figures.csv[^"]+)"', (await directorate.get("/?kind=rakor")).text)
    assert [html.unescape(link).partition("?")[2] for link in linked] == [
        f"by={by}&kind=rakor" for by in ("office", "month", "category")
    ]
    assert f'href="/balai/{first.code}?kind=rakor"' in (await directorate.get("/?kind=rakor")).text


async def test_charts_say_in_words_what_they_draw(store: Store, directorate: httpx.AsyncClient) -> None:
    await gathered(store)
    page = (await directorate.get("/")).text
    titles = re.findall(r'<svg class="chart" role="img" aria-labelledby="(\S+) (\S+)"', page)
    assert len(titles) == 2
    for title, said in titles:
        assert re.search(f'<title id="{title}">[^<]+</title>', page)
        assert re.search(f'<desc id="{said}">[^<]+</desc>', page)
    assert "Batang Januari 2024 sampai September 2023: yang penuh terkonfirmasi, yang kosong hadir." in page
    assert re.search(r">September 2023</text><rect [^>]*/><text [^>]*>7 terkonfirmasi</text>", page)


async def test_an_offices_page_lists_its_activities(store: Store, directorate: httpx.AsyncClient) -> None:
    first, second = await gathered(store)
    page = (await directorate.get(f"/balai/{first.code}")).text
    assert "<h1>BGP Satu</h1>" in page
    assert "Kegiatan rakor<small>Januari 2024, Rapat koordinasi</small>" in page
    assert "diskusi" not in page.partition("<main")[2].partition("</details>")[2]
    assert (await directorate.get("/balai/tidak-ada")).status_code == 404
    assert f'href="/balai/{second.code}"' in (await directorate.get("/")).text


async def test_people_of_no_activity_are_a_row_of_their_own_for_the_directorate_alone(
    store: Store, directorate: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    office = SpeakingOffice()
    of_none = office.confirm("rakor")
    value = of_none.value.replace(b'{"activity":"rakor",', b'{"material":"modul-1",')
    await read(store, [replace(of_none, value=value), office.publish("rakor"), office.confirm("rakor")])
    page = (await directorate.get(f"/balai/{office.code}")).text
    assert "Kegiatan rakor" in page
    assert "Tanpa kegiatan" in page
    assert "dibatalkan" not in page.partition("Tanpa kegiatan")[2].partition("</tr>")[0]
    assert "Tanpa kegiatan" not in (await stranger.get(f"/balai/{office.code}")).text


def with_cancelled(office: SpeakingOffice, *counts: int) -> list[Spoken]:
    """An activity whose categories have this many cancelled, beside others that are alike in both."""
    said = [office.describe("BGP Satu"), office.publish("rakor"), office.publish("lain", "2024-02")]
    for activity, cancelled in (("rakor", counts), ("lain", (9, 2))):
        for category, count in zip(("guru", "komunitas"), cancelled, strict=True):
            cell = Cell(activity=activity, category=category, home_regency="51.03")
            add: dict[Measure, int] = {"confirmed": 30, "cancelled": count, "present": 12}
            said.append(
                office.state(ActivityCounted(changes=(Change(cell=cell, add=add),), activity=activity))
            )
    return said


async def everything_asked(stranger: httpx.AsyncClient, office: str) -> dict[str, str]:
    """Whatever a stranger may ask, but for the time of asking."""
    dimensions = [name for name in get_args(Dimension) if name not in OF_PERSONS]
    by = ["", *dimensions, *(",".join(pair) for pair in combinations(dimensions, 2)), ",".join(dimensions)]
    filters = ("", "category=guru", "category=komunitas", f"office={office}", "to=2024-01", "province=51")
    asked = [f"/api/v1/figures.csv?by={names}&{where}" for names in by for where in filters]
    asked += [f"{path}?{where}" for path in ("/", f"/balai/{office}") for where in filters]
    found = {path: (await stranger.get(path)).text for path in asked}
    told = (await stranger.get("/api/v1/figures")).json() | {"as_of": None}
    return {path: re.sub("<time.*?</time>", "", said) for path, said in found.items()} | {"json": str(told)}


async def test_two_nations_that_differ_in_a_handful_alone_are_the_same_to_a_stranger(
    store: Store, stranger: httpx.AsyncClient, directorate: httpx.AsyncClient
) -> None:
    code, ledger, seen = SpeakingOffice().code, "a" * 32, []
    for counts in ((27, 3), (29, 1), (26, 4), (24, 6)):
        await read(store, with_cancelled(SpeakingOffice(code, ledger), *counts))
        exact = (await directorate.get("/api/v1/figures?by=activity,category")).json()["rows"]
        assert [row["cancelled"] for row in exact if row["activity"] == "rakor"] == [0, *counts]
        seen.append(await everything_asked(stranger, code))
        for name in FIGURES_OF_OFFICES:
            await store[name].delete_many({})
    assert seen[0] == seen[1] == seen[2]
    assert seen[0] != seen[3], "six are no handful"


async def test_a_form_that_does_not_fit_says_what_to_write(
    store: Store, directorate: httpx.AsyncClient, stranger: httpx.AsyncClient
) -> None:
    page = await directorate.get("/?from=januari&kind=&cohort=dua")
    assert page.status_code == 422
    assert '<a href="#from">Dari bulan: tulis tahun dan bulan, misalnya 2024-01.</a>' in page.text
    assert 'value="januari"' in page.text
    assert '<a href="#cohort">Angkatan: tulis sebagai angka, misalnya 2.</a>' in page.text
    turned = await stranger.get("/?from=2024-05&to=2024-04")
    assert turned.status_code == 422
    assert '<a href="#to">Sampai bulan: pilih bulan yang tidak mendahului “Dari bulan”.</a>' in turned.text
    assert (await stranger.get("/?from=2024-05&to=2024-05")).status_code == 200
    told = (await stranger.get("/?cohort=1")).text
    assert "Menyaring menurut angkatan hanya untuk direktorat" in told
