"""An invitation sheet over the staff's pages: looked through first, then sent, then told."""

import re
import zipfile
from io import BytesIO
from typing import Any

from services.registration.workbooks import bounds
from tests.component.registration.browser import STAFF, announce, heading, landed
from tests.component.registration.test_desk import DESK, marks
from tests.component.registration.test_pages import sound
from tests.component.registration.test_staff import staff_at
from tests.component.registration.test_ticking import book
from tests.support.servers import Servers
from tests.support.waiting import until

IMPORT = f"{DESK}/impor"
TITLES = ["Nama", "Email", "Unsur", "Kabupaten/Kota"]


def invited(number: int, **changed: str) -> list[str]:
    row = {
        "name": f"Ni Uji {number}",
        "email": f"uji{number}@sekolah.example",
        "unsur": "guru",
        "where": "51.03",
    }
    return list((row | changed).values())


def bomb() -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/worksheets/sheet1.xml", b" " * (bounds.MAX_UNPACKED + 1))
    return made.getvalue()


async def test_a_sheet_is_looked_through_then_sent_then_told(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", 3)
        sound(await client.get(IMPORT))
        rows: list[list[Any]] = [TITLES, *[invited(number) for number in range(4)], invited(5, unsur="raja")]
        rows += [invited(6 + number, email="salah") for number in range(80)]
        files = {"berkas": ("undangan.xlsx", book(rows))}
        answer = await client.post(IMPORT, data=await marks(client, IMPORT), files=files)
        path = answer.headers["Location"]
        report = await client.get(path)
        sound(report)
        assert "<strong>4</strong> baris benar, <strong>81</strong> baris ditolak" in report.text
        assert "Baris 6" in report.text
        assert "C (Unsur)" in report.text
        assert "Dan 41 lagi" in report.text
        assert "uji0@" not in report.text
        await office.at_rest()
        assert await office.store["registrations"].count_documents({}) == 0
        form = await marks(client, path)
        for _ in range(2):
            sent = await client.post(path, data=form)
            assert sent.status_code == 303

        async def all_told() -> bool:
            page = (await client.get(path)).text
            return "<strong>3</strong> terkonfirmasi" in page and "<strong>1</strong> masuk daftar" in page

        await until(all_told)
        result = await client.get(path)
        sound(result)
        assert "<strong>81</strong> baris ditolak" in result.text
        assert await office.store["registrations"].count_documents({}) == 4
        kept = await office.store["uploads"].find_one({})
        assert kept is not None
        assert "data" not in kept, "names and addresses of the sheet are gone"
        assert (await client.get(path.replace("/uji/", "/lain/"))).status_code == 404
        await announce(client, "lain")
        assert (await client.get(path.replace("/uji/", "/lain/"))).status_code == 404


async def test_what_is_no_sheet_is_told_at_the_field_or_in_the_report(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji")
        none = await client.post(IMPORT, data=await marks(client, IMPORT))
        assert (none.status_code, '<a href="#berkas">' in none.text) == (422, True)
        for content, told in ((b"bukan excel", "tidak dapat dibaca"), (bomb(), "MB setelah dibuka")):
            form = await marks(client, IMPORT)
            answer = await client.post(IMPORT, data=form, files={"berkas": ("a.xlsx", content)})
            report = await landed(client, answer)
            sound(report)
            assert told in report.text
            assert f'action="{IMPORT}/' not in report.text, "there is nothing to send"
            api = await client.post("/api/v1/activities/uji/imports", content=content, headers=STAFF)
            assert told in api.json()["problems"][0]["message"]
        large = await client.post(IMPORT, data=form, files={"berkas": ("a.xlsx", b"x" * 10_000_001)})
        assert (large.status_code, heading(large)) == (413, "Kiriman terlalu besar")
        sound(large)
        marked = {"csrf": "x", "nonce": "y"}
        foreign = await client.post(IMPORT, data=marked, files={"berkas": ("a.xlsx", b"x")})
        assert foreign.status_code == 403
        client.cookies.clear()
        assert (await client.get(IMPORT)).status_code == 303
        assert (await client.post(IMPORT, data=marked)).status_code == 303


async def test_rows_that_were_not_taken_are_told_at_home_until_they_are_handled(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", 9, quotas=[{"id": "guru", "seats": 9, "categories": ["guru"]}])

        async def sent(*rows: list[str]) -> str:
            files = {"berkas": ("undangan.xlsx", book([TITLES, *rows]))}
            answer = await client.post(IMPORT, data=await marks(client, IMPORT), files=files)
            path = answer.headers["Location"]
            await client.post(path, data=await marks(client, path))
            await office.at_rest()
            return path

        async def told() -> list[str]:
            home = await client.get("/staf")
            sound(home)
            return re.findall(
                rf'<a href="({IMPORT}/[^"]+)">(\d+) baris undangan tidak diterima</a>', home.text
            )

        wrong = [invited(2, unsur="raja"), invited(3, unsur="dinas")]
        first = await sent(invited(1), *wrong)
        assert await told() == [(first, "2")], "one when it was looked through, one by the register"
        second = await sent(invited(1), invited(2), wrong[1], invited(1, name="ni uji 1"))
        assert await told() == [(second, "1")], "mended and sent again; who is registered already is right"
        report = await client.get(second)
        sound(report)
        assert "Tandai selesai" in report.text
        handled = await client.post(f"{second}/selesai", data=await marks(client, second))
        home = await landed(client, handled)
        assert "Ditandai selesai: baris yang tidak diterima itu tidak disebut lagi di sini." in home.text
        assert await told() == [], "and the first sheet does not come back"
        assert "Tandai selesai" not in (await client.get(second)).text
        await sent(invited(1), invited(2))
        assert await told() == []
        sheet = book([TITLES, *wrong])
        answer = await client.post("/api/v1/activities/uji/imports", content=sheet, headers=STAFF)
        assert answer.json()["refused"] == 1
        await office.at_rest()
        ((path, rows),) = await told()
        assert (rows, "kuota" in (await client.get(path)).text) == ("2", True), "also of what a program sent"
        kept = await office.store["uploads"].find({}).to_list(None)
        assert not re.search("@sekolah|Ni Uji", str(kept)), "of whom it was nothing is kept"
