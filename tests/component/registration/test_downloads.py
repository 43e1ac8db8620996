"""Sheets that staff take along, read back by another program than the one that wrote them."""

import re
from io import BytesIO
from zipfile import ZipFile

import httpx
from python_calamine import CalamineWorkbook

from services.registration.features.gatherings.sheets.excel import read_sheet
from tests.component.registration.browser import announce, submitted, typed
from tests.component.registration.test_desk import marks
from tests.component.registration.test_staff import staff_at
from tests.support.servers import Servers

DESK = "/staf/kegiatan/uji"
ODD = ("=A1+1", "+62 Uji", "+SUM(A1)", "-2 Uji", "mailto:uji", "مها عبد الله", "Uji 🎓", "1e5")


def cells(answer: httpx.Response) -> list[list[object]]:
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    rows: list[list[object]] = (
        CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    )
    return rows


async def test_whatever_a_name_begins_with_it_is_text(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
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


async def test_the_sheet_after_a_search_holds_what_was_found_and_no_address_says_whom(
    brokerless: Servers,
) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji", 2)
        for number in range(6):
            unsur = "guru" if number % 2 else "dinas"
            await submitted(
                client, "uji", **typed(number, nama=f"{'Made' if number < 3 else 'Ketut'} Uji", unsur=unsur)
            )
        form = await marks(client, DESK)
        for words, many in (
            ({"cari": "made"}, 3),
            ({"cari": "made", "unsur": "guru"}, 1),
            ({"cari": "uji5@"}, 1),
        ):
            page = await client.post(f"{DESK}/cari", data=form | words)
            assert f"{many} pendaftaran sesuai" in page.text
            assert not re.search(r'(?:href|action)="[^"]*(?:cari=|made|uji5)', page.text), (
                "no address names anybody"
            )
            _, _, export = page.text.partition(f'action="{DESK}/peserta.xlsx"')
            hidden = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', export.partition("</form>")[0]))
            assert {name: hidden[name] for name in words} == words
            assert len(cells(await client.post(f"{DESK}/peserta.xlsx", data=hidden))) == 1 + many
        assert len(cells(await client.get(f"{DESK}/peserta.xlsx?unsur=guru"))) == 1 + 3
        assert (await client.post(f"{DESK}/peserta.xlsx", data={"cari": "made"})).status_code == 403


async def test_the_empty_template_is_read_as_an_empty_sheet(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji")
        answer = await client.get(f"{DESK}/templat.xlsx")
        report = read_sheet(answer.content, "uji")
        assert (report.rows, report.problems) == ((), ())
        assert [title for _, title in report.columns][:3] == ["Nama", "NIP", "NUPTK"]
        client.cookies.clear()
        for name in ("peserta", "kehadiran", "templat"):
            assert (await client.get(f"{DESK}/{name}.xlsx")).status_code == 303, name
