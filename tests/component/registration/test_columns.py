"""Lists of other programs over the pages of staff and the API: columns are chosen once and remembered."""

import httpx

from services.registration.features.gatherings.sheets.excel import read_sheet
from services.registration.features.gatherings.sheets.list_columns import ListColumns
from shared.contracts.questions import Question
from tests.component.registration.browser import STAFF, announce, heading, submitted, typed
from tests.component.registration.test_desk import DESK, marks
from tests.component.registration.test_downloads import cells
from tests.component.registration.test_importing import IMPORT
from tests.component.registration.test_pages import sound
from tests.component.registration.test_staff import staff_at
from tests.support.servers import Servers
from tests.support.waiting import until
from tests.unit.registration.test_list_columns import GOOGLE, PRETIX

ASKED = [
    {"id": "kaos", "label": "Ukuran kaos", "kind": "one", "choices": ["S", "M", "L"]},
    {"id": "hari", "label": "Hari hadir", "kind": "some", "choices": ["Senin", "Rabu"]},
    {"id": "masa", "label": "Masa kerja", "kind": "number"},
]


async def uploaded(client: httpx.AsyncClient, data: bytes) -> str:
    files = {"berkas": ("daftar.csv", data)}
    answer = await client.post(IMPORT, data=await marks(client, IMPORT), files=files)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


async def test_the_columns_of_a_google_form_are_chosen_once(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", questions=ASKED)
        path = await uploaded(client, GOOGLE.encode())
        first = await client.get(path)
        assert (first.status_code, first.headers["Location"]) == (303, f"{path}/kolom")
        page = await client.get(f"{path}/kolom")
        sound(page)
        assert heading(page) == "Pilih kolom"
        proposed = '<option value="B: Email Address" selected>'
        assert proposed in page.text
        form = await marks(client, f"{path}/kolom")
        wrong = await client.post(f"{path}/kolom", data=form | {"email": "B"})
        sound(wrong)
        assert wrong.status_code == 422
        assert "Pilih kolom nama" in wrong.text
        columns = {"name": "C", "email": "B", "category": "D", "tanya.kaos": "E", "tanya.hari": "F"}
        words = await client.post(f"{path}/kolom", data=form | columns)
        sound(words)
        assert "“bapak/ibu guru kelas” berarti" in words.text
        meant = {"kata": "ya", "kata.0": "bapak/ibu guru kelas", "arti.0": "guru"}
        saved = await client.post(f"{path}/kolom", data=form | columns | meant)
        assert (saved.status_code, saved.headers["Location"]) == (303, path)
        report = await client.get(path)
        sound(report)
        assert "<strong>2</strong> baris benar, <strong>0</strong> baris ditolak" in report.text
        assert "C (Nama)" in report.text
        assert "E (Ukuran kaos)" in report.text
        assert "Ukuran kaos: pilih dari pilihan yang ada; diundang tanpa jawaban ini" in report.text
        assert (await client.post(path, data=await marks(client, path))).status_code == 303

        async def both() -> bool:
            return await office.store["registrations"].count_documents({}) == 2

        await until(both)
        held = [row["who"].get("answers") async for row in office.store["registrations"].find({})]
        assert {"kaos": "M", "hari": ["Senin", "Rabu"]} in held
        # the next one with the same titles needs no choice, over pages and API alike
        more = GOOGLE.replace("uji1@", "uji8@").replace("uji2@", "uji9@")
        assert (await client.get(await uploaded(client, more.encode()))).status_code == 200
        checked = await client.post(
            "/api/v1/activities/uji/imports?dry_run=true", content=more.encode("cp1252"), headers=STAFF
        )
        assert (checked.json()["good"], checked.json()["refused"]) == (2, 0)
        assert checked.json()["columns"]["D"] == "Unsur"


async def test_a_list_with_many_columns_keeps_its_page_small(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji", questions=ASKED)
        wide = "\n".join(
            line + ";" + ";".join(f"{line[:4]} tambahan ke {at} dari formulir" for at in range(60))
            for line in PRETIX.strip().split("\n")
        )
        path = await uploaded(client, wide.encode())
        page = await client.get(f"{path}/kolom")
        sound(page)
        assert '<datalist id="kolom">' in page.text
        form = await marks(client, f"{path}/kolom")
        chosen = {"name": "Attendee name", "email": "M", "semua": "guru", "status": "D"}
        assert (await client.post(f"{path}/kolom", data=form | chosen)).status_code == 303
        report = await client.get(path)
        sound(report)
        assert "<strong>1</strong> baris benar" in report.text
        assert "Status canceled; tidak diambil" in report.text


async def test_what_is_no_table_says_so_and_offers_no_columns(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji")
        path = await uploaded(client, b"%PDF-1.7")
        report = await client.get(path)
        sound(report)
        assert "Berkas ini PDF" in report.text
        assert (await client.get(f"{path}/kolom")).status_code == 422


async def test_answers_stand_in_the_list_and_in_the_template_and_are_read_again(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        asked = [*ASKED, {"id": "catatan", "label": "=Catatan", "kind": "short"}]
        await announce(client, "uji", questions=asked)
        await submitted(
            client,
            "uji",
            **typed(1),
            **{"tanya.kaos": "M", "tanya.masa": "12,5", "tanya.catatan": "=1+1", "tanya.hari": "Rabu"},
        )
        answer = await client.get(f"{DESK}/peserta.xlsx")
        titles, row = cells(answer)
        assert titles[-4:] == ["Ukuran kaos", "Hari hadir", "Masa kerja", "=Catatan"]
        assert row[-4:] == ["M", "Rabu", "12,5", "=1+1"]
        assert len(cells(await client.get(f"{DESK}/peserta.xlsx?tanya=kaos&jawab=S"))) == 1
        questions = tuple(Question.model_validate(one) for one in asked)
        listed = read_sheet(answer.content, "uji", ListColumns(questions))
        assert listed.rows[0].command.answers == {
            "kaos": "M",
            "hari": ("Rabu",),
            "masa": 12.5,
            "catatan": "=1+1",
        }
        template = cells(await client.get(f"{DESK}/templat.xlsx"))
        assert template[0][-4:] == titles[-4:]
