"""Approval, and seats that are offered for a while, as programs and the tick bring them about."""

import asyncio
from collections import Counter
from typing import Any
from urllib.parse import urlsplit

import httpx

from services.registration.storage.state_check import check_states
from shared.links import Links
from tests.component.registration.browser import STAFF, announce, heading, landed, submitted, typed
from tests.component.registration.test_desk import marks
from tests.component.registration.test_pages import sound
from tests.component.registration.test_publishing import wrong_fields
from tests.component.registration.test_running import said
from tests.component.registration.test_seating import arrived, ids, row_of
from tests.component.registration.test_staff import staff_at
from tests.support.features import ALL
from tests.support.office import LINK_KEYS, PUBLIC_URL, TestOffice
from tests.support.servers import Servers

LINKS = Links(PUBLIC_URL, LINK_KEYS)
ONE: list[dict[str, Any]] = [{"id": "semua", "seats": 1}]


async def mismatches(office: TestOffice) -> list[Any]:
    return (await check_states(office.store, ALL)).mismatches


async def statuses(office: TestOffice) -> dict[str, int]:
    rows = await office.store["registrations"].find({}).to_list(None)
    return dict(Counter(row["status"] for row in rows))


async def asked(client: httpx.AsyncClient, registration: str, verb: str, **body: Any) -> dict[str, Any]:
    path = f"/api/v1/registrations/{registration}/{verb}"
    answer = await client.post(path, headers=STAFF | {"Prefer": "wait=5"}, json=body or None)
    assert answer.status_code in (200, 409), answer.text
    return dict(answer.json())


async def test_programs_approve_and_reject(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", quotas=ONE, approval=True)
        await arrived(client, {}, {}, {})
        assert await statuses(office) == {"submitted": 3}
        first, second, third = await ids(office)
        approved = await asked(client, second, "approve")
        assert (approved["result"], approved["registration"]) == ("confirmed", second)
        waits = await asked(client, first, "approve")
        assert (waits["result"], waits["place"]) == ("waitlisted", 1)
        rejected = await asked(client, third, "reject", reason="Bukan sasaran kegiatan ini")
        assert rejected["result"] == "rejected"
        assert (await row_of(office, third))["reason"] == "Bukan sasaran kegiatan ini"
        again = await asked(client, first, "reject", reason="Berubah pikiran")
        assert again["reason"] == "already_answered"
        assert not await mismatches(office)
        facts = await office.store["facts"].find({}).to_list(None)
        assert "Bukan sasaran" not in str(facts), "a reason stays in the office"


async def test_an_offer_that_is_let_pass_goes_to_the_next_by_itself(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", quotas=ONE, offer_within="PT2S")
        await arrived(client, {}, {}, {})
        first, second, third = await ids(office)
        await client.delete(f"/api/v1/registrations/{first}", headers=STAFF | {"Prefer": "wait=5"})
        assert (await row_of(office, second))["status"] == "offered"
        async with asyncio.timeout(20):
            while (await row_of(office, third))["status"] != "offered":
                await asyncio.sleep(0.1)
        assert (await row_of(office, second))["status"] == "cancelled"
        late = await asked(client, second, "offer/accept")
        assert late["reason"] == "offer_ended"
        accepted = await asked(client, third, "offer/accept")
        assert accepted["result"] == "confirmed"
        assert not await mismatches(office)
        assert (await office.store["activities"].find_one({"_id": "uji"}) or {}).get("offers") is None


async def test_who_declines_leaves_the_seat_to_the_next(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", quotas=ONE, offer_within="P1D")
        await arrived(client, {}, {}, {})
        first, second, third = await ids(office)
        await client.delete(f"/api/v1/registrations/{first}", headers=STAFF | {"Prefer": "wait=5"})
        assert (await asked(client, second, "offer/decline"))["result"] == "cancelled"
        assert (await row_of(office, third))["status"] == "offered"
        assert not await mismatches(office)


async def test_staff_decide_on_many_at_once_and_give_a_reason(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", quotas=ONE, approval=True)
        shown = await client.get("/kegiatan/uji/daftar")
        assert "diputuskan panitia" in shown.text
        told = await submitted(client, "uji", **typed(1))
        assert heading(told) == "Pendaftaran Anda menunggu persetujuan"
        for number in (2, 3, 4):
            await submitted(client, "uji", **typed(number))
        first, second, third, fourth = await ids(office)
        desk = await client.get("/staf/kegiatan/uji")
        assert "Persetujuan (4 menunggu)" in desk.text
        page = "/staf/kegiatan/uji/persetujuan"
        sound(await client.get(page))
        assert (await client.get(f"{page}?semua=true")).text.count(" checked") == 4
        form = await marks(client, page)
        nobody = await client.post(page, data=form | {"putusan": "setuju"})
        assert (nobody.status_code, wrong_fields(nobody)) == (422, ["orang"])
        mute = await client.post(page, data=form | {"putusan": "tolak", "orang": [third]})
        assert (mute.status_code, wrong_fields(mute)) == (422, ["alasan"])
        assert f'value="{third}" checked' in mute.text, "what was ticked stays so"
        yes = await client.post(page, data=form | {"putusan": "setuju", "orang": [first, second]})
        assert said(await landed(client, yes)) == (
            "1 orang disetujui dan terkonfirmasi. "
            "1 orang disetujui; kuotanya penuh, jadi masuk daftar tunggu. Semuanya dikabari lewat email."
        )
        assert (await row_of(office, first))["status"] == "confirmed", "in the order of the list"
        form = await marks(client, page)
        no = await client.post(
            page, data=form | {"putusan": "tolak", "orang": [third], "alasan": "Penuh <b>"}
        )
        assert said(await landed(client, no)) == "1 orang tidak disetujui. Semuanya dikabari lewat email."
        one = await client.get(f"/staf/pendaftaran/{third}")
        sound(one)
        assert "Penuh &lt;b&gt;" in one.text
        history = await client.get("/staf/kegiatan/uji/riwayat")
        assert "menyetujui pendaftaran" in history.text
        assert "tidak menyetujui pendaftaran" in history.text
        assert "Penuh &lt;b&gt;" in history.text
        listed = await client.get("/staf/kegiatan/uji?status=rejected")
        assert listed.text.count("Tidak disetujui</span>") == 1
        waits = await client.get(f"/staf/pendaftaran/{fourth}")
        assert "Putuskan di halaman persetujuan" in waits.text
        assert (await client.get("/staf/kegiatan/uji/peserta.xlsx")).status_code == 200


async def test_an_offer_is_answered_on_the_page_behind_its_link(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", quotas=ONE, offer_within="PT6H")
        await arrived(client, {}, {}, {})
        first, second, third = await ids(office)
        page = "/staf/pendaftaran/" + first + "/batal"
        gone = await landed(client, await client.post(page, data=await marks(client, page)))
        assert "1 orang di daftar tunggu ditawari tempat lewat email" in said(gone)
        links = {one: urlsplit(LINKS.to_offer(one)).path for one in (first, second, third)}
        asked_of = await client.get(links[second])
        sound(asked_of)
        assert heading(asked_of) == "Ada tempat untuk Anda"
        assert "WITA" in asked_of.text
        assert heading(await client.get(links[third])) == "Tawaran ini belum ada"
        assert heading(await client.get(f"{links[second]}x")) != "Ada tempat untuk Anda"
        seen = await client.get(f"/staf/pendaftaran/{second}")
        assert "Tempat ditawarkan sampai" in seen.text
        left = await landed(client, await client.post(links[second], data={"jawaban": "lepas"}))
        assert heading(left) == "Pendaftaran Anda sudah dibatalkan"
        assert heading(await client.get(links[second])) == "Tawaran ini sudah berakhir"
        taken = await landed(client, await client.post(links[third], data={"jawaban": "ambil"}))
        assert heading(taken) == "Anda terdaftar sebagai peserta"
        assert heading(await client.get(links[third])) == "Anda terdaftar sebagai peserta"
        late = await landed(client, await client.post(links[second], data={"jawaban": "ambil"}))
        assert heading(late) == "Permintaan Anda tidak dapat dipenuhi"
        assert not await mismatches(office)
