"""An activity changed by its staff: a form filled with it, then a page that says what changes for whom."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import urlencode

import httpx
import yaml

from services.registration.kernel.actions import Role
from shared.accounts.domain.permissions import Grant
from tests.component.registration.browser import announce, heading, landed, submitted, typed
from tests.component.registration.test_desk import DESK, marks
from tests.component.registration.test_pages import sound
from tests.component.registration.test_publishing import FORM_TYPE, buttons, kept, pressed, wrong_fields
from tests.component.registration.test_running import said
from tests.component.registration.test_staff import staff_at
from tests.support import accounts
from tests.support.office import TestOffice
from tests.support.servers import Servers

CHANGE, EXTEND, FORM = f"{DESK}/ubah", f"{DESK}/perpanjang", "/staf/terbit"
TOMORROW = datetime.now(UTC) + timedelta(days=1)
ODD: dict[str, Any] = {
    "sessions": [
        {"id": "hari-1", "title": "Hari 1", "starts": TOMORROW, "ends": TOMORROW + timedelta(hours=3)}
        | {"zone": "WIT", "place": "Aula", "regency": "51.03", "jp": 4},
        {"id": "hari-2", "title": "Hari 2", "starts": TOMORROW, "ends": TOMORROW + timedelta(hours=3)}
        | {"zone": "WIB", "place": "Aula", "jp": 4},
    ],
    "quotas": [{"id": "guru", "seats": 9, "categories": ["komunitas", "guru"]}],
    "speakers": ["Dr. Uji, M.Pd.", {"name": "Ni Uji, S.Pd.", "institution": "Universitas Uji"}],
    "reminder_before": timedelta(minutes=50),
}
"""With seconds, an order of its own, and what the form has no choice for."""


def fields(page: httpx.Response) -> dict[str, str]:
    """As a browser would send them again; one that is chosen counts."""
    main = page.text.partition("<main")[2]
    found = dict(kept(page))
    inputs = re.findall(r'<input id="([^"]+)" name="[^"]+"[^>]*? value="([^"]*)"', main)
    areas = re.findall(r'<textarea id="([^"]+)"[^>]*>\n?([^<]*)</textarea>', main)
    found |= {name: unescape(value) for name, value in inputs + areas}
    for name, options in re.findall(r'<select id="([^"]+)"[^>]*>(.*?)</select>', main, re.DOTALL):
        found[name] = (re.findall(r'value="([^"]*)" selected', options) or [""])[0]
    found |= dict(re.findall(r'name="([^"]+)" value="([^"]+)" checked', main))
    return found


async def sent(client: httpx.AsyncClient, path: str, page: httpx.Response, **changed: str) -> httpx.Response:
    checked = re.findall(r'name="([^"]+)" value="([^"]+)" checked', page.text)
    names = {name for name, _ in checked}
    given = [(name, value) for name, value in (fields(page) | changed).items() if name not in names]
    body = urlencode([*given, *checked])
    return await client.post(path, content=body, headers={"Content-Type": FORM_TYPE})


async def facts(office: TestOffice) -> list[dict[str, Any]]:
    rows = await office.store["facts"].find({"type": "id.simpul.activity.changed.v1"}).to_list(None)
    return [row["data"] for row in rows]


async def test_a_form_sent_as_it_was_shown_changes_nothing(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", **ODD)
        page = await client.get(CHANGE)
        sound(page)
        assert heading(page) == "Ubah kegiatan"
        assert 'name="id"' not in page.text, "its code stays"
        assert fields(page)["speakers"] == "Dr. Uji, M.Pd.\nNi Uji, S.Pd.; Universitas Uji"
        same = await sent(client, CHANGE, page)
        assert "Tidak ada yang berubah" in same.text
        assert await facts(office) == []


async def test_what_changes_is_said_before_it_is_saved_with_whom_it_mails(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", **ODD)
        for number in (1, 2):
            await submitted(client, "uji", **typed(number))
        changed = {"sessions.1.place": "Hotel <b>Uji</b>", "contact.name": "Ni Made Uji"}
        wrong = await sent(client, CHANGE, await client.get(CHANGE), **changed)
        assert (wrong.status_code, wrong_fields(wrong)) == (422, ["contact.phone"])
        changed |= {"contact.phone": "0812 3456 7890", "quotas.0.seats": "12", "other_kind": ""}
        shown = await sent(client, CHANGE, await client.get(CHANGE), **changed)
        sound(shown)
        assert heading(shown) == "Periksa perubahan"
        for told in (
            "Pertemuan Hari 2, tempat",
            "Semula: </span>Aula",
            "Menjadi: </span>Hotel &lt;b&gt;Uji&lt;/b&gt;",
            "Ni Made Uji, 0812 3456 7890",
            "12 kursi, untuk komunitas, guru",
            "<strong>2 orang</strong>",
        ):
            assert told in shown.text, told
        assert "waktu" not in re.findall(r"<dt>([^<]*)</dt>", shown.text), "seconds are left as they stand"
        assert buttons(shown) == [
            "Simpan dan kirim email ke 2 orang",
            "Simpan, jangan kirim email",
            "Perbaiki",
        ]
        assert await facts(office) == []
        mended = await pressed(client, shown, "perbaiki")
        assert fields(mended)["sessions.1.place"] == "Hotel <b>Uji</b>"
        answer = await pressed(client, shown, "kirim")
        page = await landed(client, answer)
        assert said(page) == "Kegiatan sudah diubah. 2 orang dikabari lewat email."
        (fact,) = await facts(office)
        assert fact["fields"] == ["contact", "quotas", "sessions"]
        assert fact.get("notify") is None
        assert "Hotel" not in str(fact), "places stay in the office"
        row = await office.store["activities"].find_one({"_id": "uji"})
        assert row is not None
        assert row["described"]["quotas"][0]["categories"] == ["komunitas", "guru"]
        assert row["described"]["speakers"][1] == {"name": "Ni Uji, S.Pd.", "institution": "Universitas Uji"}
        assert "Hotel &lt;b&gt;Uji" in (await client.get("/kegiatan/uji")).text


async def test_a_change_may_be_saved_without_a_mail(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", **ODD)
        await submitted(client, "uji", **typed(1))
        shown = await sent(client, CHANGE, await client.get(CHANGE), title="Judul yang dibetulkan")
        page = await landed(client, await pressed(client, shown, "jangan-kirim"))
        assert said(page) == "Kegiatan sudah diubah. Tidak ada email yang dikirim."
        (fact,) = await facts(office)
        assert fact["notify"] is False
        shown = await sent(client, CHANGE, await client.get(CHANGE), host="Ibu Uji")
        assert "Tidak ada email yang dikirim: perubahan ini" in shown.text
        assert buttons(shown) == ["Simpan", "Perbaiki"]
        assert (await _saved(office, client, shown)).get("notify") is None


async def _saved(office: TestOffice, client: httpx.AsyncClient, shown: httpx.Response) -> dict[str, Any]:
    assert (await pressed(client, shown, "kirim")).status_code == 303
    return (await facts(office))[-1]


async def test_what_somebody_changed_meanwhile_is_not_overwritten_in_silence(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", **ODD)
        mine, theirs = await client.get(CHANGE), await client.get(CHANGE)
        await _saved(office, client, await sent(client, CHANGE, theirs, title="Judul kedua"))
        shown = await sent(client, CHANGE, mine, host="Ibu Uji")
        assert "diubah orang lain sesudah Anda membuka formulirnya" in shown.text
        assert "Semula: </span>Judul kedua" in shown.text
        stale = await client.post(CHANGE, data=fields(mine) | {"host": "Ibu Uji", "langkah": "kirim"})
        assert (stale.status_code, heading(stale)) == (200, "Periksa perubahan"), "not even at once"
        assert len(await facts(office)) == 1


async def test_an_activity_that_the_form_cannot_hold_is_changed_as_yaml(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        many = [{"id": f"kuota-{number}", "seats": 2} for number in range(9)]
        await announce(client, "uji", **ODD | {"quotas": many})
        page = await client.get(CHANGE)
        sound(page)
        assert heading(page) == "Ubah kegiatan lewat YAML"
        text = fields(page)["yaml"]
        other = await client.post(f"{CHANGE}/yaml", data=fields(page) | {"yaml": text.replace("uji", "lain")})
        assert (other.status_code, "Kode tidak dapat diubah" in other.text) == (422, True)
        changed = yaml.safe_load(text) | {"title": "Judul baru"}
        shown = await client.post(f"{CHANGE}/yaml", data=fields(page) | {"yaml": yaml.safe_dump(changed)})
        assert re.findall(r"<dt>([^<]*)</dt>", shown.text) == ["Judul"]
        assert (await _saved(office, client, shown))["fields"] == ["title"]


async def test_registration_is_extended_in_one_field(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji")
        sound(await client.get(EXTEND))
        for value, told in (
            ("", "Tulis tanggal"),
            ("2020-01-01T08:00", "sudah lewat"),
            ("9999-01-01T08:00", "Tulis tanggal"),
            (datetime.now(UTC).strftime("%Y-%m-%dT23:59"), "Tulis waktu sesudahnya"),
        ):
            wrong = await client.post(EXTEND, data=await marks(client, EXTEND) | {"tutup": value})
            assert (wrong.status_code, wrong_fields(wrong), told in wrong.text) == (422, ["tutup"], True), (
                value
            )
        answer = await client.post(EXTEND, data=await marks(client, EXTEND) | {"tutup": "2099-01-02T16:00"})
        told = "Pendaftaran diperpanjang sampai Jumat, 2 Januari 2099, pukul 16.00 WITA."
        assert told in said(await landed(client, answer))
        (fact,) = await facts(office)
        assert fact["fields"] == ["closes"]


async def test_a_copy_takes_over_what_is_not_of_its_time(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji", **ODD)
        page = await client.get(f"{FORM}?dari=uji")
        found = fields(page)
        assert (found["title"], found["sessions.1.place"], found["quotas.0.seats"]) == (
            "Rapat koordinasi uji",
            "Aula",
            "9",
        )
        assert [found[name] for name in ("id", "opens", "closes", "sessions.0.starts")] == [""] * 4
        assert "sessions.0.id" not in found
        assert (await client.get(f"{FORM}?dari=tiada")).status_code == 404


async def test_a_draft_is_kept_for_its_author_alone(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        form = await marks(client, FORM)
        draft = {"title": "Lokakarya <uji>", "sessions.0.place": "Aula", "langkah": "simpan"}
        for _ in range(2):
            answer = await client.post(FORM, data=form | draft)
        page = await landed(client, answer)
        sound(page)
        assert "Hanya Anda yang melihatnya" in said(page)
        (link,) = re.findall(r'href="(/staf/terbit\?draf=[^"]+)">Lokakarya &lt;uji&gt;<', page.text)
        assert await office.store["activities"].count_documents({}) == 0
        opened = await client.get(unescape(link))
        assert fields(opened)["sessions.0.place"] == "Aula"
        again = await sent(client, FORM, opened, title="Lokakarya", langkah="simpan")
        assert (await landed(client, again)).text.count("?draf=") == 1, "kept over itself"
        other = await accounts.session(office, await accounts.account(office, Grant(Role.ADMIN)))
        other = {"Cookie": other["Cookie"].removeprefix("__Host-")}  # without TLS
        cookies = dict(client.cookies)
        client.cookies.clear()
        theirs = await client.get(FORM, headers=other)
        assert (heading(theirs), "?draf=" in theirs.text) == ("Umumkan kegiatan", False)
        assert (await client.get(unescape(link), headers=other)).status_code == 404
        client.cookies.update(cookies)
        path = re.search(r'action="(/staf/terbit/draf/[^"]+)"', (await client.get(FORM)).text)[1]  # type: ignore[index]
        gone = await client.post(path, data=await marks(client, FORM))
        assert said(await landed(client, gone)) == "Draf sudah dihapus."
        assert await office.store["activity_drafts"].count_documents({}) == 0
