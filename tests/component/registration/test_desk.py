"""An activity's participants as its staff find, correct, cancel and tick them."""

import re
from html import unescape
from typing import Any

import httpx

from tests.component.registration.browser import announce, heading, landed, submitted, typed
from tests.component.registration.test_pages import sound
from tests.component.registration.test_staff import csrf_of, staff_at
from tests.support.servers import Servers
from tests.support.waiting import until

DESK = "/staf/kegiatan/uji"


def names(page: httpx.Response) -> list[str]:
    return [unescape(one) for one in re.findall(r'<a href="/staf/pendaftaran/[^"]+">([^<]+)</a>', page.text)]


async def marks(client: httpx.AsyncClient, path: str) -> dict[str, str]:
    """What the form on this page carries unseen."""
    page = await client.get(path)
    return {
        "csrf": csrf_of(page),
        "nonce": unescape(re.search(r'name="nonce" value="([^"]+)"', page.text)[1]),
    }  # type: ignore[index]


async def link_to(client: httpx.AsyncClient, name: str, desk: str = DESK) -> str:
    page = await client.post(f"{desk}/cari", data=await marks(client, desk) | {"cari": name})
    return re.search(r'href="(/staf/pendaftaran/[^"]+)"', page.text)[1]  # type: ignore[index]


async def test_participants_are_found_filtered_and_paged_and_no_address_names_them(
    brokerless: Servers,
) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji", 24)
        wide = {"instansi": "SD Negeri & <Percobaan> " * 8, "unsur": "dinas"}
        for number in range(30):
            more: dict[str, Any] = wide if number % 2 else {"wilayah": "51.71"}
            name = f"Ni {'Luh ' * 40}Uji {number:02}"
            await submitted(client, "uji", **typed(number, nama=name, **more))
        page = await client.get(DESK)
        sound(page)
        assert heading(page) == "Rapat koordinasi uji"
        assert "<strong>24</strong> terkonfirmasi, <strong>6</strong> di daftar tunggu" in page.text
        assert len(names(page)) == 20
        assert "uji0@<wbr>sekolah.example" in page.text, "broken at its sign, if at all"
        assert 'href="/staf/kegiatan/uji?hal=2"' in page.text
        assert len(names(await client.get(f"{DESK}?hal=2"))) == 10
        for query, many in (
            ("status=waitlisted", 6),
            ("unsur=dinas", 15),
            ("wilayah=kota+denpasar", 15),
            ("instansi=%26+%3Cperco", 15),
            ("unsur=dinas&status=confirmed", 12),
            ("instansi=.*", 0),
        ):
            shown = await client.get(f"{DESK}?{query}")
            told = f"{many} pendaftaran sesuai" if many else "Tidak ada yang sesuai"
            assert told in shown.text, query
            assert f'{told}. <a href="{DESK}">Tampilkan semua</a>' in shown.text, query
        wrong = await client.get(f"{DESK}?wilayah=entah")
        assert (wrong.status_code, '<a href="#wilayah">' in wrong.text) == (422, True)
        form = await marks(client, DESK)
        found = await client.post(f"{DESK}/cari", data=form | {"cari": "UJI7@sekolah"})
        assert [name[:10] for name in names(found)] == ["Ni Luh Luh"]
        assert "uji7@" not in str(found.url)
        both = await client.post(f"{DESK}/cari", data=form | {"cari": "uji", "unsur": "dinas", "hal": "1"})
        assert "15 pendaftaran sesuai" in both.text
        sound(both)
        assert (await client.get(f"{DESK}/cari?cari=uji")).status_code == 405
        assert (await client.post(f"{DESK}/cari", data={"cari": "uji"})).status_code == 403


async def test_all_of_it_is_for_staff_alone(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji")
        await submitted(client, "uji", **typed(1))
        one = await link_to(client, "uji")
        client.cookies.clear()
        for path in (DESK, one, f"{one}/batal"):
            answer = await client.get(path)
            assert (answer.status_code, answer.headers["Location"]) == (303, "/staf/masuk"), path
        for path in (f"{DESK}/cari", f"{one}/batal", f"{one}/data", f"{one}/kehadiran"):
            assert (await client.post(path, data={"cari": "uji"})).status_code == 303, path


async def test_cancelling_asks_first_and_the_next_moves_up(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", 1)
        for number in (1, 2):
            await submitted(client, "uji", **typed(number))
        one = await link_to(client, "uji1@")
        question = await client.get(f"{one}/batal")
        sound(question)
        assert heading(question) == "Batalkan pendaftaran?"
        assert await office.store["registrations"].count_documents({"status": "cancelled"}) == 0
        answer = await client.post(f"{one}/batal", data=await marks(client, f"{one}/batal"))
        assert answer.status_code == 303
        page = (await landed(client, answer)).text
        assert "Pendaftaran dibatalkan, dan orangnya menerima email; 1 orang naik dari daftar tunggu" in page
        assert "Terkonfirmasi" in (await client.get(await link_to(client, "uji2@"))).text
        again = await client.post(f"{one}/batal", data=await marks(client, one))
        assert (again.status_code, "sudah dibatalkan" in again.text) == (409, True)
        assert (await client.get("/staf/pendaftaran/tiada")).status_code == 404


async def test_a_correction_is_told_at_its_fields_and_when_it_has_reached_all(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        for name in ("uji", "dua"):
            await announce(client, name)
            await submitted(client, name, **typed(1, nuptk="1234567890123456", telepon="0800 0000 1111"))
        one = await link_to(client, "uji1@")
        page = await client.get(one)
        sound(page)
        assert heading(page) == "Ni Wayan Uji 1"
        stands = {"nama": "Ni Wayan Uji 1", "email": "uji1@sekolah.example", "telepon": "0800 0000 1111"}
        for value in (*stands.values(), "1234567890123456"):
            assert f'value="{value}"' in page.text, value
        form = await marks(client, one)
        wrong = await client.post(f"{one}/data", data=form | {"nama": "", "email": "salah@", "nip": "12"})
        assert wrong.status_code == 422
        assert re.findall(r'<li><a href="#([a-z]+)">', wrong.text) == ["nama", "email", "nip"]
        assert 'value="salah@"' in wrong.text
        right = stands | {"email": "betul@sekolah.example", "telepon": ""}
        answer = await client.post(f"{one}/data", data=form | right)
        assert (answer.status_code, "betul" in answer.headers["Location"]) == (303, False)

        async def reached() -> bool:
            return "sampai di semua 2 pendaftaran" in (await landed(client, answer)).text

        await until(reached)
        person = await office.store["people"].find_one({"who": {"$exists": True}})
        assert person is not None
        assert person["who"] == {"name": "Ni Wayan Uji 1", "email": "betul@sekolah.example"}
        forged = await client.get(f"{one}?fakta=bali-0-1&baru=1")
        assert "sudah diperbaiki" not in forged.text, "only what was done is told"
        assert "Sudah didaftarkan" not in forged.text
        assert "http-equiv" not in (await landed(client, answer)).text


async def test_ticks_of_one_person_are_recorded_and_taken_back(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", 1)
        for number in (1, 2):
            await submitted(client, "uji", **typed(number))
        one, waiting = await link_to(client, "uji1@"), await link_to(client, "uji2@")
        session = re.search(r'name="hadir" value="([^"]+)"', (await client.get(one)).text)[1]  # type: ignore[index]
        for ticked, many in (([session], 1), ([session], 1), ([], 0)):
            before = re.findall(r'name="semula" value="([^"]+)"', (await client.get(one)).text)
            form: dict[str, Any] = await marks(client, one) | {"hadir": ticked, "semula": before}
            answer = await client.post(f"{one}/kehadiran", data=form)
            assert answer.status_code == 303
            assert ("1 perubahan kehadiran tersimpan." in (await landed(client, answer)).text) == (
                set(ticked) != set(before)
            )
            assert (await client.get(one)).text.count(" checked>") == many
        facts = await office.store["facts"].count_documents({"type": "id.simpul.attendance.recorded.v1"})
        assert facts == 2, "only differences are sent"
        assert 'name="hadir"' not in (await client.get(waiting)).text
        refused = await client.post(
            f"{waiting}/kehadiran", data=await marks(client, waiting) | {"hadir": session}
        )
        assert (refused.status_code, 'role="alert"' in refused.text) == (409, True)
