"""A page of one's own: anybody asks for its link, who has the address is mailed it, who holds it opens it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from icalendar import Calendar

from services.registration.features.own_page.link_requests import LinkRequests
from services.registration.features.own_page.page_owners import PageOwners
from services.registration.kernel.feature import Entry
from shared.contracts.directory import OwnPageEntry
from shared.kafka.connection import KafkaUnavailable
from shared.links import Links
from tests.component.registration.browser import STAFF, announce, heading, submitted, typed
from tests.component.registration.test_pages import sound
from tests.support.office import LINK_KEYS, TestOffice, new_office
from tests.support.servers import Servers

PLAIN = {"public_url": "http://office", "registrations_per_address_hour": 30}
LINKS = Links("http://office", LINK_KEYS)


class Written:
    """Keeps entries; `away` raises as an unreachable broker does."""

    def __init__(self, away: bool = False) -> None:
        self.entries: list[OwnPageEntry] = []
        self._away = away

    async def write(self, entry: Entry, partition: int | None = None) -> None:
        if self._away:
            raise KafkaUnavailable("away")
        self.entries.append(OwnPageEntry.read(entry.value))


def requests(office: TestOffice) -> LinkRequests:
    owners = PageOwners(office.store, office.digests)
    return LinkRequests(office.store, office.digests, owners, LINKS)


async def asked(client: httpx.AsyncClient, email: str) -> httpx.Response:
    return await client.post("/saya", data={"email": email})


def path_of(entry: OwnPageEntry) -> str:
    return entry.link.removeprefix("http://office")


async def test_a_person_who_cannot_be_read_holds_up_nobody(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration(**PLAIN) as client:
        await announce(client, "uji")
        await submitted(client, "uji", **typed(1))
        row = await office.store["people"].find_one({"who": {"$exists": True}})
        assert row is not None
        unreadable = {"_id": "x", "ref": "x", "hints": row["hints"], "who": {"name": 7}}
        await office.store["people"].insert_one(unreadable)
        await asked(client, "uji1@sekolah.example")
        written = Written()
        assert await requests(office).mail(written) == 1
        assert len(written.entries) == 1


async def test_known_and_unknown_addresses_get_the_same_answer_and_one_gets_a_mail(
    brokerless: Servers,
) -> None:
    async with new_office(brokerless) as office, office.registration(**PLAIN) as client:
        await announce(client, "uji")
        await submitted(client, "uji", **typed(1))
        sound(await client.get("/saya"))
        answers = [await asked(client, email) for email in ("UJI1@sekolah.example", "tiada@sekolah.example")]
        for answer in answers:
            sound(answer)
        assert answers[0].content == answers[1].content
        rows = await office.store["own_page_requests"].find({}).to_list(None)
        assert len(rows) == 2
        assert "sekolah" not in str(rows), "no address is kept"
        for wrong in ("", "salah@", "a b@sekolah.example"):
            answer = await asked(client, wrong)
            assert (answer.status_code, '<a href="#email">' in answer.text) == (422, True)


async def test_a_link_is_mailed_once_an_hour_whatever_fails(brokerless: Servers) -> None:
    async with new_office(brokerless) as office:
        async with office.registration(**PLAIN) as client:
            await announce(client, "uji")
            await submitted(client, "uji", **typed(1))
        making, now = requests(office), datetime.now(UTC)
        for email in ("uji1@sekolah.example", "Uji1@Sekolah.example", "tiada@sekolah.example"):
            await making.ask(email, now)
        with pytest.raises(KafkaUnavailable):
            await making.mail(Written(away=True))
        written = Written()
        while await making.mail(written):
            pass
        (entry,) = written.entries
        assert (entry.email, entry.name) == ("uji1@sekolah.example", "Ni Wayan Uji 1")
        await making.ask("uji1@sekolah.example", now)
        assert await making.mail(written) == 0, "not again within the hour"
        await making.ask("uji1@sekolah.example", now + timedelta(hours=1))
        await making.mail(written)
        assert written.entries[1].rev > entry.rev
        assert written.entries[1].cause != entry.cause


async def opened(office: TestOffice, email: str = "uji1@sekolah.example") -> str:
    """The path of a page."""
    return LINKS.to_own_page(office.digests.address(email).hex(), datetime.now(UTC)).removeprefix(
        "http://office"
    )


async def test_the_page_shows_each_registration_of_its_owner_and_nobody_elses(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration(**PLAIN) as client:
        past = datetime.now(UTC) - timedelta(days=2)
        old = {"id": "lama", "title": "Lama", "starts": past, "ends": past + timedelta(hours=1)}
        ahead = {"id": "sesi-1", "title": "Daring", "starts": past + timedelta(days=9)}
        ahead |= {
            "ends": past + timedelta(days=9, hours=1),
            "zone": "WIT",
            "jp": 1,
            "link": "https://uji.example/",
        }
        await announce(client, "uji", 1, title="Rakor <uji>", sessions=[ahead])
        await announce(client, "dulu", title="Dulu", sessions=[old | {"zone": "WIT", "jp": 1}])
        for number in (2, 1):
            await submitted(client, "uji", **typed(number))
        await submitted(client, "dulu", **typed(1))
        page = await opened(office)
        shown = await client.get(page)
        sound(shown)
        assert heading(shown) == "Pendaftaran saya"
        assert shown.text.index("Rakor &lt;uji&gt;") < shown.text.index("Yang sudah selesai")
        assert "Daftar tunggu, urutan ke-1" in shown.text
        assert "Uji 2" not in shown.text
        rows = await office.store["registrations"].find({}).sort("arrival", 1).to_list(None)
        mine = next(row["_id"] for row in rows if row["activity"] == "uji" and row["status"] == "waitlisted")
        theirs = next(row["_id"] for row in rows if row["status"] == "confirmed" and row["activity"] == "uji")
        one = await client.get(f"{page}/{mine}")
        sound(one)
        assert "Mohon jangan datang" in one.text
        assert mine[:5] in one.text
        (event,) = Calendar.from_ical((await client.get(f"{page}/{mine}/jadwal.ics")).content).walk("VEVENT")
        assert str(event["uid"]) == f"{mine}-sesi-1@simpul"
        assert event["location"] == "Daring", "who waits is not shown into the meeting"
        for elsewhere in (
            f"{page}/{theirs}",
            f"{page}/x",
            f"{page[:-2]}xx",
            "/saya/x",
            f"{page}/{theirs}/jadwal.ics",
        ):
            answer = await client.get(elsewhere)
            assert answer.status_code == 404, elsewhere
        late = LINKS.to_own_page(
            office.digests.address("uji1@sekolah.example").hex(), past - timedelta(days=29)
        )
        assert (await client.get(late.removeprefix("http://office"))).status_code == 404


async def test_materials_for_participants_are_shown_to_who_is_confirmed(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration(**PLAIN) as client:
        await announce(client, "uji", 1)
        for number in (1, 2):
            await submitted(client, "uji", **typed(number))
        for name, public in (("umum", True), ("peserta", False)):
            body = {
                "id": name,
                "title": f"Paparan {name}",
                "url": "https://berkas.example/a",
                "public": public,
            }
            answer = await client.post("/api/v1/activities/uji/materials", json=body, headers=STAFF)
            assert answer.json()["result"] == "published"
        shown = []
        for number in (1, 2):
            page = await opened(office, f"uji{number}@sekolah.example")
            link = re.findall(rf'href="({page}/[a-z2-7]{{29}})"', (await client.get(page)).text)[0]
            shown.append(re.findall(r"Paparan [a-z]+", (await client.get(link)).text))
        assert shown == [["Paparan peserta", "Paparan umum"], ["Paparan umum"]]


async def test_who_was_corrected_away_from_an_address_is_not_shown_by_it(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration(**PLAIN) as client:
        await announce(client, "uji")
        await submitted(client, "uji", **typed(1))
        row = await office.store["people"].find_one({"who.email": "uji1@sekolah.example"})
        assert row is not None
        body: dict[str, Any] = {"email": "baru@sekolah.example"}
        await client.patch(f"/api/v1/participants/{row['ref']}", json=body, headers=STAFF)
        assert "Belum ada pendaftaran" in (await client.get(await opened(office))).text
        new = await client.get(await opened(office, "baru@sekolah.example"))
        assert "Rapat koordinasi uji" in new.text


async def test_one_network_cannot_ask_for_ever(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration(**PLAIN) as client:
        answers = [await asked(client, f"a{number}@sekolah.example") for number in range(31)]
        assert [answer.status_code for answer in answers] == [200] * 30 + [429]
        assert "Terlalu banyak permintaan" in answers[-1].text
