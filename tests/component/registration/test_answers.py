"""What an activity asks: answers come in, lie beside the facts, and go when their time is over."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from services.registration.features.gatherings.answer_retention import AnswerRetention
from services.registration.features.gatherings.held_of_registrants import HOLDINGS
from services.registration.storage.directory_writer import DirectoryWriter
from services.registration.storage.holdings import remove
from services.registration.storage.state_check import check_states
from shared.contracts.directory import RegistrationEntry
from tests.component.registration.browser import STAFF, Form, announce, token_of, typed
from tests.component.registration.test_desk import marks
from tests.component.registration.test_pages import sound
from tests.component.registration.test_staff import staff_at
from tests.support.features import ALL
from tests.support.office import TestOffice, new_office, person
from tests.support.servers import Servers

SHIRT = {
    "id": "ukuran-kaos",
    "label": "Ukuran kaos panitia rahasia",
    "kind": "one",
    "choices": ["Kecil", "Besar"],
    "required": True,
}
BORN = {"id": "tanggal-lahir", "label": "Tanggal lahir", "kind": "date", "keep": "P30D"}
QUESTIONS = [SHIRT, BORN, {"id": "nomor-wa", "categories": ["guru"]}]
ANSWERS = {"ukuran-kaos": "Besar", "tanggal-lahir": "1990-05-17", "nomor-wa": "0812 3456 7890"}
HELD = ANSWERS | {"nomor-wa": "+6281234567890"}


async def submit(
    client: httpx.AsyncClient, number: int, answers: dict[str, Any], headers: dict[str, str] | None = None
) -> httpx.Response:
    body = person(number) | {"answers": answers}
    where = "/api/v1/activities/uji/registrations"
    return await client.post(where, json=body, headers={"Prefer": "wait=20"} | (headers or {}))


async def listed(client: httpx.AsyncClient) -> list[dict[str, Any]]:
    answer = await client.get("/api/v1/activities/uji/registrations", headers=STAFF)
    found: list[dict[str, Any]] = answer.json()["registrations"]
    return found


async def entries(office: TestOffice) -> dict[str, RegistrationEntry]:
    """As they stand last."""
    records = [one for one in await office.records("directory") if (one.key or b"").startswith(b"r:")]
    return {one.registration: one for one in (RegistrationEntry.read(row.value or b"") for row in records)}


async def test_wrong_answers_are_named_at_the_door_and_right_ones_stand_in_no_fact(
    brokerless: Servers,
) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji", questions=QUESTIONS)
        for answers, field, rule in (
            ({}, "ukuran-kaos", "missing"),
            ({"ukuran-kaos": "Sedang"}, "ukuran-kaos", "not_a_choice"),
            ({"ukuran-kaos": "Besar", "sepatu": "42"}, "sepatu", "not_asked"),
        ):
            refused = await submit(client, 1, answers)
            assert refused.status_code == 422, refused.text
            assert refused.json()["errors"] == [{"field": f"answers.{field}", "error": rule}]
        assert (await submit(client, 1, ANSWERS)).status_code == 200
        invited = await submit(client, 2, {}, STAFF)
        assert invited.json()["result"] == "confirmed", "staff may leave open what must be answered"
        wrong = await submit(client, 3, {"ukuran-kaos": "Sedang"}, STAFF)
        assert (wrong.status_code, wrong.json()["reason"]) == (409, "invalid")
        assert "ukuran-kaos" in wrong.json()["detail"]
        rows = {row["name"]: row for row in await listed(client)}
        assert rows["Ni Wayan Uji 1"]["answers"] == HELD
        registration = rows["Ni Wayan Uji 1"]["registration"]
        changed = await client.patch(
            f"/api/v1/registrations/{registration}",
            json={"answers": {"ukuran-kaos": "Kecil", "tanggal-lahir": None}},
            headers=STAFF,
        )
        assert changed.json()["result"] == "changed", changed.text
        await office.at_rest()
        held = (await entries(office))[registration].answers
        assert held == {"ukuran-kaos": "Kecil", "nomor-wa": "+6281234567890"}
        published = json.dumps(await office.facts())
        for word in ("rahasia", "ukuran-kaos", "Besar", "Kecil", "1990", "6281", "tanggal-lahir"):
            assert word not in published, word


async def test_answers_go_when_their_time_is_over_everywhere_but_from_nobody_else(
    brokerless: Servers,
) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji", questions=QUESTIONS)
        await announce(client, "lain", questions=[SHIRT])
        await submit(client, 1, ANSWERS)
        await submit(client, 2, {"ukuran-kaos": "Kecil"})
        registration = next(row["registration"] for row in await listed(client) if "1" in row["name"])
        await client.patch(
            f"/api/v1/registrations/{registration}",
            json={"answers": {"tanggal-lahir": "1991-05-17"}},
            headers=STAFF,
        )
        await office.at_rest()
        retention = AnswerRetention(office.store, office.digests)
        writer = DirectoryWriter(office.code, office.producer, office.partitions, None)
        now = datetime.now(UTC)
        assert await retention.remove(now + timedelta(days=29), writer) == 0
        assert await retention.remove(now + timedelta(days=31), writer) == 1
        assert await retention.remove(now + timedelta(days=31), writer) == 0
        left = {"ukuran-kaos": "Besar", "nomor-wa": "+6281234567890"}
        assert {row["name"][-1]: row["answers"] for row in await listed(client)} == {
            "1": left,
            "2": {"ukuran-kaos": "Kecil"},
        }
        assert "1990-05-17" not in str(await office.store["private"].find({}).to_list(None))
        assert "1991-05-17" not in str(await office.store["private"].find({}).to_list(None))
        assert (await entries(office))[registration].answers == left
        assert await office.store["ended_answers"].count_documents({}) == 0
        # who decided upon what was read before is turned away, and the office goes on
        assert (await submit(client, 3, {"ukuran-kaos": "Kecil"})).status_code == 200
        changed = await client.patch(
            f"/api/v1/registrations/{registration}", json={"category": "dinas"}, headers=STAFF
        )
        assert changed.json()["result"] == "changed"
        await office.at_rest()
        findings = await check_states(office.store, ALL)
        assert (findings.mismatches, findings.surplus) == ([], {})
        # what nobody asks any more is not held either
        taken = await client.patch("/api/v1/activities/uji", json={"questions": [SHIRT]}, headers=STAFF)
        assert taken.json()["result"] == "changed", taken.text
        assert await retention.remove(now, writer) == 1
        assert (await entries(office))[registration].answers == {"ukuran-kaos": "Besar"}


async def test_an_end_that_was_cut_short_is_taken_up_again(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji", questions=QUESTIONS)
        await submit(client, 1, ANSWERS)
        await office.at_rest()
        retention = AnswerRetention(office.store, office.digests)
        writer = DirectoryWriter(office.code, office.producer, office.partitions, None)

        class Away:
            async def write(self, entry: object, partition: int | None = None) -> None:
                raise TimeoutError

        later = datetime.now(UTC) + timedelta(days=365)
        with pytest.raises(TimeoutError):
            await retention.remove(later, Away())
        assert await office.store["ended_answers"].count_documents({}) == 1
        await retention.remove(later, writer)
        assert [one.answers for one in (await entries(office)).values()] == [None]


async def test_what_is_held_of_a_person_has_their_answers(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji", questions=QUESTIONS)
        await submit(client, 1, ANSWERS)
        ref = (await listed(client))[0]["ref"]
        rows = await HOLDINGS.collect(office.of, ref)
        assert rows["registrations"][0]["who"]["answers"] == HELD
        assert rows["private"][0]["registrant"]["answers"] == HELD
        await remove(ALL, office.of, ref)
        assert (await listed(client))[0]["answers"] == {}
        assert "1990" not in str(await office.store["private"].find({}).to_list(None))


EVERY_KIND = [
    {"id": "jenis-kelamin"},
    {"id": "kaos", "label": "Ukuran kaos", "kind": "one", "choices": ["S", "M"], "required": True},
    {"id": "hari", "label": "Hari hadir", "kind": "some", "choices": ["Senin", "Rabu"]},
    {"id": "lahir", "label": "Tanggal lahir", "kind": "date"},
    {"id": "masa", "label": "Masa kerja", "kind": "number", "categories": ["guru"], "required": True},
    {"id": "binaan", "label": "Sekolah binaan", "kind": "long", "categories": ["pengawas"]},
]
NEEDED = {"tanya.kaos": "M", "tanya.masa": "12,5"}


async def test_a_form_asks_for_the_category_first_and_then_what_concerns_it(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration(public_url="http://office") as client:
        await announce(client, "uji", questions=EVERY_KIND)
        first = await client.get("/kegiatan/uji/daftar")
        sound(first)
        assert "Lanjut ke isian" in first.text
        assert "Ukuran kaos" not in first.text
        sound(await client.get("/kegiatan/uji/daftar?unsur="))
        page = await client.get("/kegiatan/uji/daftar?unsur=guru")
        sound(page)
        assert "Masa kerja" in page.text
        assert "Sekolah binaan" not in page.text
        form = Form(client, "uji", token_of(page.text))
        wrong = await form.send(**typed(1), **{"tanya.masa": "lama", "tanya.lahir": "kemarin"})
        sound(wrong)
        assert wrong.status_code == 422
        for told in ("Ukuran kaos: wajib dijawab", "Masa kerja: tulis dengan angka", "Tanggal lahir: tulis"):
            assert told in wrong.text
        assert "Sekolah binaan" not in wrong.text
        sent = await client.post(
            "/kegiatan/uji/daftar",
            data={"token": form.token, "tanya.hari": ["Rabu", "Senin"]} | typed(1) | NEEDED,
        )
        assert sent.status_code == 303, sent.text
        assert (await listed(client))[0]["answers"] == {
            "kaos": "M",
            "masa": 12.5,
            "hari": ["Senin", "Rabu"],
        }


async def test_where_everybody_is_asked_the_same_the_category_stands_in_the_form(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration(public_url="http://office") as client:
        await announce(client, "uji", questions=EVERY_KIND[:2])
        page = await client.get("/kegiatan/uji/daftar")
        sound(page)
        assert 'name="tanya.kaos"' in page.text
        assert '<select id="unsur"' in page.text


async def test_staff_enrol_with_answers_change_filter_and_see_them(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji", questions=EVERY_KIND)
        here = "/staf/kegiatan/uji/daftarkan"
        page = await client.get(here)
        sound(page)
        assert "Hanya untuk pengawas" in page.text
        form = await marks(client, here)
        made = await client.post(here, data=form | typed(1) | NEEDED | {"tanya.hari": ["Rabu"]})
        assert made.status_code == 303, made.text
        await client.post(here, data=await marks(client, here) | typed(2, unsur="dinas"))
        registration = made.headers["Location"].partition("?")[0]
        shown = await client.get(registration)
        sound(shown)
        assert re.findall(r"<dt>(Ukuran kaos|Masa kerja|Tanggal lahir)</dt><dd[^>]*>([^<]+)", shown.text) == [
            ("Ukuran kaos", "M"),
            ("Tanggal lahir", "Belum dijawab"),
            ("Masa kerja", "12,5"),
        ]
        for query, people in (("tanya=kaos", 1), ("tanya=kaos&jawab=s", 0), ("tanya=masa&jawab=12,5", 1)):
            found = await client.get(f"/staf/kegiatan/uji?{query}")
            sound(found)
            assert len(re.findall(r'<a href="/staf/pendaftaran/', found.text)) == people, query
        change = f"{registration}/ubah"
        sound(await client.get(change))
        fields = {"unsur": "guru", "wilayah": "51.03"} | NEEDED
        wrong = await client.post(change, data=await marks(client, change) | fields | {"tanya.kaos": "XXL"})
        assert (wrong.status_code, "Ukuran kaos: pilih dari pilihan" in wrong.text) == (422, True)
        sound(wrong)
        saved = await client.post(
            change,
            data=await marks(client, change) | fields | {"tanya.kaos": "S", "tanya.lahir": "1990-05-17"},
        )
        assert saved.status_code == 303, saved.text
        answers = {row["name"]: row["answers"] for row in await listed(client)}
        assert answers["Ni Wayan Uji 1"] == {"kaos": "S", "masa": 12.5, "lahir": "1990-05-17"}
        assert answers["Ni Wayan Uji 2"] == {}


async def test_once_their_time_is_over_pages_say_that_answers_went(brokerless: Servers) -> None:
    """Also before the sweep came by: nobody is shown any more what is held no longer."""
    async with staff_at(brokerless) as (office, client):
        begun = datetime.now(UTC) - timedelta(days=40)
        session = {"id": "s", "title": "S", "zone": "WITA", "jp": 1, "regency": "51.03"}
        past = session | {"starts": begun.isoformat(), "ends": (begun + timedelta(hours=1)).isoformat()}
        await announce(client, "uji", sessions=[past], questions=QUESTIONS)
        await submit(client, 1, ANSWERS)
        page = await client.get("/staf/kegiatan/uji")
        sound(page)
        assert "Jawaban atas Tanggal lahir sudah dihapus" in page.text
        registration = await office.store["registrations"].find_one({})
        assert registration is not None
        shown = await client.get(f"/staf/pendaftaran/{registration['_id']}")
        sound(shown)
        assert "Masa simpannya berakhir" in shown.text
        assert "1990" not in shown.text
        assert "Besar" in shown.text
