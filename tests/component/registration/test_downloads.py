"""Sheets that staff take along, read back by another program than the one that wrote them."""

from io import BytesIO
from zipfile import ZipFile

import httpx
import pytest
from python_calamine import CalamineWorkbook

from services.registration.adapters.excel import read_sheet
from tests.component.registration.browser import announce, submitted, typed
from tests.component.registration.test_staff import staff_at
from tests.support.servers import Servers

pytestmark = [pytest.mark.broker, pytest.mark.once]
DESK = "/staf/kegiatan/uji"
ODD = ("=A1+1", "+62 Uji", "+SUM(A1)", "-2 Uji", "mailto:uji", "مها عبد الله", "Uji 🎓", "1e5")


def cells(answer: httpx.Response) -> list[list[object]]:
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    rows: list[list[object]] = (
        CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    )
    return rows


async def test_whatever_a_name_begins_with_it_is_text(servers: Servers) -> None:
    async with staff_at(servers) as (_, client):
        await announce(client, "uji", 6)
        for number, name in enumerate(ODD):
            more = typed(
                number, nama=name, instansi=name, nuptk=f"000000000000000{number}", telepon="+62 800 0000"
            )
            await submitted(client, "uji", **more)
        answer = await client.get(f"{DESK}/peserta.xlsx")
        titles, *rows = cells(answer)
        assert {row[titles.index("Nama")] for row in rows} == set(ODD)
        assert {row[titles.index("Instansi")] for row in rows} == set(ODD)
        assert {row[titles.index("NUPTK")] for row in rows} == {f"000000000000000{at}" for at in range(8)}
        for part in ZipFile(BytesIO(answer.content)).namelist():
            text = ZipFile(BytesIO(answer.content)).read(part)
            assert b"<f>" not in text, part
            assert b"hyperlink" not in text, part
        assert sorted(str(row[1]) for row in rows) == ["Daftar tunggu"] * 2 + ["Terkonfirmasi"] * 6
        assert len(cells(await client.get(f"{DESK}/peserta.xlsx?status=waitlisted"))) == 3
        listed = read_sheet(answer.content, "uji")
        assert (len(listed.rows), listed.refused_rows) == (8, 0), "the list is an invitation sheet again"
        titles, *rows = cells(await client.get(f"{DESK}/kehadiran.xlsx"))
        assert titles[:3] == ["Kode", "Nama", "Instansi"]
        assert len(rows) == 6, "those who have a seat"


async def test_the_empty_template_is_read_as_an_empty_sheet(servers: Servers) -> None:
    async with staff_at(servers) as (_, client):
        await announce(client, "uji")
        answer = await client.get(f"{DESK}/templat.xlsx")
        report = read_sheet(answer.content, "uji")
        assert (report.rows, report.problems) == ((), ())
        assert [title for _, title in report.columns][:3] == ["Nama", "NIP", "NUPTK"]
        client.cookies.clear()
        for name in ("peserta", "kehadiran", "templat"):
            assert (await client.get(f"{DESK}/{name}.xlsx")).status_code == 303, name
