"""Mentored groups, the order of the line, and the search, as staff see them in an activity."""

import re

import httpx

from tests.component.registration.browser import STAFF, announce, submitted, typed
from tests.component.registration.test_desk import DESK, marks
from tests.component.registration.test_pages import sound
from tests.component.registration.test_staff import staff_at
from tests.support.servers import Servers

GROUPS = f"{DESK}/kelompok"


async def register(client: httpx.AsyncClient, number: int, **more: object) -> None:
    who = {"name": f"Uji {number}", "email": f"uji{number}@sekolah.example"}
    body = {"participant": who, "category": "guru"} | more
    answer = await client.post("/api/v1/activities/uji/registrations", json=body, headers=STAFF)
    assert answer.status_code == 200, answer.text


def names(page: httpx.Response) -> list[str]:
    return re.findall(r'<a href="/staf/pendaftaran/[^"]+">([^<]+)</a>', page.text)


async def test_groups_show_facilitators_and_principals_beside_each_other(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji")
        assert "Belum ada kelompok" in (await client.get(GROUPS)).text
        await register(client, 1, group="Dampingan 2", role_in_group="principal")
        await register(client, 2, group="Dampingan 1 & <b>", role_in_group="facilitator")
        await register(client, 3, group="Dampingan 2", role_in_group="facilitator")
        await register(client, 4)
        page = await client.get(GROUPS)
        sound(page)
        assert re.findall(r"<h2[^>]*>([^<]*)</h2>", page.text) == [
            "Dampingan 1 &amp; &lt;b&gt;",
            "Dampingan 2",
        ]
        assert names(page) == ["Uji 2", "Uji 3", "Uji 1"], "the facilitator first"
        for path in (GROUPS, DESK):
            beyond = await client.get(f"{path}?hal=9")
            sound(beyond)
            assert "lagi di halaman ini" in beyond.text
            assert f'<a href="{path}">Kembali ke halaman pertama</a>' in beyond.text
        link = re.findall(r'href="(/staf/kegiatan/uji\?kelompok=[^"]+)"', page.text)[0]
        assert names(await client.get(link)) == ["Uji 2"]
        one = await client.get(f"{GROUPS.removesuffix('/kelompok')}?kelompok=Dampingan+2")
        assert names(one) == ["Uji 1", "Uji 3"]
        path = re.search(r'href="(/staf/pendaftaran/[^"]+)">Uji 1', one.text)[1]  # type: ignore[index]
        form = await marks(client, f"{path}/ubah") | {"unsur": "guru", "kelompok": "Dampingan 1 & <b>"}
        assert (await client.post(f"{path}/ubah", data=form)).status_code == 303
        assert names(await client.get(GROUPS)) == ["Uji 2", "Uji 1", "Uji 3"], "no longer its principal"


async def test_who_waits_stands_in_turn_with_a_place(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji", 1)
        for number, name in enumerate(("Zainal", "Yusuf", "Wayan", "Ani"), start=1):
            await submitted(client, "uji", **typed(number, nama=name))
        waiting = await client.get(f"{DESK}?status=waitlisted")
        assert names(waiting) == ["Yusuf", "Wayan", "Ani"]
        assert re.findall(r">ke-([0-9]+)<", waiting.text) == ["1", "2", "3"]
        everybody = await client.get(DESK)
        assert names(everybody) == ["Ani", "Wayan", "Yusuf", "Zainal"]
        assert re.findall(r">ke-([0-9]+)<", everybody.text) == ["3", "2", "1"]


async def test_a_search_takes_words_in_any_order_and_whatever_staff_have_at_hand(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji")
        school = {"instansi": "SD Negeri 3 Uji", "npsn": "50100123", "telepon": "+62 812-3456-7890"}
        await submitted(client, "uji", **typed(1, nama="I Wayan Sukerta, S.Pd.", **school))
        await submitted(client, "uji", **typed(2, nama="Ni Made Lain"))
        for text, found in (
            ("sukerta wayan", ["I Wayan Sukerta, S.Pd."]),
            ("08123456", ["I Wayan Sukerta, S.Pd."]),
            ("3456-7890", ["I Wayan Sukerta, S.Pd."]),
            ("0812 3456 7890", ["I Wayan Sukerta, S.Pd."]),
            ("wayan +62 812 3456 7890", ["I Wayan Sukerta, S.Pd."]),
            ("(0812)", ["I Wayan Sukerta, S.Pd."]),
            ("3 5010 0123 uji", ["I Wayan Sukerta, S.Pd."]),
            ("6200", []),
            ("50100123", ["I Wayan Sukerta, S.Pd."]),
            ("negeri uji1@", ["I Wayan Sukerta, S.Pd."]),
            ("made", ["Ni Made Lain"]),
            ("wayan lain", []),
            (".*", []),
            ("\x00", []),
        ):
            page = await client.post(f"{DESK}/cari", data=await marks(client, DESK) | {"cari": text})
            assert names(page) == found, text
