"""The office's people as its staff look for them, and the frame that every page of staff has."""

import re
from html import unescape

import httpx

from tests.component.registration.browser import announce, heading, submitted, typed
from tests.component.registration.test_desk import marks
from tests.component.registration.test_pages import sound
from tests.component.registration.test_staff import staff_at
from tests.support.servers import Servers

PEOPLE = "/staf/orang"
FRAME = ["/staf", "/staf/orang", "/staf/surel"]


def names(page: httpx.Response) -> list[str]:
    return [unescape(one) for one in re.findall(r'<a href="/staf/orang/[^"]+">([^<]+)</a>', page.text)]


async def test_people_are_found_by_name_address_or_number_and_stand_in_no_address(
    brokerless: Servers,
) -> None:
    async with staff_at(brokerless) as (_, client):
        assert "Belum ada orang." in (await client.get(PEOPLE)).text
        for activity in ("uji", "lain"):
            await announce(client, activity, 24)
        nuptk = "1234567890123456"
        for number in range(21):
            await submitted(
                client,
                "uji",
                **typed(
                    number,
                    nama=f"Drs. Uji {number:02}",
                    nuptk=nuptk * (number == 5),
                    telepon=f"+62 800 00{number:02}",
                ),
            )
        await submitted(client, "lain", **typed(5, nama="Drs. Uji 05"))
        page = await client.get(PEOPLE)
        sound(page)
        assert (heading(page), names(page)) == ("Orang", [f"Drs. Uji {number:02}" for number in range(20)])
        assert names(await client.get(f"{PEOPLE}?hal=2")) == ["Drs. Uji 20"]
        form = await marks(client, PEOPLE)
        for text, found in (
            ("uji 07", 1),
            ("UJI7@sekolah", 1),
            (nuptk, 1),
            ("07 drs. uji", 1),
            ("0800 0007", 1),
            ("x.*", 0),
        ):
            shown = await client.post(PEOPLE, data=form | {"cari": text})
            assert len(names(shown)) == found, text
            assert text not in str(shown.url)
            sound(shown)
        link = re.search(
            r'href="(/staf/orang/[^"]+)"', (await client.post(PEOPLE, data=form | {"cari": nuptk})).text
        )
        assert link
        person = await client.get(link[1])
        sound(person)
        assert heading(person) == "Drs. Uji 05"
        assert f"{nuptk} (belum dibuktikan)" in person.text
        assert len(re.findall(r'<li><a href="/staf/pendaftaran/', person.text)) == 2
        unknown = await client.get(f"{PEOPLE}/nobody")
        assert (unknown.status_code, "Orang ini tidak ditemukan" in unknown.text) == (404, True)


async def test_every_page_of_staff_leads_to_activities_people_and_mails_and_out(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji", 24)
        await submitted(client, "uji", **typed(1))
        there = re.search(r'href="(/staf/pendaftaran/[^"]+)"', (await client.get("/staf/kegiatan/uji")).text)
        assert there
        parts = ("", "/daftarkan", "/kehadiran", "/impor", "/impor-kehadiran", "/surel", "/kursi", "/batal")
        for path in (
            *(f"/staf/kegiatan/uji{part}" for part in parts),
            *(
                "/staf",
                "/staf/terbit",
                "/staf/terbit/yaml",
                "/staf/surel",
                "/staf/mungkin-sama",
                PEOPLE,
                there[1],
            ),
        ):
            page = await client.get(path)
            assert page.status_code == 200, path
            frame = re.search(r'<nav class="frame".*?</nav>', page.text, re.DOTALL)
            assert frame, path
            assert re.findall(r'href="([^"]+)"', frame[0]) == FRAME, path
            assert re.search(
                r'action="/staf/keluar"><input type="hidden" name="csrf" value="[^"]+"', frame[0]
            ), path
