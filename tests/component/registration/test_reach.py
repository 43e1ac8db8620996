"""A role of one activity reaches what is of that activity, and nobody's data of others."""

import io
from typing import Any

import httpx
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from services.registration.kernel.actions import Role
from shared.accounts.domain.permissions import Grant
from tests.component.registration.browser import STAFF, announce
from tests.component.registration.test_pages import sound
from tests.support import accounts
from tests.support.office import TestOffice, new_office, person
from tests.support.servers import Servers

PHONE, NUPTK = "+62 811 0000 0000", "1234567890123456"
PLAIN = {"public_url": "http://office"}


async def entered(
    client: httpx.AsyncClient, activity: str, who: dict[str, Any], headers: dict[str, str] = STAFF
) -> str:
    body = person(1) | {"participant": who}
    answer = await client.post(f"/api/v1/activities/{activity}/registrations", json=body, headers=headers)
    return str(answer.json()["registration"])


async def scoped(office: TestOffice, client: httpx.AsyncClient, role: Role) -> dict[str, str]:
    headers = await accounts.session(office, await accounts.account(office, Grant(role, "lain")))
    cookie = headers["Cookie"].replace("__Host-simpul", "simpul")
    return {"Cookie": cookie}


async def registered_by_a_scoped_committee(
    office: TestOffice, client: httpx.AsyncClient, me: dict[str, str], typed: dict[str, str]
) -> str:
    """The page of the registration, by the form that they have."""
    page = await client.get("/staf/kegiatan/lain/daftarkan", headers=me)
    marks = await accounts.marks(client, me) | {"nonce": "n1"}
    assert page.status_code == 200
    sent = marks | {"nama": typed["name"], "email": typed["email"], "unsur": "guru", "wilayah": "51.03"}
    answer = await client.post("/staf/kegiatan/lain/daftarkan", data=sent, headers=me)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


async def test_whom_a_committee_enters_they_do_not_get_to_know(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration(**PLAIN) as client:
        await announce(client, "uji")
        await announce(client, "lain")
        who = person(1)["participant"] | {"phone": PHONE, "nuptk": NUPTK}
        first = await entered(client, "uji", who)
        me = await scoped(office, client, Role.PANITIA)
        where = await registered_by_a_scoped_committee(office, client, me, who)
        page = await client.get(where, headers=me)
        sound(page)
        assert who["email"] in page.text
        for hidden in (PHONE, NUPTK, "0811"):
            assert hidden not in page.text
        assert "tidak tampak di sini" in page.text
        row = where.partition("?")[0]
        sent = await accounts.marks(client, me) | {"nama": who["name"], "email": "saya@jahat.example"}
        refused = await client.post(f"{row}/data", data=sent, headers=me)
        assert (refused.status_code, "panitia seluruh balai" in refused.text) == (403, True)
        kept = await client.get(f"/staf/pendaftaran/{first}", headers=await whole(office))
        assert who["email"] in kept.text
        assert PHONE in kept.text
        book = await client.get("/staf/kegiatan/lain/peserta.xlsx", headers=me)
        cells = CalamineWorkbook.from_filelike(io.BytesIO(book.content)).get_sheet_by_index(0).to_python()
        assert who["name"] in str(cells)
        assert (PHONE in str(cells), NUPTK in str(cells)) == (False, False)
        paper = await client.get("/staf/kegiatan/lain/cetak/daftar-hadir.pdf", headers=me)
        text = PdfReader(io.BytesIO(paper.content)).pages[0].extract_text()
        assert (who["name"] in text, NUPTK in text) == (True, False)


async def whole(office: TestOffice) -> dict[str, str]:
    headers = await accounts.session(office, await accounts.account(office, Grant(Role.PANITIA)))
    return {"Cookie": headers["Cookie"].replace("__Host-simpul", "simpul")}


async def test_whoever_registers_themselves_is_seen_by_their_committee(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration(**PLAIN) as client:
        await announce(client, "uji")
        await announce(client, "lain")
        who = person(1)["participant"] | {"phone": PHONE}
        await entered(client, "uji", who)
        await client.post(
            "/api/v1/activities/lain/registrations",
            json=person(1) | {"participant": who},
            headers={"Prefer": "wait=20"},
        )
        await office.at_rest()
        me = await scoped(office, client, Role.PANITIA)
        book = await client.get("/staf/kegiatan/lain/peserta.xlsx", headers=me)
        cells = CalamineWorkbook.from_filelike(io.BytesIO(book.content)).get_sheet_by_index(0).to_python()
        assert PHONE in str(cells)


async def test_a_list_that_is_looked_through_tells_of_others_only_that_they_differ(
    brokerless: Servers,
) -> None:
    async with new_office(brokerless) as office, office.registration(**PLAIN) as client:
        await announce(client, "uji")
        await announce(client, "lain")
        who = person(1)["participant"] | {"phone": PHONE}
        await entered(client, "uji", who)
        sheet = f"Nama,Email,Unsur,No. HP\n{who['name']},{who['email']},guru,0812 3333 4444\n"
        for headers, tells in (
            (await scoped(office, client, Role.PANITIA), False),
            (await whole(office), True),
        ):
            marks = await accounts.marks(client, headers)
            answer = await client.post(
                "/staf/kegiatan/lain/impor",
                data=marks,
                files={"berkas": ("daftar.csv", sheet.encode())},
                headers=headers,
            )
            page = await client.get(answer.headers["Location"], headers=headers)
            assert "berbeda dari data balai" in page.text
            assert (PHONE in page.text) is tells
        deeds = await office.store["history"].count_documents({"deed": "check_list"})
        assert deeds == 2
