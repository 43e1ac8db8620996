"""What an invitation list would come to is told before it is sent, by the rules that then decide it."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import httpx
import pytest
from python_calamine import CalamineWorkbook

from tests.component.registration.browser import STAFF, announce, landed
from tests.component.registration.test_desk import DESK, marks
from tests.component.registration.test_importing import IMPORT, TITLES, invited
from tests.component.registration.test_pages import sound
from tests.component.registration.test_staff import staff_at
from tests.component.registration.test_ticking import book
from tests.support.office import TestOffice, new_office
from tests.support.servers import Servers
from tests.unit.registration.test_sheet_reader import TRICKS

API = "/api/v1/activities/uji/imports"
QUOTAS = [
    {"id": "komunitas", "seats": 2, "categories": ["komunitas"]},
    {"id": "mitra-kerja", "seats": 9, "categories": ["mitra-kerja"]},
]


def listed(*categories: str, start: int = 0) -> bytes:
    rows = [invited(number, unsur=one) for number, one in enumerate(categories, start=start)]
    return book([TITLES, *rows])


async def report(client: httpx.AsyncClient, data: bytes, dry_run: bool = True) -> dict[str, Any]:
    answer = await client.post(f"{API}?dry_run={dry_run}", content=data, headers=STAFF)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def became(office: TestOffice) -> tuple[int, int, int]:
    await office.at_rest()
    statuses = [row["status"] for row in await office.store["registrations"].find({}).to_list(None)]
    refused = await office.store["outcomes"].count_documents({"result": "refused"})
    return statuses.count("confirmed"), statuses.count("waitlisted"), refused


async def test_what_was_foreseen_is_what_comes_of_the_list(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji", quotas=QUOTAS)
        data = listed(*["komunitas"] * 5, *["mitra-kerja"] * 3, "guru")
        foreseen = (await report(client, data))["forecast"]
        assert (foreseen["confirmed"], foreseen["waitlisted"], foreseen["refused"]) == (5, 3, 1)
        assert foreseen["message"] == (
            "5 terkonfirmasi, 3 menunggu karena kuota Komunitas penuh; "
            "tidak ada kuota untuk unsur, daerah, atau angkatannya: 1 akan ditolak"
        )
        assert await became(office) == (0, 0, 0), "nothing is sent, and nobody known, by foreseeing it"
        assert await office.store["people"].count_documents({}) == 0
        sent = await report(client, data, dry_run=False)
        assert (sent["sent"], sent["forecast"]["confirmed"]) == (9, 5)
        assert await became(office) == (5, 3, 1)
        again = (await report(client, data))["forecast"]
        assert (again["confirmed"], again["waitlisted"], again["refused"]) == (0, 0, 0)
        assert (again["unchanged"], again["message"]) == (9, "9 sudah pernah dikirim")


async def test_people_who_are_registered_already_are_foreseen_as_such(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji", 9)
        await report(client, listed("guru", "guru"), dry_run=False)
        await office.at_rest()
        mended = book([TITLES, invited(0, where="51.71"), invited(2), invited(2, name="Ni Uji 2, S.Pd.")])
        foreseen = (await report(client, mended))["forecast"]
        assert foreseen["message"] == "1 terkonfirmasi; sudah terdaftar: 1 akan ditolak"


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ((-9, -1), "kegiatan sudah ditutup: 2 akan ditolak"),
        ((1, 9), "pendaftaran belum dibuka: 2 akan ditolak"),
    ],
)
async def test_a_closed_door_is_told_before_anybody_is_sent(
    brokerless: Servers, days: tuple[int, int], told: str
) -> None:
    opens, closes = (datetime.now(UTC) + timedelta(days=number) for number in days)
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji", opens=opens, closes=closes)
        data = listed("guru", "guru")
        assert (await report(client, data))["forecast"]["message"] == told
        asking = await client.get(IMPORT)
        sound(asking)
        assert "setiap baris akan ditolak" in asking.text
        page = await _shown(client, data)
        assert f"{told[0].upper()}{told[1:]}" in page.text
        assert f'action="{page.url.path}"' not in page.text, "there is nothing to gain by sending it"


async def test_an_activity_that_was_cancelled_takes_no_list(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji")
        await client.post("/api/v1/activities/uji/cancellation", json={}, headers=STAFF)
        foreseen = (await report(client, listed("guru")))["forecast"]
        assert foreseen["message"] == "kegiatan dibatalkan: 1 akan ditolak"
        assert "tidak ada undangan yang akan diterima" in (await client.get(IMPORT)).text
        assert "Impor undangan" not in (await client.get(DESK)).text
        nowhere = API.replace("uji", "tiada")
        unknown = await client.post(f"{nowhere}?dry_run=true", content=listed("guru"), headers=STAFF)
        assert unknown.json()["forecast"]["message"] == "kegiatan tidak dikenal: 1 akan ditolak"


async def test_who_is_recorded_otherwise_is_told_at_the_row_with_a_way_to_mend_it(
    brokerless: Servers,
) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", 9)
        titles = [*TITLES, "NUPTK"]
        await report(
            client, book([titles, [*invited(1), "1234567890123456"], [*invited(2), ""]]), dry_run=False
        )
        await office.at_rest()
        mended = invited(1, email="baru@sekolah.example")
        found = await report(client, book([titles, [*mended, "1234567890123456"], [*invited(2), ""]]))
        (note,) = found["notes"]
        assert (note["row"], note["column"], note["person"]) == (2, "B", "Ni Uji 1")
        assert (note["value"], note["recorded"]) == (
            "baru@sekolah.example",
            "yang tercatat: uji1@sekolah.example",
        )
        assert "perbarui kontak" in note["message"]
        page = await _shown(client, book([titles, [*mended, "1234567890123456"]]))
        link = f"/staf/pendaftaran/{note['registration']}"
        assert f'href="{link}#data"' in page.text
        assert 'id="data"' in (await client.get(link)).text


async def test_the_list_comes_back_with_what_there_is_to_say_of_each_row(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji", 1)
        rows = [
            *(["DAFTAR"], TITLES, invited(1), invited(2)),
            *(invited(3, unsur="raja"), invited(4, name="+SUM(A1)", where="#N/A")),
        ]
        page = await _shown(client, book(rows))
        path = page.url.path
        answer = await client.get(f"{path}/keterangan.xlsx")
        back = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
        assert [row[:4] for row in back] == [[*row, *[""] * (4 - len(row))] for row in rows]
        assert [row[4] for row in back][1:4] == [
            "Keterangan Simpul",
            "Perkiraan: terkonfirmasi",
            "Perkiraan: menunggu karena kuota Semua penuh",
        ]
        assert str(back[4][4]).startswith("Unsur tidak dikenal."), "and says the column once"
        assert "#N/A" in str(back[5][4])
        assert b"<f>" not in answer.content
        again = await report(client, answer.content)
        assert (again["good"], again["refused"]) == (2, 2), "mended, it is the list again"
        await client.post(path, data=await marks(client, path))
        assert (await client.get(f"{path}/keterangan.xlsx")).status_code == 404, "no name of it is kept"


@pytest.mark.parametrize("trick", TRICKS)
async def test_a_sheet_made_to_stop_its_reader_stops_nobody_else(brokerless: Servers, trick: str) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji")
        found = await report(client, TRICKS[trick])
        assert (found["good"], len(found["problems"])) == (0, 1)
        page = await _shown(client, TRICKS[trick])
        assert found["problems"][0]["message"] in page.text
        assert (await client.get("/health/live")).status_code == 200
        assert (await report(client, listed("guru")))["good"] == 1


async def _shown(client: httpx.AsyncClient, data: bytes) -> httpx.Response:
    files = {"berkas": ("undangan.xlsx", data)}
    answer = await client.post(IMPORT, data=await marks(client, IMPORT), files=files)
    page = await landed(client, answer)
    sound(page)
    return page
