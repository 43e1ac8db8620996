"""Every public page: what it tells, how large it is, and that it needs nobody else."""

import re
from datetime import UTC, datetime, timedelta

import httpx

from shared.links import Links
from tests.component.registration.browser import STAFF, announce, heading, submitted, typed
from tests.support.office import LINK_KEYS, PUBLIC_URL, STAFF_TOKEN, TestOffice, new_office
from tests.support.servers import Servers
from tests.support.waiting import until

MAX_BYTES = 30_000
NOW = datetime.now(UTC)


def sound(page: httpx.Response) -> None:
    """Small, one heading, no script, nothing from elsewhere, told to nobody."""
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert len(page.content) <= MAX_BYTES, (page.url, len(page.content))
    heading(page)
    assert '<html lang="id">' in page.text
    assert "<script" not in page.text
    assert not re.findall(r"(?:src|href|action|url\()=?[\"']?(?:https?:)?//[^\"')]+", page.text)
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "same-origin", "`no-referrer` makes the forms' Origin null"


async def cancel_link(office: TestOffice, activity: str = "uji") -> str:
    row = await office.store["registrations"].find_one({"activity": activity})
    assert row is not None
    return Links(PUBLIC_URL, LINK_KEYS).to_cancel(row["_id"]).removeprefix(PUBLIC_URL)


async def test_every_page_is_small_and_needs_nobody_else(brokerless: Servers) -> None:
    everywhere = [{"id": f"kuota-{number}", "seats": 9} for number in range(12)]
    plain = {"public_url": "http://office"}  # else the staff's cookie would want TLS
    async with new_office(brokerless) as office, office.registration(**plain) as client:
        await client.post("/staf/masuk", data={"sandi": STAFF_TOKEN})
        for number in range(24):
            await announce(client, f"kegiatan-{number}", title="Pengelolaan kinerja guru " * 7)
        topics = [f"Kebijakan pendidikan dan pengelolaan kinerja {number}" for number in range(30)]
        await announce(client, "uji", quotas=everywhere, topics=topics, speakers=topics, host="Dr. Uji")
        outcome = await submitted(client, "uji", **typed(1))
        wrong = await client.post("/kegiatan/uji/daftar", data={"token": "x"})
        paths = ["/", "/?hal=2", "/kegiatan/uji", "/kegiatan/uji/daftar", "/kegiatan/tiada", "/tiada"]
        sound(await client.get("/staf"))
        paths += ["/hasil/x", "/batal/x", "/?hal=x", await cancel_link(office)]
        pages = [outcome, wrong, *[await client.get(path) for path in paths]]
        for page in pages:
            sound(page)
        assert [page.status_code for page in pages] == [200, 422, 200, 200, 200, 200, *[404] * 4, 422, 200]
        assert (await client.post("/")).status_code == 405
        for path in ("/api/v1/activities/tiada", "/api/v1/tiada"):
            answer = await client.get(path)
            assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_open_activities_come_first_and_every_one_is_found(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        assert "Belum ada kegiatan" in (await client.get("/")).text
        await announce(client, "lewat", opens=NOW - timedelta(9), closes=NOW - timedelta(2))
        await announce(client, "nanti", opens=NOW + timedelta(2), closes=NOW + timedelta(9))
        await announce(client, "batal")
        for number in range(19):
            await announce(client, f"buka-{number:02}", closes=NOW + timedelta(hours=50 - number))
        await client.post("/api/v1/activities/batal/cancellation", json={}, headers=STAFF)
        found = []
        for number in (1, 2):
            page = (await client.get("/", params={"hal": number})).text
            found += re.findall(r'<h2><a href="/kegiatan/([a-z0-9-]+)">', page)
        assert found == [*(f"buka-{number:02}" for number in range(18, -1, -1)), "nanti", "lewat", "batal"]
        assert "Tidak ada kegiatan lagi" in (await client.get("/?hal=3")).text


async def test_an_activitys_page_tells_when_where_for_whom_and_how_many_are_left(brokerless: Servers) -> None:
    quotas = [
        {"id": "semua", "seats": 1200},
        {"id": "guru", "seats": 1, "categories": ["guru"], "regencies": ["51.03"], "cohorts": None},
    ]
    sessions = [
        {
            "id": "satu",
            "title": "Pembukaan",
            "starts": "2034-01-11T13:00:00+08:00",
            "ends": "2034-01-11T17:30:00+08:00",
            "zone": "WITA",
            "place": "Aula <b>Uji</b>",
            "jp": 6,
        }
    ]
    more = {"host": "Dr. Uji", "topics": ["Kinerja"], "reply_to": "tanya@balai.example"}
    speakers = [{"name": "Dra. Uji", "institution": "BKN"}, "Penulis"]
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji", quotas=quotas, sessions=sessions, speakers=speakers, **more)
        for number in (1, 2):
            await submitted(client, "uji", **typed(number))
        page = (await client.get("/kegiatan/uji")).text
        for told in (
            "Rabu, 11 Januari 2034, pukul 13.00–17.30 WITA",
            "Aula &lt;b&gt;Uji&lt;/b&gt;",
            "Kabupaten Badung",
            'data-label="Kursi">sisa 1.199',
            'data-label="Kursi">daftar tunggu',
            "1 orang di daftar tunggu",
            "Dra. Uji, BKN",
            "Penulis",
            "Kinerja",
            "Dr. Uji",
            "mailto:tanya@balai.example",
            'href="/kegiatan/uji/daftar"',
        ):
            assert told in page, told
        form = (await client.get("/kegiatan/uji/daftar")).text
        assert ">Dinas (sisa 1.199)</option>" in form
        assert ">Guru</option>" in form, "what a teacher finds hangs on where they work"
        await client.post("/api/v1/activities/uji/cancellation", json={}, headers=STAFF)
        assert "Kursi" not in (await client.get("/kegiatan/uji")).text


async def test_the_form_says_who_keeps_what_why_how_long_and_whom_to_ask(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji")
        page = (await client.get("/kegiatan/uji/daftar")).text
        for told in (f"BGP {office.code}", "Pasal 20 ayat (2) huruf e", "Lima tahun", f"data@{office.code}"):
            assert told in page
        hints = {"nama": "name", "email": "email", "telepon": "tel", "instansi": "organization"}
        for name, purpose in hints.items():
            assert re.search(rf'<input id="{name}"[^>]*autocomplete="{purpose}"', page)
        names = re.findall(r'<(?:input|select) id="([a-z_]+)"', page)
        assert all(f'<label for="{name}">' in page for name in names)


async def test_the_link_in_a_mail_asks_first_and_cancels_once(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji", 1)
        await submitted(client, "uji", **typed(1))
        link = await cancel_link(office)
        await submitted(client, "uji", **typed(2))
        for _ in range(2):  # a mail program that opens links cancels nothing
            question = await client.get(link)
            assert heading(question) == "Batalkan pendaftaran?"
            assert "Uji 1" not in question.text
        answers = [await client.post(link), await client.post(link)]
        assert len({answer.headers["Location"] for answer in answers}) == 1
        done = await client.get(answers[0].headers["Location"])
        assert heading(done) == "Pendaftaran Anda sudah dibatalkan"
        sound(done)
        assert heading(await client.get(link)) == "Pendaftaran ini sudah dibatalkan"

        async def promoted() -> bool:
            return await office.store["registrations"].count_documents({"status": "confirmed"}) == 1

        await until(promoted)
        kinds = await office.store["facts"].distinct("type")
        assert "id.simpul.registration.promoted.v1" in kinds
        assert await office.store["registrations"].count_documents({"status": "cancelled"}) == 1


async def test_a_link_to_cancel_that_is_not_ours_gets_a_kind_page(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji")
        await submitted(client, "uji", **typed(1))
        link = await cancel_link(office)
        elsewhere = Links(PUBLIC_URL, f"k1:{'ef' * 32}").to_cancel("a" * 29).removeprefix(PUBLIC_URL)
        nobody = Links(PUBLIC_URL, LINK_KEYS).to_cancel("a" * 29).removeprefix(PUBLIC_URL)
        for wrong in (link[:-1], elsewhere, nobody):
            for answer in (await client.get(wrong), await client.post(wrong)):
                assert answer.status_code == 404
                assert "email Anda" in answer.text
        foreign = await client.post(link, headers={"Origin": "https://jahat.example"})
        assert foreign.status_code == 403
        assert await office.store["registrations"].count_documents({"status": "confirmed"}) == 1
