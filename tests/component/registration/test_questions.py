"""The questions of an activity as its committee states them: when it is announced, and when it changes."""

import re
from urllib.parse import urlencode

import httpx

from tests.component.registration.browser import announce, heading, landed, submitted, typed
from tests.component.registration.test_desk import marks
from tests.component.registration.test_pages import sound
from tests.component.registration.test_publishing import (
    FORM,
    FORM_TYPE,
    RIGHT,
    YAML,
    kept,
    main,
    wrong_fields,
)
from tests.component.registration.test_publishing import pressed as confirmed
from tests.component.registration.test_staff import staff_at
from tests.support.servers import Servers

SHIRT = {
    "tanya.apa": "sendiri",
    "tanya.label": "Ukuran kaos",
    "tanya.kind": "one",
    "tanya.choices": "S\r\nM\r\n\r\nL",
    "tanya.required": "ya",
    "tanya.keep": "P30D",
}


async def pressed(
    client: httpx.AsyncClient, page: httpx.Response, name: str, value: str, **fields: str
) -> httpx.Response:
    """A button of the page's form, with what was typed beside what it carries on."""
    action = re.search(r'<form method="post" action="([^"]+)" class="narrow"', main(page))[1]  # type: ignore[index]
    sent = [one for one in kept(page) if one[0] not in fields] + [*fields.items(), (name, value)]
    answer = await client.post(action, content=urlencode(sent), headers={"Content-Type": FORM_TYPE})
    sound(answer)
    return answer


async def test_questions_are_stated_while_an_activity_is_announced(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        form = await marks(client, FORM) | RIGHT
        page = await client.post(FORM, data=form | {"langkah": "pertanyaan"})
        sound(page)
        assert heading(page) == "Pertanyaan pendaftaran"
        wrong = await pressed(client, page, "langkah", "pertanyaan-simpan", **SHIRT | {"tanya.choices": "S"})
        assert (wrong.status_code, wrong_fields(wrong)) == (422, ["tanya.choices"])
        page = await pressed(client, wrong, "langkah", "pertanyaan-simpan", **SHIRT)
        assert "satu pilihan (S, M, L); wajib dijawab; disimpan 30 hari" in page.text
        built = {"tanya.apa": "nomor-wa", "tanya.categories": "Guru, kepsek", "tanya.keep": "P90D"}
        page = await pressed(client, page, "langkah", "pertanyaan-simpan", **built)
        assert "Nomor WhatsApp" in page.text
        odd = {"tanya.apa": "jabatan", "tanya.categories": "pesulap"}
        wrong = await pressed(client, page, "langkah", "pertanyaan-simpan", **odd)
        assert wrong_fields(wrong) == ["tanya.categories"]
        page = await pressed(client, wrong, "tanya_ubah", "ukuran-kaos")
        assert 'value="Ukuran kaos"' in page.text
        page = await pressed(
            client, page, "langkah", "pertanyaan-simpan", **SHIRT | {"tanya.label": "Ukuran baju"}
        )
        left = await pressed(
            client, page, "langkah", "pertanyaan-selesai", **{"tanya.label": "Belum selesai"}
        )
        assert wrong_fields(left) == ["tanya.kind"], "what was begun is not lost"
        page = await pressed(client, page, "langkah", "pertanyaan-selesai")
        assert heading(page) == "Umumkan kegiatan"
        assert "Ukuran baju; Nomor WhatsApp" in page.text
        assert 'value="Rapat koordinasi uji"' in page.text, "what was typed before is still there"
        asked = dict(kept(page))["questions"]
        shown = await client.post(FORM, data=form | {"questions": asked})
        sound(shown)
        assert "Ukuran baju" in shown.text
        assert (await confirmed(client, shown, "umumkan")).status_code == 303
        row = await office.store["activities"].find_one({"_id": "rakor-uji"})
        assert row is not None
        assert row["described"]["questions"] == [
            {
                "id": "ukuran-kaos",
                "label": "Ukuran baju",
                "kind": "one",
                "choices": ["S", "M", "L"],
                "required": True,
                "keep": "P30D",
            },
            {
                "id": "nomor-wa",
                "choices": [],
                "required": False,
                "categories": ["guru", "kepala-sekolah"],
                "keep": "P90D",
            },
        ]


async def test_a_change_of_questions_says_what_it_does(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        asked = [{"id": "kaos", "label": "Ukuran kaos", "kind": "one", "choices": ["S", "M"]}]
        await announce(client, "uji", questions=asked)
        await submitted(client, "uji", **typed(1), **{"tanya.kaos": "S"})
        here = "/staf/kegiatan/uji/ubah"
        form = await client.get(here)
        sound(form)
        assert "Ukuran kaos" in form.text
        shown = re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', main(form))
        fields = dict(shown) | dict(kept(form))
        del fields["quotas.0.categories"]
        fields |= {"kind": "rakor", "sessions.0.zone": "WITA", "langkah": "pertanyaan"}
        page = await client.post(here, data=fields)
        sound(page)
        page = await pressed(client, page, "tanya_hapus", "kaos")
        needs = {"tanya.apa": "kebutuhan-khusus"}
        page = await pressed(client, page, "langkah", "pertanyaan-simpan", **needs)
        page = await pressed(client, page, "langkah", "pertanyaan-selesai")
        assert heading(page) == "Ubah kegiatan"
        del fields["langkah"]
        shown = await client.post(here, data=fields | {"questions": dict(kept(page))["questions"]})
        sound(shown)
        for told in ("beserta semua jawaban yang sudah masuk", "Yang sudah mendaftar tidak ditanyai lagi"):
            assert told in shown.text
        saved = await confirmed(client, shown, "jangan-kirim")
        assert saved.status_code == 303, re.findall("summary.*?</div>", saved.text, re.DOTALL)
        assert "Kegiatan sudah diubah" in (await landed(client, saved)).text
        row = await office.store["activities"].find_one({"_id": "uji"})
        assert row is not None
        assert [one["id"] for one in row["described"]["questions"]] == ["kebutuhan-khusus"]


async def test_questions_in_yaml_are_told_at_their_lines(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        text = """id: rakor-uji
title: Rakor
kind: rakor
opens: 2024-01-02T08:00:00+08:00
closes: 2099-01-11T12:00:00+08:00
sessions:
  - {id: s1, title: A, starts: 2099-01-12T08:00:00+08:00, ends: 2099-01-12T09:00:00+08:00, zone: WIB, jp: 1}
quotas:
  - {id: semua, seats: 3}
questions:
  - id: jenis-kelamin
    required: true
  - id: kaos
    label: Ukuran kaos
    kind: one
    choices: [S]
"""
        form = await marks(client, YAML)
        wrong = await client.post(YAML, data=form | {"yaml": text})
        sound(wrong)
        assert "dua pilihan" in wrong.text
        shown = await client.post(YAML, data=form | {"yaml": text.replace("[S]", "[S, M]")})
        sound(shown)
        assert heading(shown) == "Periksa sebelum diumumkan"
        assert "Jenis kelamin" in shown.text
