"""Lists to be signed: printed, signed, and their numbers taken back into the register."""

import io
import re
from typing import Any

import docx
import httpx
import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from services.registration.features.paper.pages import printing
from tests.component.registration.browser import STAFF, announce, landed
from tests.component.registration.test_desk import marks
from tests.component.registration.test_pages import sound
from tests.component.registration.test_staff import staff_at
from tests.support.office import person
from tests.support.servers import Servers

DESK = "/staf/kegiatan/uji"
LIST, BADGES, RECORD = (
    f"{DESK}/cetak/daftar-hadir.pdf",
    f"{DESK}/cetak/papan-nama.pdf",
    f"{DESK}/hadir-kertas",
)
STRANGE = "Ni #Luh *Putu* $x$ <b>"


async def registered(client: httpx.AsyncClient, number: int, **changed: Any) -> str:
    body = person(number) | changed
    answer = await client.post("/api/v1/activities/uji/registrations", json=body, headers=STAFF)
    assert answer.json()["result"] == "confirmed", answer.text
    return str(answer.json()["registration"])


def text_of(answer: httpx.Response) -> list[str]:
    """Of each page, its words with one blank between them."""
    assert answer.headers["content-type"] == "application/pdf", answer.text
    assert answer.headers["cache-control"] == "no-store"
    pages = PdfReader(io.BytesIO(answer.content)).pages
    return [" ".join(page.extract_text().split()) for page in pages]


def code_on(page: str) -> str:
    return re.search(r"Kode daftar ([A-Z2-7]{4}-[A-Z2-7]{4})", page)[1]  # type: ignore[index]


async def recorded(client: httpx.AsyncClient, code: str, numbers: str) -> httpx.Response:
    sent = await marks(client, RECORD) | {"kode": code, "nomor": numbers}
    return await client.post(RECORD, data=sent)


async def test_a_list_is_printed_signed_and_taken_back_by_its_numbers(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", title="Rapat #1")
        one, two, three = [await registered(client, number) for number in range(3)]
        sound(await client.get(f"{DESK}/cetak"))
        sound(await client.get(RECORD))
        printed = await client.get(LIST)
        assert printed.content == (await client.get(LIST)).content, "the same register is the same file"
        pages = text_of(printed)
        assert "DAFTAR HADIR Rapat #1" in pages[0]
        assert "Halaman 1 dari " in pages[0]
        assert [f"{n + 1} {person(n)['participant']['name']}" in pages[0] for n in range(3)] == [True] * 3
        code = code_on(pages[0])
        await client.delete(f"/api/v1/registrations/{two}", headers=STAFF)
        late = await registered(client, 9)
        page = await landed(client, await recorded(client, code.lower(), "1, 3"))
        assert "2 orang dicatat hadir" in page.text
        partly = await recorded(client, code, "1-2")
        assert partly.status_code == 409
        assert "1 orang dicatat hadir" in partly.text
        assert "Belum tercatat: nomor 2. " in partly.text
        rows = await office.store["registrations"].find({}).to_list(None)
        seen = {row["_id"] for row in rows if row["attended"]}
        assert seen == {one, three}, "numbers are of those who were printed"
        assert late not in seen
        for wrong, field in ((("AAAA-AAAA", "1"), "kode"), ((code, "4"), "nomor"), ((code, "satu"), "nomor")):
            answer = await recorded(client, *wrong)
            assert (answer.status_code, f'href="#{field}"' in answer.text) == (422, True), wrong
        deeds = [
            row["deed"] for row in await office.store["history"].find({"deed": "print_list"}).to_list(None)
        ]
        assert deeds == ["print_list"] * 2


async def test_who_is_printed_is_chosen_and_what_people_typed_is_printed_as_it_is(
    brokerless: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji")
        nobody = await client.get(LIST)
        assert (nobody.status_code, "Belum ada peserta" in nobody.text) == (422, True)
        who = person(1)["participant"] | {"name": STRANGE}
        await registered(client, 1, participant=who, category="komunitas")
        await registered(client, 2, group="Kelompok 7")
        other = person(2)["participant"]["name"]
        assert [STRANGE in text_of(await client.get(path))[0] for path in (LIST, BADGES)] == [True, True]
        for path in (LIST, BADGES):
            of_group = text_of(await client.get(path, params={"kelompok": "Kelompok 7"}))[0]
            assert (STRANGE in of_group, other in of_group) == (False, True)
            of_category = text_of(await client.get(path, params={"unsur": "komunitas"}))[0]
            assert (STRANGE in of_category, other in of_category) == (True, False)
        monkeypatch.setattr(printing, "MOST", 1)
        many = await client.get(BADGES)
        assert (many.status_code, "per unsur" in many.text) == (422, True)


async def test_another_activitys_list_is_unknown(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji")
        await announce(client, "lain")
        await registered(client, 1)
        code = code_on(text_of(await client.get(LIST))[0])
        sent = await marks(client, RECORD) | {"kode": code, "nomor": "1"}
        answer = await client.post("/staf/kegiatan/lain/hadir-kertas", data=sent)
        assert (answer.status_code, "Tidak ada daftar" in answer.text) == (422, True)


async def test_the_report_says_who_came_in_three_kinds_of_file(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", title="Rapat #1")
        who = person(1)["participant"] | {"name": "=Ni Luh"}
        there = await registered(client, 1, participant=who)
        await registered(client, 2)
        seen = {"session": "sesi-1", "registration": there, "present": True}
        answer = await client.post("/api/v1/activities/uji/attendance", json=seen, headers=STAFF)
        assert answer.json()["result"] == "recorded", answer.text
        page = await client.get(f"{DESK}/laporan")
        sound(page)
        assert "1 orang (50%)" in page.text
        printed = " ".join(text_of(await client.get(f"{DESK}/laporan.pdf")))
        absent = person(2)["participant"]["name"]
        for said in ("LAPORAN KEGIATAN Rapat #1", "=Ni Luh", absent, "1 orang (50%)"):
            assert said in printed, said
        written = docx.Document(io.BytesIO((await client.get(f"{DESK}/laporan.docx")).content))
        present, away = (
            [cell.text for cell in table.columns[1].cells] for table in list(written.tables)[-2:]
        )
        assert (present, away) == (["Nama", "=Ni Luh"], ["Nama", absent])
        book = CalamineWorkbook.from_filelike(io.BytesIO((await client.get(f"{DESK}/laporan.xlsx")).content))
        rows = book.get_sheet_by_name("Peserta yang hadir").to_python()
        assert rows[1][:2] == [1.0, "=Ni Luh"], "text, no formula"
        deeds = await office.store["history"].count_documents({"deed": "export_report"})
        assert deeds == 3
