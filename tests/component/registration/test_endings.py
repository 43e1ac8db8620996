"""An activity under way and over, as its participants and its staff see it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from shared.contracts.types import rfc3339
from tests.component.registration.browser import STAFF, announce, heading, landed, submitted, typed
from tests.component.registration.test_desk import link_to, marks
from tests.component.registration.test_pages import sound
from tests.component.registration.test_publishing import FORM, RIGHT, pressed
from tests.component.registration.test_staff import staff_at
from tests.support.servers import Servers

DAY = timedelta(days=1)


def meeting(starts: timedelta, number: int = 1) -> dict[str, Any]:
    begins = datetime.now(UTC) + starts
    times = {"starts": rfc3339(begins), "ends": rfc3339(begins + timedelta(hours=2))}
    return {"id": f"sesi-{number}", "title": f"Hari {number}", "zone": "WITA", "jp": 4, **times}


OVER, RUNNING, AHEAD = (
    [meeting(-3 * DAY)],
    [meeting(-DAY), meeting(DAY, number=2)],
    [meeting(DAY)],
)


async def page_of(client: httpx.AsyncClient, path: str) -> str:
    page = await client.get(path)
    assert page.status_code == 200
    sound(page)
    return page.text


async def test_pages_say_that_an_activity_is_under_way_or_over(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        for name, sessions in (("lewat", OVER), ("jalan", RUNNING), ("nanti", AHEAD)):
            await announce(client, name, 1, title=f"Rapat {name}", sessions=sessions)
        front, desk = await page_of(client, "/"), await page_of(client, "/staf")
        for page in (front, desk):
            assert page.index("Rapat nanti") < page.index("Rapat lewat"), "the past stands below"
            for word in (">Selesai<", ">Berlangsung<", ">Pendaftaran dibuka<"):
                assert page.count(word) == 1
        for name, word in (("lewat", "Selesai"), ("jalan", "Berlangsung")):
            for path in (f"/kegiatan/{name}", f"/staf/kegiatan/{name}"):
                page = await page_of(client, path)
                assert f">{word}<" in page
                assert "Pendaftaran dibuka<" not in page
        assert ">Daftar<" in await page_of(client, "/kegiatan/jalan")
        over = await page_of(client, "/kegiatan/lewat")
        assert "Kegiatan ini sudah selesai." in over
        assert ">Daftar<" not in over
        assert "Kursi" not in over, "nobody can take one"


async def test_who_registers_after_the_end_is_recorded_and_not_invited(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "lewat", 1, sessions=OVER)
        assert "hanya dicatat" in await page_of(client, "/kegiatan/lewat/daftar")
        for number, told in ((1, "Pendaftaran Anda kami catat;"), (2, "di daftar tunggu, urutan ke-1;")):
            answer = await submitted(client, "lewat", **typed(number))
            assert told in answer.text
            assert "Hadir sesuai jadwal" not in answer.text
            assert "Begitu ada tempat" not in answer.text
        one = await link_to(client, "uji1@", "/staf/kegiatan/lewat")
        assert "tidak diberikan kepada orang lain" in await page_of(client, f"{one}/batal")
        await client.post(f"{one}/batal", data=await marks(client, f"{one}/batal"))
        waiting = await page_of(client, await link_to(client, "uji2@", "/staf/kegiatan/lewat"))
        assert ">Daftar tunggu<" in waiting


async def test_a_closing_after_the_last_session_is_warned_of_at_its_field_and_not_forbidden(
    brokerless: Servers,
) -> None:
    async with staff_at(brokerless) as (office, client):
        late = await marks(client, FORM) | RIGHT | {"closes": "2099-03-01T00:00"}
        shown = await client.post(FORM, data=late)
        assert "Pendaftaran ditutup: Ini sesudah pertemuan terakhir selesai." in shown.text
        warned = await pressed(client, shown, "perbaiki")
        assert warned.status_code == 200
        hint = warned.text.partition('id="closes-petunjuk">')[2].partition("</p>")[0]
        assert "Ini sesudah pertemuan terakhir selesai." in hint
        assert await office.store["activities"].count_documents({}) == 0
        meant = await pressed(client, shown, "umumkan")
        assert heading(await landed(client, meant)) == "Rapat koordinasi uji"


async def test_a_wrong_mark_of_somebody_cancelled_is_taken_back_at_the_desk(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji", sessions=RUNNING)
        await submitted(client, "uji", **typed(1))
        one = await link_to(client, "uji1@")
        ticked = await marks(client, one) | {"hadir": "sesi-1"}
        await client.post(f"{one}/kehadiran", data=ticked)
        await client.post(f"{one}/batal", data=await marks(client, f"{one}/batal"))
        page = await page_of(client, one)
        assert 'value="sesi-1" checked' in page
        assert 'value="sesi-2"' not in page
        answer = await client.post(f"{one}/kehadiran", data=await marks(client, one) | {"semula": "sesi-1"})
        assert answer.status_code == 303
        assert "sesi-1" not in await page_of(client, one)
        seen = (await client.get("/api/v1/activities/uji/registrations", headers=STAFF)).json()
        assert [one["sessions"] for one in seen["registrations"]] == [[]]
