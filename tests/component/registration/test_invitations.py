"""Inviting many at once; answering by a link, naming people, replacing them; and the seats that are held."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx

from shared.links import Links
from tests.component.registration.browser import STAFF, announce, heading, landed, submitted, typed
from tests.component.registration.test_desk import marks
from tests.component.registration.test_offers import mismatches
from tests.component.registration.test_pages import sound
from tests.component.registration.test_publishing import wrong_fields
from tests.component.registration.test_running import said
from tests.component.registration.test_seating import arrived, ids, row_of
from tests.component.registration.test_staff import staff_at
from tests.support.office import LINK_KEYS, PUBLIC_URL, TestOffice
from tests.support.servers import Servers

LINKS = Links(PUBLIC_URL, LINK_KEYS)
FIVE: list[dict[str, Any]] = [{"id": "semua", "seats": 5}]
DESK = "/staf/kegiatan/uji/undangan"
LATER = (datetime.now(UTC) + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")


def link(invitation: str) -> str:
    return urlsplit(LINKS.to_invitation(invitation)).path


async def sent(client: httpx.AsyncClient, *lines: str, **more: str) -> httpx.Response:
    form = {"daftar": "\n".join(lines), "unsur": "guru", "sampai": LATER, "untuk": "instansi"} | more
    return await client.post(DESK, data=await marks(client, DESK) | form)


async def invited(office: TestOffice) -> dict[str, str]:
    """By name, the id."""
    rows = await office.store["invitations"].find({}).to_list(None)
    return {row["invited"]["to"]["name"]: row["_id"] for row in rows}


async def test_staff_invite_many_and_see_who_is_silent(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", quotas=FIVE)
        sound(await client.get(DESK))
        wrong = await sent(client, "", unsur="", sampai="")
        assert (wrong.status_code, wrong_fields(wrong)) == (422, ["daftar", "unsur", "sampai"])
        odd = await sent(client, "SD 1; bukan email; 2")
        assert (odd.status_code, "Baris 1" in odd.text) == (422, True)
        some = await sent(client, "SD 1 Contoh; sd1@contoh.example; 3", "SD 2 Contoh; sd2@contoh.example; 4")
        assert some.status_code == 409
        assert "1 undangan dikirim" in some.text
        assert "sd2@contoh.example; 4" in some.text
        assert some.text.count("sd1@contoh.example; 3") == 1, "what is sent is not sent again; the hint stays"
        fits = await landed(client, await sent(client, "SD 2 Contoh; sd2@contoh.example; 2"))
        assert said(fits) == "1 undangan dikirim, dan kursinya disimpan."
        await submitted(client, "uji", **typed(1))
        (late,) = await ids(office)
        assert (await row_of(office, late))["status"] == "waitlisted", "all seats are held"
        no = await landed(
            client,
            await client.post(link((await invited(office))["SD 2 Contoh"]), data={"jawaban": "berhalangan"}),
        )
        assert "berhalangan" in no.text
        assert (await row_of(office, late))["status"] == "confirmed"
        page = await client.get(DESK)
        sound(page)
        assert "Ingatkan 1 yang belum menjawab" in page.text
        done = await landed(client, await client.post(f"{DESK}/ingatkan", data=await marks(client, DESK)))
        assert said(done) == "1 undangan yang belum dijawab diingatkan lewat email."
        assert "diingatkan 1 kali" in done.text
        history = await client.get("/staf/kegiatan/uji/riwayat")
        assert "mengundang" in history.text
        facts = await office.store["facts"].find({}).to_list(None)
        assert "contoh.example" not in str(facts), "no address stands in a fact"
        assert not await mismatches(office)


async def test_who_is_invited_answers_names_people_and_replaces_them(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", quotas=FIVE, invitation_only=True)
        assert "hanya untuk yang diundang" in (await client.get("/kegiatan/uji")).text
        await sent(client, "SD 1 Contoh; sd1@contoh.example; 3", pesan="Guru kelas awal")
        page = link((await invited(office))["SD 1 Contoh"])
        shown = await client.get(page)
        sound(shown)
        assert heading(shown) == "Rapat koordinasi uji"
        assert "3 kursi disimpan" in shown.text
        for odd in ("9" * 5_000, "\N{SUPERSCRIPT TWO}", "4", "dua"):
            answer = await client.post(page, data={"jawaban": "diwakili", "kursi": odd})
            assert answer.status_code == 303, odd[:9]
        yes = await landed(client, await client.post(page, data={"jawaban": "diwakili", "kursi": "2"}))
        assert "Anda menjawab <strong>diwakili</strong>" in yes.text
        assert "2 kursi disimpan" in yes.text
        lacking = await client.post(f"{page}/orang", data={"nama": "Ni Luh Satu"})
        assert (lacking.status_code, wrong_fields(lacking)) == (422, ["email"])
        who = {"nama": "Ni Luh Satu", "email": "satu@contoh.example"}
        twice = [await client.post(f"{page}/orang", data=who) for _ in range(2)]
        assert [one.status_code for one in twice] == [303, 409]
        assert "tidak dapat ditambahkan" in twice[1].text
        named = await landed(
            client,
            await client.post(
                f"{page}/orang", data=who | {"nama": "I Ketut Dua", "email": "dua@contoh.example"}
            ),
        )
        assert "Ni Luh Satu" in named.text
        assert "Sebut siapa yang hadir" not in named.text, "all seats are used"
        first, _ = await ids(office)
        row = await row_of(office, first)
        assert (row["status"], row["who"]["category"], row["who"]["institution"]["name"]) == (
            "confirmed",
            "guru",
            "SD 1 Contoh",
        )
        sound(await client.get(f"{page}/orang/{first}"))
        other = {"nama": "I Wayan Tiga", "email": "tiga@contoh.example"}
        replaced = await landed(client, await client.post(f"{page}/orang/{first}", data=other))
        assert "I Wayan Tiga" in replaced.text
        assert "Ni Luh Satu" not in replaced.text
        assert (await row_of(office, first))["status"] == "cancelled"
        assert (await client.get(f"{page}/orang/{first}")).status_code == 404
        assert (await client.get(f"{page}x")).status_code == 404
        assert not await mismatches(office)


async def test_what_is_not_used_by_the_date_goes_to_those_who_wait(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", quotas=[{"id": "semua", "seats": 1}])
        until = (datetime.now(UTC) + timedelta(seconds=3)).isoformat()
        body = {"to": {"name": "Wayan Tamu", "email": "tamu@contoh.example"}, "seats": 1, "until": until}
        path, headers = "/api/v1/activities/uji/invitations", STAFF | {"Prefer": "wait=5"}
        answer = await client.post(path, json=body | {"category": "dinas"}, headers=headers)
        assert answer.json()["result"] == "invited", answer.text
        assert (await client.post(path, json=body | {"seats": 0}, headers=headers)).status_code == 422
        full = await client.post(path, json=body | {"category": "guru"}, headers=headers)
        assert full.json()["reason"] == "no_seat"
        await arrived(client, {})
        (waits,) = await ids(office)
        listed = (await client.get(path, headers=STAFF)).json()
        assert [(one["name"], one["left"], one["state"]) for one in listed["items"]] == [
            ("Wayan Tamu", 1, "silent")
        ]
        async with asyncio.timeout(20):
            while (await row_of(office, waits))["status"] != "confirmed":
                await asyncio.sleep(0.1)
        gone = await client.get(link(listed["items"][0]["id"]))
        assert "Batas waktu menjawab sudah lewat" in gone.text
        forged = {
            "participant": {"name": "Ni Wayan Uji 9", "email": "uji9@sekolah.example"},
            "category": "guru",
        }
        public = await client.post(
            "/api/v1/activities/uji/registrations", json=forged | {"invitation": listed["items"][0]["id"]}
        )
        assert public.status_code == 422, "of the public no invitation is heard"
        assert not await mismatches(office)
