"""An activity announced by its staff, from a form and from YAML, with mistakes at their fields."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

import httpx

from tests.component.registration.browser import heading, landed
from tests.component.registration.test_desk import marks
from tests.component.registration.test_pages import sound
from tests.component.registration.test_staff import staff_at
from tests.support.servers import Servers

FORM_TYPE = "application/x-www-form-urlencoded"
FORM, YAML = "/staf/terbit", "/staf/terbit/yaml"
RIGHT = {
    "title": "Rapat koordinasi uji",
    "id": "rakor-uji",
    "other_kind": "Rapat Koordinasi",
    "opens": "2024-01-02T08:00",
    "closes": "2099-01-11T12:00",
    "speakers": "Dr. Uji\r\n\r\nNi Uji",
    "sessions.0.title": "Pembukaan",
    "sessions.0.starts": "2099-01-12T08:00",
    "sessions.0.ends": "2099-01-12T12:00",
    "sessions.0.zone": "WIT",
    "sessions.0.regency": "Badung",
    "sessions.0.jp": "6",
    "sessions.2.title": "Penutupan",
    "sessions.2.starts": "2099-01-13T08:00",
    "sessions.2.ends": "2099-01-13T12:00",
    "quotas.0.id": "Mitra kerja",
    "quotas.0.seats": "180",
    "quotas.0.regencies": "51.03, Kota Denpasar",
    "quotas.0.cohorts": "1, 2",
}


PUBLISH = {"langkah": "umumkan"}


def buttons(page: httpx.Response) -> list[str]:
    """Of the page's forms, in their order: the first of a form is what Enter presses in a field."""
    return [
        re.sub("<[^>]+>", "", one)
        for one in re.findall(r"<button[^>]*>(.*?)</button>", main(page), re.DOTALL)
    ]


def main(page: httpx.Response) -> str:
    """Below the frame, which has a form of its own: the way out."""
    return page.text.partition("<main")[2]


def kept(page: httpx.Response) -> list[tuple[str, str]]:
    """What the form of a page carries on unseen."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', main(page))
    return [(name, unescape(value)) for name, value in found]


async def pressed(client: httpx.AsyncClient, page: httpx.Response, step: str) -> httpx.Response:
    action = re.search(r'<form method="post" action="([^"]+)"', main(page))[1]  # type: ignore[index]
    fields = urlencode([*kept(page), ("langkah", step)])
    return await client.post(action, content=fields, headers={"Content-Type": FORM_TYPE})


def wrong_fields(page: httpx.Response) -> list[str]:
    return re.findall(r'<li><a href="#([^"]+)">', page.text)


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


async def test_the_form_becomes_an_activity(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        sound(await client.get(FORM))
        form = await marks(client, FORM) | RIGHT
        sent = form | {"quotas.0.categories": ["mitra-kerja", "dinas"]}
        shown = await client.post(FORM, data=sent)
        assert (shown.status_code, heading(shown)) == (200, "Periksa sebelum diumumkan")
        assert await office.store["activities"].count_documents({}) == 0, "what is shown is not published"
        answer = await pressed(client, shown, "umumkan")
        assert answer.status_code == 303, wrong_fields(answer)
        page = await landed(client, answer)
        assert heading(page) == "Rapat koordinasi uji"
        assert re.search(r'role="status"[^>]*>Kegiatan sudah diumumkan\.', page.text)
        row = await office.store["activities"].find_one({"_id": "rakor-uji"})
        assert row is not None
        described = row["described"]
        assert described["kind"] == "rakor", "in words that are a kind's own"
        assert described["opens"] == "2024-01-02T08:00:00+08:00", "the office's zone"
        assert described["sessions"][0]["starts"] == "2099-01-12T08:00:00+09:00", "the session's zone"
        assert [one["id"] for one in described["sessions"]] == ["pertemuan-1", "pertemuan-3"]
        assert described["sessions"][0]["regency"] == "51.03"
        quota = {"categories": ["mitra-kerja", "dinas"], "regencies": ["51.03", "51.71"], "cohorts": [1, 2]}
        assert described["quotas"] == [{"id": "mitra-kerja", "seats": 180} | quota]
        assert described["speakers"] == ["Dr. Uji", "Ni Uji"]
        assert (await pressed(client, shown, "umumkan")).status_code == 303, "twice the same is one"
        facts = await office.store["facts"].count_documents({"type": "id.simpul.activity.published.v1"})
        assert facts == 1
        other = await client.post(FORM, data=await marks(client, FORM) | RIGHT | PUBLISH)
        assert (other.status_code, wrong_fields(other)) == (422, ["id"])


async def test_before_anything_is_published_a_page_shows_what_will_stand(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        form = await client.get(FORM)
        sound(form)
        assert "Umumkan" not in "".join(buttons(form)), "no button of the form publishes"
        assert buttons(form)[0] == "Periksa", "what Enter presses"
        sent = await marks(client, FORM) | RIGHT | {"quotas.0.categories": ["mitra-kerja"], "sessions": "4"}
        shown = await client.post(FORM, data=sent)
        sound(shown)
        assert buttons(shown) == ["Umumkan", "Perbaiki"]
        assert not re.findall(r"<(?:select|textarea)|<input(?! type=.hidden)", shown.text), "nowhere to type"
        for told in (
            "Rapat koordinasi uji",
            "rakor-uji",
            "Senin, 12 Januari 2099, pukul 08.00–12.00 WIT",
            "Kabupaten Badung",
            "6 JP",
            "Selasa, 2 Januari 2024, pukul 08.00 WITA",
            "Minggu, 11 Januari 2099, pukul 12.00 WITA",
            "<strong>180 kursi</strong>, untuk mitra kerja; angkatan 1, 2; Kabupaten Badung, Kota Denpasar",
            "Ni Uji",
            "Pertemuan “Pembukaan” tidak menyebut tempat atau tautan.",
        ):
            assert told in shown.text, told
        mended = await pressed(client, shown, "perbaiki")
        assert (mended.status_code, heading(mended)) == (200, "Umumkan kegiatan")
        assert mended.text.count("<legend>Pertemuan") == 4, "with its empty block"
        for value in ("Rapat koordinasi uji", "2099-01-13T08:00", "51.03, Kota Denpasar"):
            assert f'value="{value}"' in mended.text
        assert mended.text.count(" checked>") == 1
        assert await office.store["activities"].count_documents({}) == 0


async def test_mistakes_in_the_form_are_told_at_their_fields(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        empty = await client.post(FORM, data=await marks(client, FORM))
        assert empty.status_code == 422
        missing = [
            "title",
            "id",
            "kind",
            "opens",
            "closes",
            "sessions.0.title",
            "sessions.0.starts",
            "sessions.0.ends",
            "quotas.0.id",
            "quotas.0.seats",
        ]
        for told in ("Jenis wajib diisi", "Kuota 1, nama wajib diisi"):
            assert told in empty.text
        assert re.findall(r'<a href="#([a-z0-9._]+)">', empty.text) == missing, "in the order of the page"
        for told in (
            '"#title">Judul wajib diisi<',
            "</span>Judul wajib diisi<",
            "Pertemuan 1, acara wajib diisi",
        ):
            assert told in empty.text
        assert "</span>Acara wajib diisi<" in empty.text
        for field, value in (
            ("id", "Rakor Uji"),
            ("reply_to", "salah@"),
            ("closes", "2023-01-01T08:00"),
            ("sessions.2.ends", "2099-01-13T07:00"),
            ("sessions.2.link", "zoom"),
            ("sessions.0.regency", "Entah"),
            ("quotas.0.regencies", "51.03, Entah"),
            ("quotas.0.cohorts", "satu"),
            ("quotas.0.seats", "banyak"),
            ("title", "a" * 201),
        ):
            wrong = await client.post(FORM, data=await marks(client, FORM) | RIGHT | {field: value})
            assert (wrong.status_code, wrong_fields(wrong)) == (422, [field])
            assert f'id="{field}"' in wrong.text
            assert value in wrong.text
        assert '<a href="#title">Judul: Isinya terlalu panjang</a>' in wrong.text
        for field, value, told in (
            ("quotas.0.seats", "99999999", "Kuota 1, jumlah kursi: Angkanya terlalu besar"),
            ("quotas.0.id", "***", "Kuota 1, nama: Tulis nama dengan huruf atau angka, misalnya mitra kerja"),
            (
                "title",
                "Rakor\x00",
                "Judul: Bentuk isinya tidak sesuai, atau ada tanda yang tidak dapat dicetak",
            ),
        ):
            wrong = await client.post(FORM, data=await marks(client, FORM) | RIGHT | {field: value})
            assert f'<a href="#{field}">{told}</a>' in wrong.text
        twice = {"quotas.1.id": "mitra-kerja", "quotas.1.seats": "1"}
        same = await client.post(FORM, data=await marks(client, FORM) | RIGHT | twice)
        assert '<a href="#quotas.0.id">Kuota 1, nama: Dua kuota memakai nama yang sama</a>' in same.text
        sound(same)


async def test_blocks_are_added_without_losing_what_was_typed(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        page = await client.get(FORM)
        for what, sessions, quotas in (
            ("sessions", 2, 1),
            ("sessions", 3, 1),
            ("quotas", 3, 2),
            ("sessions", 4, 2),
        ):
            sent = [*kept(page), ("tambah", what)]
            page = await client.post(FORM, content=urlencode(sent), headers={"Content-Type": FORM_TYPE})
            many = page.text.count("<legend>Pertemuan"), page.text.count("<legend>Kuota")
            assert many == (sessions, quotas), "blocks that are empty stay"
            first = {"sessions": f"sessions.{sessions - 1}.title", "quotas": f"quotas.{quotas - 1}.id"}[what]
            assert re.findall(r'<input id="([^"]+)"[^>]* autofocus', page.text) == [first], "the new block"
        page = await client.post(FORM, data=await marks(client, FORM) | RIGHT | {"tambah": "sessions"})
        assert page.status_code == 200
        assert page.text.count("<legend>Pertemuan") == 4
        assert 'value="Penutupan"' in page.text
        full = {f"sessions.2.{name}": "x" * 200 for name in ("title", "place")}
        full |= {f"quotas.{at}.id": f"kuota-{at}" for at in range(3)} | {"tambah": "quotas"}
        page = await client.post(FORM, data=await marks(client, FORM) | RIGHT | full)
        assert page.text.count("<legend>Kuota") == 4, "with three sessions the page is full"
        assert 'value="sessions"' not in page.text
        assert 'value="quotas"' not in page.text
        sound(page)


async def test_yaml_is_taken_pasted_and_as_a_file_and_its_mistakes_name_their_fields(
    brokerless: Servers,
) -> None:
    example = (Path(__file__).parents[3] / "examples/rakor-bali/activity.yaml").read_text()
    async with staff_at(brokerless) as (office, client):
        sound(await client.get(YAML))
        jp, opens = (line_of(example, text) for text in ("jp: 6", "opens:"))
        for text, told, at in (
            ("", "Tempel YAML", "yaml"),
            ("id: satu\na: [", "Baris 2: YAML tidak terbaca", "baris-2"),
            ("[" * 5000, "bertingkat terlalu dalam", "baris-1"),
            ("id: &a satu\nkind: *a", "Baris 2: YAML tidak terbaca. Periksa", "baris-2"),
            ("id: satu\n<<: {kind: rakor}", "kunci gabungan", "baris-2"),
            ("- satu", "daftar isian", "yaml"),
            (example.replace("jp: 6", "jp: enam"), f"Baris {jp}: <code>sessions.0.jp</code>", f"baris-{jp}"),
            (example.replace("opens:", "buka:"), f"Baris {opens}: <code>buka</code>", f"baris-{opens}"),
        ):
            wrong = await client.post(YAML, data=await marks(client, YAML) | {"yaml": text})
            assert (wrong.status_code, told in wrong.text) == (422, True), text[:40]
            assert at in wrong_fields(wrong)
            assert all(f'id="{name}"' in wrong.text for name in wrong_fields(wrong))
            sound(wrong)
        around = f"baris-{line_of(example, 'id:')}"
        assert wrong_fields(wrong)[0] == around, "what is missing is told where the rest begins"
        assert '<p class="error"><code>buka</code>' in wrong.text.partition(f'id="baris-{opens}"')[2][:300]
        assert "Plagoo Holiday Hotel" in wrong.text, "what was pasted is kept"
        binary = {"berkas": ("a.yaml", b"\xff\xfe\xff")}
        assert (await client.post(YAML, data=await marks(client, YAML), files=binary)).status_code == 422
        form = await marks(client, YAML)
        file = {"berkas": ("a.yaml", example.encode())}
        shown = await client.post(YAML, data=form | {"yaml": "x"}, files=file)
        sound(shown)
        assert buttons(shown) == ["Umumkan", "Perbaiki"]
        assert "Plagoo Holiday Hotel" in (await pressed(client, shown, "perbaiki")).text, "it is kept"
        assert await office.store["activities"].count_documents({}) == 0
        answer, again = [await pressed(client, shown, "umumkan") for _ in range(2)]
        assert again.status_code == 303, "pressed twice it is published once"
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (
            303,
            "/staf/kegiatan/rakor-bali-2024",
        )
        assert "Kegiatan sudah diumumkan." in (await landed(client, answer)).text
        again = await client.post(YAML, data=await marks(client, YAML) | {"yaml": example} | PUBLISH)
        told = f"Baris {line_of(example, 'id:')}: <code>id</code>: Kegiatan dengan kode ini sudah ada"
        assert told in again.text
        client.cookies.clear()
        for path in (FORM, YAML):
            assert (await client.post(path, data=form)).status_code == 303


async def test_many_mistakes_in_a_long_yaml_still_make_a_small_page(brokerless: Servers) -> None:
    sessions = "\n".join(f"  - {{id: sesi-{at}, title: {'x' * 90}, jp: banyak}}" for at in range(200))
    async with staff_at(brokerless) as (_, client):
        form = await marks(client, YAML)
        file = {"berkas": ("a.yaml", f"id: uji\nsessions:\n{sessions}".encode())}
        wrong = await client.post(YAML, data=form, files=file)
        assert (wrong.status_code, len(wrong_fields(wrong))) == (422, 12)
        assert re.search(r"Dan \d+ lagi", wrong.text)
        sound(wrong)
        long = await client.post(YAML, data=form | {"yaml": "id: uji\n" + "# <&>\n" * 2_000})
        assert "terlalu panjang untuk ditempel" in long.text
        sound(long)
