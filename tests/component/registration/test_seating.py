"""What a registration stands for is corrected, and a place is given before its turn, by staff."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.registration.storage.state_check import check_states
from tests.component.registration.browser import STAFF, announce, heading, landed, submitted, typed
from tests.component.registration.test_desk import marks
from tests.component.registration.test_pages import sound
from tests.component.registration.test_publishing import pressed, wrong_fields
from tests.component.registration.test_running import said
from tests.component.registration.test_staff import staff_at
from tests.support.features import ALL
from tests.support.office import TestOffice
from tests.support.servers import Servers

QUOTAS: list[dict[str, Any]] = [
    {"id": "guru", "seats": 1, "categories": ["guru"]},
    {"id": "mitra-kerja", "seats": 1, "categories": ["mitra-kerja"]},
]


async def ids(office: TestOffice) -> list[str]:
    """Of the registrations, in the order of their arrival."""
    rows = await office.store["registrations"].find({}).sort("arrival", 1).to_list(None)
    return [row["_id"] for row in rows]


async def row_of(office: TestOffice, name: str) -> dict[str, Any]:
    row = await office.store["registrations"].find_one({"_id": name})
    assert row is not None
    return row


async def arrived(client: httpx.AsyncClient, *people: dict[str, str]) -> None:
    for number, who in enumerate(people, start=1):
        await submitted(client, "uji", **typed(number, **who))


async def test_what_a_registration_stands_for_is_corrected_and_its_seat_follows(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", quotas=QUOTAS)
        await arrived(client, {}, {})
        first, second = await ids(office)
        page = f"/staf/pendaftaran/{first}/ubah"
        sound(await client.get(page))
        shown = {"unsur": "guru", "wilayah": "51.03"}
        wrong = await client.post(
            page, data=await marks(client, page) | {"unsur": "guru", "wilayah": "Entah"}
        )
        assert (wrong.status_code, wrong_fields(wrong)) == (422, ["wilayah"])
        same = await client.post(page, data=await marks(client, page) | shown)
        assert "Tidak ada yang berubah" in said(await landed(client, same))
        school = shown | {"instansi": "SD Uji", "npsn": "50100123"}
        direct = await landed(client, await client.post(page, data=await marks(client, page) | school))
        assert said(direct) == "Pendaftaran sudah diperbaiki."
        assert "SD Uji (NPSN 50100123)" in direct.text
        moved = await client.post(page, data=await marks(client, page) | school | {"unsur": "mitra-kerja"})
        sound(moved)
        assert heading(moved) == "Periksa perbaikan"
        assert "memakai kursi kuota mitra kerja" in moved.text
        assert (await row_of(office, first))["line"] == "guru", "nothing is saved yet"
        done = await landed(client, await pressed(client, moved, "simpan"))
        told = "Pendaftaran sudah diperbaiki. 1 orang naik dari daftar tunggu dan menerima email."
        assert said(done) == told
        assert ((await row_of(office, first))["line"], (await row_of(office, second))["status"]) == (
            "mitra-kerja",
            "confirmed",
        )
        beyond = f"/staf/pendaftaran/{second}/ubah"
        asked = await client.post(beyond, data=await marks(client, beyond) | shown | {"unsur": "mitra-kerja"})
        assert "di luar kuota" in asked.text
        assert (await pressed(client, asked, "simpan")).status_code == 303
        row = await row_of(office, second)
        assert (row["status"], row["line"], row["beyond"]) == ("confirmed", "", True)
        figures = [change for fact in await _changed(office) for change in fact["data"]["changes"]]
        assert figures[-1]["add"] == {"confirmed": 1, "beyond": 1}
        assert not await _mismatches(office)


async def _changed(office: TestOffice) -> list[dict[str, Any]]:
    rows = office.store["facts"].find({"type": "id.simpul.registration.changed.v1"})
    return await rows.sort("_id", 1).to_list(None)


async def _mismatches(office: TestOffice) -> list[Any]:
    return (await check_states(office.store, ALL)).mismatches


async def test_who_waits_is_given_a_place_with_a_reason_that_stands_in_the_history(
    brokerless: Servers,
) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", quotas=QUOTAS)
        await arrived(client, {}, {}, {})
        _, second, third = await ids(office)
        page = f"/staf/pendaftaran/{third}/tempat"
        sound(await client.get(page))
        wrong = await client.post(page, data=await marks(client, page))
        assert (wrong.status_code, wrong_fields(wrong)) == (422, ["alasan"])
        full = await client.post(page, data=await marks(client, page) | {"alasan": "Utusan dinas"})
        assert (full.status_code, "Kuota orang ini penuh" in full.text) == (409, True)
        form = await marks(client, page) | {"alasan": "Utusan dinas <b>", "di_luar": "ya"}
        done = await landed(client, await client.post(page, data=form))
        assert said(done) == "Tempat sudah diberikan, dan orangnya menerima email."
        assert "di luar kuota" in done.text
        assert (await row_of(office, second))["status"] == "waitlisted", "whoever waits ahead goes on waiting"
        history = await client.get("/staf/kegiatan/uji/riwayat")
        assert "memberi tempat kepada yang menunggu" in history.text
        assert "Utusan dinas &lt;b&gt;" in history.text
        published = await office.store["facts"].find_one({"type": "id.simpul.registration.promoted.v1"})
        assert published is not None
        assert "Utusan" not in str(published), "a reason stays in the office"
        assert not await _mismatches(office)
        cancelled = await client.delete(f"/api/v1/registrations/{third}", headers=STAFF)
        assert cancelled.json()["result"] == "cancelled"
        assert (await row_of(office, second))["status"] == "waitlisted", "it took no seat, so it frees none"


async def test_somebody_comes_in_the_place_of_another_also_when_registration_is_closed(
    brokerless: Servers,
) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", quotas=QUOTAS)
        await arrived(client, {}, {})
        first, second = await ids(office)
        closed = {"closes": (datetime.now(UTC) - timedelta(minutes=1)).isoformat()}
        assert (await client.patch("/api/v1/activities/uji", json=closed, headers=STAFF)).status_code == 200
        page = f"/staf/pendaftaran/{first}/ganti"
        sound(await client.get(page))
        wrong = await client.post(page, data=await marks(client, page) | {"nama": "Ni Made Ganti"})
        assert (wrong.status_code, wrong_fields(wrong)) == (422, ["email"])
        who = {"nama": "Ni Made Ganti", "email": "ganti@sekolah.example"}
        form = await marks(client, page) | who
        answers = [await client.post(page, data=form) for _ in range(2)]
        assert {answer.status_code for answer in answers} == {303}, "pressed twice it is one substitution"
        done = await landed(client, answers[0])
        assert said(done) == "Peserta sudah diganti; keduanya dikabari lewat email."
        assert "Ni Made Ganti" in done.text
        standing = [(row["status"], row["line"]) for row in [await row_of(office, first)]]
        assert standing == [("cancelled", "guru")]
        third = (await ids(office))[-1]
        row = await row_of(office, third)
        assert (row["status"], row["line"], row["who"]["category"]) == ("confirmed", "guru", "guru")
        assert (await row_of(office, second))["status"] == "waitlisted", "nobody moves up"
        again = await client.post(
            f"/api/v1/registrations/{third}/substitute",
            json={"participant": {"name": "Ni Wayan Uji 2", "email": "uji2@sekolah.example"}},
            headers=STAFF,
        )
        assert again.json()["reason"] == "already_registered"
        assert not await _mismatches(office)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"category": "tamu"}, "category"),
        ({"category": None}, "category"),
        ({"institution": {"name": "https://jahat.example"}}, "institution.name"),
        ({"tidak": 1}, "tidak"),
    ],
)
async def test_what_cannot_be_is_refused_at_its_field(
    brokerless: Servers, body: dict[str, Any], told: str
) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", quotas=QUOTAS)
        await arrived(client, {})
        (name,) = await ids(office)
        answer = await client.patch(f"/api/v1/registrations/{name}", json=body, headers=STAFF)
        assert answer.status_code == 422, answer.text
        assert told in re.findall(r'"field":"([^"]+)"', answer.text), answer.text


async def test_programs_change_and_seat_over_the_api(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", quotas=QUOTAS)
        await arrived(client, {}, {})
        first, second = await ids(office)
        path = f"/api/v1/registrations/{second}"
        seat = await client.post(f"{path}/seat", json={"reason": "Tamu"}, headers=STAFF)
        assert (seat.status_code, seat.json()["reason"]) == (409, "no_seat")
        seat = await client.post(f"{path}/seat", json={"reason": "Tamu", "beyond": True}, headers=STAFF)
        assert (seat.json()["result"], seat.json()["registration"]) == ("confirmed", second)
        again = await client.post(f"{path}/seat", json={"reason": "Tamu", "beyond": True}, headers=STAFF)
        assert again.json()["reason"] == "already_confirmed"
        nobody = await client.patch(f"/api/v1/registrations/{first[::-1]}", json={}, headers=STAFF)
        assert nobody.status_code == 404
        gone = await client.patch(
            f"/api/v1/registrations/{first}", json={"regency": None, "cohort": 3}, headers=STAFF
        )
        assert gone.json()["result"] == "changed"
        row = await row_of(office, first)
        assert ("regency" in row["who"], row["who"]["cohort"], row["line"]) == (False, 3, "guru")
