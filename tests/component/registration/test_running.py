"""Seats changed and an activity called off, by its staff."""

import re
from typing import Any

import httpx

from tests.component.registration.browser import announce, heading, landed, submitted, typed
from tests.component.registration.test_desk import DESK, marks
from tests.component.registration.test_pages import sound
from tests.component.registration.test_staff import staff_at
from tests.support.servers import Servers

SEATS, CANCEL = f"{DESK}/kursi", f"{DESK}/batal"


def said(page: httpx.Response) -> str:
    """What a page says was just done."""
    return "".join(re.findall(r'role="status" tabindex="-1" autofocus>([^<]*)<', page.text))


async def test_what_a_page_says_was_done_is_of_that_page_and_of_ours(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        for name in ("uji", "dua"):
            await announce(client, name, 1)
            for number in (1, 2, 3):
                await submitted(client, name, **typed(number))
        form = await marks(client, SEATS)
        answer = await client.post(SEATS, data=form | {"kursi-semua": "2"})
        told = "Kursi dinaikkan menjadi 2; 1 orang naik dari daftar tunggu dan menerima email."
        there = answer.headers["Location"]
        assert said(await client.get(there)) == told
        for elsewhere in (
            there.replace("/uji?", "/dua?"),
            there[:-1] + "AB"[there[-1] == "A"],
            f"{DESK}?selesai=x",
        ):
            assert said(await client.get(elsewhere)) == ""
        same = await client.post(SEATS, data=await marks(client, SEATS) | {"kursi-semua": "2"})
        assert "Tidak ada yang berubah" in said(await landed(client, same))


async def test_seats_are_changed_and_a_mistake_is_told_at_its_quota(brokerless: Servers) -> None:
    quotas: list[dict[str, Any]] = [
        {"id": "guru", "seats": 2, "categories": ["guru"]},
        {"id": "mitra-kerja", "seats": 5, "categories": ["mitra-kerja"]},
    ]
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", quotas=quotas)
        for number in range(3):
            await submitted(client, "uji", **typed(number))
        page = await client.get(SEATS)
        sound(page)
        assert 'value="2"' in page.text
        assert "2 kursi sudah terisi" in page.text
        for guru, told in (("1", "paling sedikit 2"), ("dua", "dengan angka"), ("²", "dengan angka")):
            form = await marks(client, SEATS) | {"kursi-guru": guru, "kursi-mitra-kerja": "7"}
            wrong = await client.post(SEATS, data=form)
            assert (wrong.status_code, told in wrong.text) == (422, True), guru
            assert re.findall(r'<li><a href="#([^"]+)">', wrong.text) == ["kursi-guru"]
            assert f'value="{guru}"' in wrong.text
        form = await marks(client, SEATS) | {"kursi-guru": "3", "kursi-mitra-kerja": "7"}
        page = await landed(client, await client.post(SEATS, data=form))
        told = "Kursi dinaikkan: guru menjadi 3, mitra kerja menjadi 7; 1 orang naik dari daftar tunggu"
        assert f"{told} dan menerima email." in said(page)
        assert (await client.post(SEATS, data=form)).status_code == 303, "pressed twice it is one change"
        assert "Guru: 3 dari 3 kursi terisi" in page.text, "who waited moved up"
        assert "Mitra kerja: 0 dari 7" in page.text
        row = await office.store["activities"].find_one({"_id": "uji"})
        assert row is not None
        assert row["described"]["quotas"][0]["categories"] == ["guru"], "whom it is for stays"


async def test_calling_off_asks_and_names_how_many_get_a_mail(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", 2)
        for number in range(3):
            await submitted(client, "uji", **typed(number))
        question = await client.get(CANCEL)
        sound(question)
        assert heading(question) == "Batalkan kegiatan?"
        assert (
            "3 orang akan menerima email pembatalan:</strong> 2 terkonfirmasi dan 1 di daftar"
            in question.text
        )
        form = await marks(client, CANCEL)
        wrong = await client.post(CANCEL, data=form | {"alasan": "a" * 2001})
        assert (wrong.status_code, '<a href="#alasan">' in wrong.text) == (422, True)
        assert await office.store["activities"].count_documents({"cancelled": True}) == 0
        answer = await client.post(CANCEL, data=form | {"alasan": "Banjir.\r\nMaaf."})
        assert answer.status_code == 303
        page = await landed(client, answer)
        assert said(page) == "Kegiatan dibatalkan. 3 orang dikabari lewat email."
        assert "Dibatalkan" in page.text
        assert CANCEL not in page.text
        assert "Banjir." in (await client.get("/kegiatan/uji")).text
        again = await client.post(CANCEL, data=await marks(client, "/staf/terbit") | {"alasan": "Lagi"})
        assert (again.status_code, "sudah dibatalkan" in again.text) == (409, True)
        assert "sudah dibatalkan" in (await client.get(CANCEL)).text
