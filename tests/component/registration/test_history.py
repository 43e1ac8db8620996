"""The history: each deed of staff once, and who only looked; beside the thing, and as a file."""

import csv
import io

import httpx
import pytest

from services.registration.kernel.actions import Role
from shared.accounts.domain.permissions import Grant
from tests.component.registration.browser import STAFF, announce, typed
from tests.component.registration.test_pages import sound
from tests.support import accounts
from tests.support.features import ALL
from tests.support.office import TestOffice, new_office, person
from tests.support.servers import Servers

pytestmark = [pytest.mark.broker, pytest.mark.once]
Headers = dict[str, str]


async def signed_in(office: TestOffice, *grants: Grant) -> tuple[str, Headers]:
    name = await accounts.account(office, *grants)
    return name, await accounts.session(office, name)


async def rows(client: httpx.AsyncClient, headers: Headers, actor: str = "") -> list[dict[str, str]]:
    """The exported history, the newest first."""
    answer = await client.get("/staf/riwayat.csv", params={"akun": actor}, headers=headers)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def test_every_fact_that_answers_a_command_has_its_words() -> None:
    assert {*ALL.history} == {*ALL.results}


async def test_a_command_is_told_once_with_who_had_it_done(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration() as client:
        await announce(client, "uji")
        name, mine = await signed_in(office, Grant(Role.PANITIA))
        _, admin = await signed_in(office, Grant(Role.ADMIN))
        marks = await accounts.marks(client, mine)
        form = marks | typed(1) | {"nonce": "satu-formulir"}
        for _ in range(2):  # the same form is the same command
            answer = await client.post("/staf/kegiatan/uji/daftarkan", data=form, headers=mine)
            assert answer.status_code == 303
        await office.at_rest()
        told = await rows(client, admin)
        commands = [(one["akun"], one["yang dilakukan"]) for one in told if one["akun"] in (name, "staff")]
        assert commands == [(name, "mendaftarkan orang, terkonfirmasi"), ("staff", "mengumumkan kegiatan")]
        facts = await office.published_facts()
        assert name not in str(facts), "who had it done stays in the office"


async def test_the_actor_of_a_stranger_on_kafka_is_not_believed(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration() as client:
        await announce(client, "uji")
        _, admin = await signed_in(office, Grant(Role.ADMIN))
        await client.post("/api/v1/activities/uji/registrations", json=person(1))
        await office.at_rest()
        assert [one["akun"] for one in await rows(client, admin)] == ["staff"]


async def test_who_looks_at_people_or_takes_them_along_is_noted(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration() as client:
        await announce(client, "uji")
        submitted = await client.post("/api/v1/activities/uji/registrations", json=person(1), headers=STAFF)
        registration = submitted.json()["registration"]
        row = await office.store["registrations"].find_one({"_id": registration})
        assert row is not None
        ref = row["who"]["ref"]
        name, mine = await signed_in(office, Grant(Role.PANITIA))
        _, admin = await signed_in(office, Grant(Role.ADMIN))
        marks = await accounts.marks(client, mine)
        await client.post("/staf/orang", data=marks | {"cari": "=uji1@"}, headers=mine)
        for path in (
            f"/staf/orang/{ref}",
            "/staf/mungkin-sama",
            "/staf/kegiatan/uji?unsur=guru",
            f"/staf/pendaftaran/{registration}",
            "/staf/kegiatan/uji/kehadiran",
            "/staf/kegiatan/uji/peserta.xlsx",
            "/staf/kegiatan/uji/kehadiran.xlsx",
        ):
            assert (await client.get(path, headers=mine)).status_code == 200, path
        await client.get("/api/v1/activities/uji/registrations", headers=STAFF)
        told = [tuple(one.values())[3:7] for one in reversed(await rows(client, admin, name))]
        assert told == [
            ("melihat daftar orang", "", "'=uji1@", "0"),
            ("melihat data orang", f"p:{ref}", "", ""),
            ("membandingkan orang yang mungkin sama", "", "", "0"),
            ("melihat peserta kegiatan", "a:uji", "guru", "1"),
            ("melihat pendaftaran", f"r:{registration} a:uji p:{ref}", "", ""),
            ("melihat daftar kehadiran", "a:uji", "", "1"),
            ("mengunduh daftar peserta", "a:uji", "", "1"),
            ("mengunduh lembar kehadiran", "a:uji", "", "1"),
        ]
        office_token = [one["yang dilakukan"] for one in await rows(client, admin, "staff")]
        assert office_token[0] == "membaca daftar peserta lewat API"
        assert "mengunduh riwayat" in [one["yang dilakukan"] for one in await rows(client, admin)]


async def test_the_history_stands_beside_the_person_the_registration_and_the_activity(
    servers: Servers,
) -> None:
    async with new_office(servers) as office, office.registration() as client:
        await announce(client, "uji")
        await announce(client, "lain")
        submitted = await client.post("/api/v1/activities/uji/registrations", json=person(1), headers=STAFF)
        row = await office.store["registrations"].find_one({"_id": submitted.json()["registration"]})
        assert row is not None
        _, mine = await signed_in(office, Grant(Role.PANITIA))
        page = await client.get(f"/staf/orang/{row['who']['ref']}", headers=mine)
        sound(page)
        assert "<strong>Token balai</strong> mendaftarkan orang, terkonfirmasi" in page.text
        assert "mengumumkan" not in page.text
        page = await client.get("/staf/kegiatan/uji/riwayat", headers=mine)
        sound(page)
        for told in ("mengumumkan kegiatan", "mendaftarkan orang"):
            assert told in page.text
        enrolled = f"/staf/pendaftaran/{row['_id']}"
        page = await client.get(enrolled, headers=mine)
        sound(page)
        for told in ("<strong>Token balai</strong> mendaftarkan orang", "</strong> melihat pendaftaran"):
            assert told in page.text
        assert "mengumumkan" not in page.text
        assert f'href="/staf/orang/{row["who"]["ref"]}">riwayat orang ini' in page.text
        await client.post("/api/v1/activities/uji/registrations", json=person(2), headers=STAFF)
        page = await client.get(enrolled, headers=mine)
        assert page.text.count("mendaftarkan orang") == 1, "others' are not told"
        _, here = await signed_in(office, Grant(Role.PANITIA, "uji"))
        page = await client.get(enrolled, headers=here)
        assert ("<h2>Riwayat</h2>" in page.text, "riwayat orang ini" in page.text) == (True, False)
        _, looking = await signed_in(office, Grant(Role.PIMPINAN))
        assert "<h2>Riwayat</h2>" not in (await client.get(enrolled, headers=looking)).text
        _, other = await signed_in(office, Grant(Role.PANITIA, "lain"))
        assert (await client.get("/staf/kegiatan/uji/riwayat", headers=other)).status_code == 403
        page = await client.get("/staf/kegiatan/lain/riwayat", headers=other)
        assert "mendaftarkan" not in page.text


async def test_what_an_admin_does_to_an_account_is_told_with_it(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration() as client:
        name, admin = await signed_in(office, Grant(Role.ADMIN))
        other, _ = await signed_in(office, Grant(Role.PINTU, "uji"))
        marks, one = await accounts.marks(client, admin), f"/staf/akun/{other}"
        await client.post(f"{one}/peran", data=marks | {"peran": "panitia"}, headers=admin)
        await client.post(f"{one}/undangan", data=marks, headers=admin)
        await client.post(f"{one}/sesi", data=marks, headers=admin)
        await client.post(f"{one}/nonaktif", data=marks, headers=admin)
        told = [
            (row["yang dilakukan"], row["tentang"], row["rincian"])
            for row in reversed(await rows(client, admin, name))
        ]
        assert told == [
            ("mengubah peran akun", other, "pintu di uji, panitia"),
            ("mengundang akun", other, "pintu di uji, panitia"),
            ("mengakhiri semua sesi akun", other, ""),
            ("menonaktifkan akun", other, ""),
        ]
        page = await client.get("/staf/riwayat", headers=admin)
        sound(page)
        assert "menonaktifkan akun" in page.text


async def test_pages_of_the_history_follow_each_other(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration() as client:
        name, admin = await signed_in(office, Grant(Role.ADMIN))
        for _ in range(35):
            await client.get("/staf/orang", headers=admin)
        first = await client.get("/staf/riwayat", params={"akun": name}, headers=admin)
        second = await client.get("/staf/riwayat", params={"akun": name, "hal": 2}, headers=admin)
        assert (first.text.count("melihat daftar orang"), "Berikutnya" in first.text) == (30, True)
        assert (second.text.count("melihat daftar orang"), "Berikutnya" in second.text) == (5, False)
