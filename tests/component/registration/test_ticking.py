"""Attendance as staff tick it: page by page, and in a sheet that comes back."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import httpx
import xlsxwriter
from python_calamine import CalamineWorkbook

from shared.words import moment
from tests.component.registration.browser import announce, landed, submitted, typed
from tests.component.registration.test_desk import DESK, marks
from tests.component.registration.test_pages import sound
from tests.component.registration.test_staff import staff_at
from tests.support.office import TestOffice
from tests.support.servers import Servers
from tests.support.waiting import until

PAGE = f"{DESK}/kehadiran"
NOW = datetime.now(UTC)


def sessions(*starts: datetime) -> list[dict[str, Any]]:
    return [
        {
            "id": f"hari-{number}",
            "title": f"Hari ke-{number}",
            "starts": at.isoformat(),
            "ends": (at + timedelta(hours=2)).isoformat(),
            "zone": "WITA",
            "place": "Aula",
            "jp": 3,
        }
        for number, at in enumerate(starts, start=1)
    ]


TWO_DAYS = sessions(NOW - timedelta(days=1), NOW)


async def recorded(office: TestOffice) -> int:
    return await office.store["facts"].count_documents({"type": "id.simpul.attendance.recorded.v1"})


def shown(page: httpx.Response) -> tuple[list[str], list[str]]:
    """Who is on this page, and who of them was ticked when it was shown."""
    found = [re.findall(rf'name="{name}" value="([^"]+)"', page.text) for name in ("hadir", "semula")]
    return found[0], found[1]


async def test_only_what_was_changed_on_the_page_is_sent(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", sessions=TWO_DAYS)
        for number in range(33):
            await submitted(client, "uji", **typed(number, nama=f"Ni {'Luh ' * 40}{number:02}"))
        url = f"{PAGE}?pertemuan=hari-2"
        page = await client.get(url)
        sound(page)
        everybody, ticked = shown(page)
        assert (len(everybody), ticked) == (30, [])
        form: dict[str, Any] = await marks(client, url)
        answer = await client.post(url, data=form | {"hadir": everybody[:3], "lanjut": "1"})
        assert "hal=2" in answer.headers["Location"]
        assert "3 perubahan kehadiran tersimpan" in (await landed(client, answer)).text
        assert len(shown(await landed(client, answer))[0]) == 3
        stale = await marks(client, url)  # who opened the page before takes no other's tick away
        await client.post(url, data=stale | {"hadir": [everybody[3]]})
        page = await client.get(url)
        assert sorted(shown(page)[1]) == sorted(everybody[:4])
        assert "<strong>4</strong> hadir dari 33" in page.text
        assert await recorded(office) == 4
        await client.post(
            url, data=await marks(client, url) | {"semula": everybody[:4], "hadir": everybody[1:4]}
        )
        assert await recorded(office) == 5, "one is taken back"
        assert shown(await client.get(f"{PAGE}?pertemuan=hari-1"))[1] == []


async def test_what_is_not_recorded_is_told(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", sessions=sessions(NOW, NOW + timedelta(days=9)))
        await submitted(client, "uji", **typed(1))
        url = f"{PAGE}?pertemuan=hari-2"
        page = await client.get(url)
        opening = moment(NOW + timedelta(days=9, hours=-2), "WITA")
        assert f"Presensi pertemuan ini dibuka {opening}." in page.text
        assert "Presensi pertemuan ini" not in (await client.get(PAGE)).text, "of the first it is open"
        one = shown(page)[0]
        early = await client.post(url, data=await marks(client, url) | {"hadir": one})
        assert (early.status_code, "1 dari 1 perubahan belum tercatat" in early.text) == (409, True)
        odd = await client.post(url, data=await marks(client, url) | {"hadir": ["siapa"]})
        assert odd.status_code == 422
        assert await recorded(office) == 0


def rows_of(data: bytes) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0).to_python()


def book(rows: list[list[Any]]) -> bytes:
    data = BytesIO()
    with xlsxwriter.Workbook(data) as made:
        sheet = made.add_worksheet()
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    return data.getvalue()


async def test_the_sheet_filled_in_is_the_import(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", 3, sessions=TWO_DAYS)
        for number in range(4):
            await submitted(client, "uji", **typed(number))
        titles, *rows = rows_of((await client.get(f"{PAGE}.xlsx")).content)
        assert [str(title).partition(":")[0] for title in titles[3:]] == ["hari-1", "hari-2"]
        rows[0][3:], rows[1][3:], rows[2][3:] = ["x", "Hadir"], [1, ""], ["tidak", "mungkin"]
        url = f"{DESK}/impor-kehadiran"
        wrong = [*rows, ["tiada", "Siapa", "", "x", ""]]
        files = {"berkas": ("hadir.xlsx", book([titles, *wrong]))}
        answer = await client.post(url, data=await marks(client, url), files=files)
        report = await landed(client, answer)
        sound(report)
        assert "<strong>3</strong> perubahan kehadiran, <strong>2</strong> baris ditolak" in report.text
        assert "Baris 4" in report.text
        assert "E (hari-2)" in report.text
        assert await recorded(office) == 0, "nothing is sent before it is confirmed"
        path = answer.headers["Location"]
        form = await marks(client, path)
        for _ in range(2):
            sent = await client.post(path, data=form)

        async def all_told() -> bool:
            page = (await landed(client, sent)).text
            assert f'<a href="{url}">unggah lagi</a>: yang sudah tercatat tidak berubah.' in page
            return "<strong>3</strong> tercatat" in page

        await until(all_told)
        await office.at_rest()
        assert await recorded(office) == 3
        back = rows_of((await client.get(f"{PAGE}.xlsx")).content)
        assert [row[3:] for row in back[1:]] == [["x", "x"], ["x", ""], ["", ""]]
        back[1][3] = "tidak"
        answer = await client.post(
            url, data=await marks(client, url), files={"berkas": ("h.xlsx", book(back))}
        )
        report = await landed(client, answer)
        assert "<strong>1</strong> perubahan kehadiran" in report.text
        assert "<strong>2</strong> sudah tercatat" in report.text
