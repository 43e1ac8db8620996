"""Forty offices over five years: every page stays small, and every row is on one."""

import html
import re
from collections.abc import Sequence
from typing import get_args

import httpx
import pytest_asyncio

from shared.contracts.facts import ActivityCounted, Cell, Change
from shared.contracts.types import Category
from shared.mongo.driver import Store
from tests.integration.reporting.test_answers import client, read
from tests.support.markup import sound
from tests.support.office import AS_DIRECTORATE
from tests.support.offices import SpeakingOffice, Spoken

OFFICES, ACTIVITIES, MONTHS = 40, 24, 60
NAME = "Balai Besar Guru dan Tenaga Kependidikan Provinsi Daerah Istimewa Nomor"
FILTERED = "category=kepala-sekolah&from=2021-01&to=2025-12&province=51&kind=rakor"


def counted(office: SpeakingOffice, activity: str, turn: int) -> Spoken:
    changes = [
        Change(
            cell=Cell(activity=activity, category=category, home_regency="51.03"),
            add={"confirmed": 100_000 + turn, "present": 90_000, "cancelled": 10_000, "jp_attended": 12_345},
        )
        for category in get_args(Category)
    ]
    return office.state(ActivityCounted(activity=activity, changes=tuple(changes)))


def years_of(office: SpeakingOffice, number: int, activities: int) -> list[Spoken]:
    said = [office.describe(f"{NAME} {number:02}")]
    for turn in range(activities):
        month = turn * MONTHS // activities
        activity = f"lokakarya-guru-penggerak-angkatan-{turn:03}"
        said.append(office.publish(activity, f"{2021 + month // 12}-{month % 12 + 1:02}"))
        said.append(counted(office, activity, turn))
    return said


@pytest_asyncio.fixture
async def offices(store: Store) -> Sequence[SpeakingOffice]:
    """All of them stopped, which takes the most words."""
    made = [SpeakingOffice(f"balai-yang-ke-{number:02}") for number in range(OFFICES)]
    for number, office in enumerate(made):
        said = years_of(office, number, 120 if number == 0 else ACTIVITIES)
        await read(store, said)
        await read(store, [SpeakingOffice(office.code).publish("lain")])
    return made


async def turned(asking: httpx.AsyncClient, path: str, list_: str) -> list[str]:
    """The pages of one list, by the links that lead on."""
    pages, seen = [(await asking.get(path)).text], {path}
    while found := re.search(rf'href="(\?[^"]*hal-{list_}=\d+)#{list_}" rel="next"', pages[-1]):
        onward = html.unescape(found[1])
        assert onward not in seen
        seen.add(onward)
        pages.append((await asking.get(path.partition("?")[0] + onward)).text)
    return pages


async def test_every_page_of_a_nation_of_years_is_small_and_every_row_is_on_one(
    store: Store, offices: Sequence[SpeakingOffice]
) -> None:
    async with client(store) as asking:
        await every_row_is_on_a_page(asking, offices[0].code)
        await lists_are_turned_one_by_one(asking)
        asking.headers.update(AS_DIRECTORATE)
        await every_row_is_on_a_page(asking, offices[0].code)


async def every_row_is_on_a_page(asking: httpx.AsyncClient, office: str) -> None:
    rows: dict[str, list[str]] = {}
    for path in ("/", f"/balai/{office}"):
        for list_ in ("balai", "kegiatan", "bulan", "unsur", "data"):
            for page in await turned(asking, path, list_):
                sound(page)
                part = page.partition(f'<h2 id="{list_}">')[2].partition("</section>")[0]
                row = r"<h3>(.*?)</h3>" if list_ == "data" else r'scope="row">(?:<a[^>]*>)?([^<]*)'
                rows.setdefault(path + list_, []).extend(re.findall(row, part))
    filtered = [f"/?{FILTERED}", f"/balai/{office}?{FILTERED}&hal-kegiatan=3"]
    for path in (*filtered, "/saring", f"/saring?{FILTERED}&to=x", f"/balai/{office}/saring"):
        sound((await asking.get(path)).text)
    assert rows["/balai"] == [f"{NAME} {number:02}" for number in range(OFFICES)]
    assert rows["/data"] == rows["/balai"]
    months = rows["/bulan"]
    assert (len(months), months[0], months[-1]) == (MONTHS, "Desember 2025", "Januari 2021")
    assert len(rows["/unsur"]) == len(set(rows["/unsur"])) == len(get_args(Category))
    activities = rows[f"/balai/{office}kegiatan"]
    assert len(activities) == len(set(activities)) == 120


async def lists_are_turned_one_by_one(asking: httpx.AsyncClient) -> None:
    """The filters and the pages of other lists stay; a page that is not there is the last."""
    page = (await asking.get("/?hal-balai=2&hal-bulan=99&hal-unsur=x&kind=rakor")).text
    assert "Halaman 2 dari 5" in page
    assert "Halaman 5 dari 5" in page, "of the months"
    links = [html.unescape(link) for link in re.findall(r'href="(\?[^"]+)#balai"', page)]
    assert links == [f"?kind=rakor&hal-balai={number}&hal-bulan=99" for number in (1, 3)]
