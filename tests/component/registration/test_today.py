"""At the door: somebody is found by any words, and marked as there with one button."""

import re

import pytest

from services.registration.kernel.actions import Role
from shared.accounts.domain.permissions import Grant
from tests.component.registration.browser import STAFF, announce
from tests.component.registration.test_desk import marks
from tests.component.registration.test_pages import MAX_BYTES, sound
from tests.component.registration.test_staff import staff_at
from tests.support import accounts
from tests.support.office import new_office, person
from tests.support.servers import Servers

TODAY = "/staf/kegiatan/uji/hari-ini"


@pytest.mark.parametrize("words", ["uji 17 wayan", "0812 9999", "SD Contoh 17"])
async def test_somebody_is_found_marked_and_unmarked(brokerless: Servers, words: str) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", seats=20)
        for number in range(20):
            who = {"name": f"Ni Wayan Uji {number}", "email": f"uji{number}@sekolah.example"}
            who |= {"phone": "0812 9999 0003"} if number == 17 else {}
            body = person(number) | {"participant": who, "institution": {"name": f"SD Contoh {number}"}}
            await client.post("/api/v1/activities/uji/registrations", json=body, headers=STAFF)
        sound(await client.get(TODAY))
        form = await marks(client, TODAY) | {"pertemuan": "sesi-1"}
        found = await client.post(TODAY, data=form | {"cari": words})
        sound(found)
        assert words not in str(found.url)
        [button] = re.findall(r'name="hadir" value="([^"]+)"', found.text)
        there = await client.post(TODAY, data=form | {"cari": words, "hadir": button})
        assert "Sudah hadir." in there.text
        assert "<strong>1</strong> hadir dari 20" in there.text
        row = await office.store["registrations"].find_one({"_id": button})
        assert row is not None
        assert row["attended"] == {"sesi-1": 4}
        again = await marks(client, TODAY) | {"pertemuan": "sesi-1", "cari": words, "batal": button}
        assert "Sudah hadir." not in (await client.post(TODAY, data=again)).text
        many = await client.post(TODAY, data=form | {"cari": "wayan"})
        assert len(many.content) < MAX_BYTES
        assert "orang lagi. Tulis satu kata lagi" in many.text
        nobody = await client.post(TODAY, data=form | {"cari": "tiada"})
        assert "Daftarkan peserta di tempat" in nobody.text


async def test_the_door_finds_people_and_opens_nothing_else(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji")
        await client.post("/api/v1/activities/uji/registrations", json=person(1), headers=STAFF)
        me = await accounts.session(office, await accounts.account(office, Grant(Role.PINTU, "uji")))
        home = await client.get("/staf", headers=me)
        assert f'href="{TODAY}"' in home.text
        sent = await accounts.marks(client, me) | {"cari": "uji", "pertemuan": "sesi-1"}
        page = await client.post(TODAY, data=sent, headers=me)
        assert 'name="hadir"' in page.text
        for path in re.findall(r'href="(/staf[^"#]*)"', page.text):
            assert (await client.get(path, headers=me)).status_code == 200, path
