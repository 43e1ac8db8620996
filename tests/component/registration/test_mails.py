"""What became of people's mails, on the staff's desk, as the office's real notification tells it."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import unescape
from time import monotonic

import httpx
import pytest

from local.machine import free_port
from shared.contracts.directory import registration_key
from shared.contracts.topics import database, directory
from shared.kafka.records import partition_of
from shared.mongo.driver import connect
from tests.component.registration.browser import announce, landed, submitted, typed
from tests.component.registration.test_desk import DESK, link_to, marks, names
from tests.component.registration.test_pages import sound
from tests.component.registration.test_staff import PLAIN, staff_at
from tests.integration.notification.sink import Sink
from tests.support.drivers import driver
from tests.support.mails import notification
from tests.support.office import STAFF_TOKEN, TestOffice, new_office
from tests.support.servers import Servers
from tests.support.waiting import until

AWAY = "Layanan email tidak menjawab"


@dataclass
class Place:
    office: TestOffice
    client: httpx.AsyncClient
    sink: Sink

    async def told(self, path: str, text: str) -> httpx.Response:
        """The page as soon as it says so."""

        async def says() -> httpx.Response | None:
            page = await self.client.get(path)
            return page if text in page.text else None

        found: httpx.Response = await until(says)
        sound(found)
        return found


@asynccontextmanager
async def desk_with_mails(brokerless: Servers) -> AsyncIterator[Place]:
    async with (
        Sink() as sink,
        new_office(brokerless) as office,
        notification(office, sink.url) as url,
        office.registration(**PLAIN, notification_url=url) as client,
    ):
        await client.post("/staf/masuk", data={"sandi": STAFF_TOKEN})
        yield Place(office, client, sink)


def to_send_again(page: httpx.Response) -> list[str]:
    return [unescape(one) for one in re.findall(r'name="surel" value="([^"]+)"', page.text)]


async def test_what_failed_is_told_and_sent_again_after_the_correction(
    brokerless: Servers, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    async with desk_with_mails(brokerless) as place:
        client = place.client
        place.sink.refuse["uji1@sekolah.example"] = "550 unknown"
        for name in ("uji", "dua"):
            await announce(client, name, title=f"Rapat {name}")
            await submitted(client, name, **typed(1))
        await submitted(client, "uji", **typed(2))
        home = await place.told("/staf", "2 email gagal dikirim")
        assert 'href="/staf/surel?status=failed"' in home.text
        await place.told(f"{DESK}/surel?status=sent", "Terkirim (1)")
        every = await place.told("/staf/surel?status=failed", "Gagal (2)")
        assert names(every) == ["Ni Wayan Uji 1", "Ni Wayan Uji 1"]
        assert "Rapat dua" in every.text
        assert "uji1@<wbr>sekolah.example" in every.text
        assert "Ditolak server email. Periksa alamatnya." in every.text
        of_one = await client.get(f"{DESK}/surel")
        assert len(to_send_again(of_one)) == 1, "what was sent has no button"
        one = await link_to(client, "uji1@")
        page = await client.get(one)
        sound(page)
        assert len(to_send_again(page)) == 1

        form = await marks(client, one) | {"nama": "Ni Wayan Uji 1", "email": "betul@sekolah.example"}
        corrected = await client.post(f"{one}/data", data=form)
        reached = await place.told(corrected.headers["Location"], "Kirim lagi 2 email yang belum sampai")
        unsent = sorted(set(to_send_again(reached)))
        assert len(unsent) == 2, "of all registrations that the correction reached"
        answer = await client.post(f"{one}/surel", data=await marks(client, one) | {"surel": unsent})
        assert answer.status_code == 303
        assert "Sudah diantrekan lagi" in (await landed(client, answer)).text
        [done] = await place.office.store["history"].find({"deed": "resend_mails"}).to_list(None)
        assert done["about"] == ["r:" + one.rpartition("/")[2]]
        assert "mengirim lagi email" in (await client.get(one)).text
        await place.told(f"{one}", "Terkirim")
        await place.told("/staf", "dan tidak ada email yang gagal")
        assert place.sink.recipients.count("betul@sekolah.example") == 2

        late = await client.post("/staf/surel", data=await marks(client, one) | {"surel": unsent[0]})
        assert "Ada yang tidak dikirim lagi" in (await landed(client, late)).text
        unmarked = await client.post("/staf/surel", data={"csrf": "x", "surel": unsent[0]})
        assert unmarked.status_code == 403
    ours = [
        one.getMessage() for one in caplog.records if one.name.startswith(("services", "shared", "httpx"))
    ]
    assert any("/deliveries/newest" in one for one in ours), "what asks is heard"
    assert not [one for one in ours if re.search("sekolah|Wayan", one)]


async def test_a_form_sends_again_no_mail_that_its_page_does_not_show(brokerless: Servers) -> None:
    """A role in one activity reaches no other's mails, whoever knows their names."""
    async with desk_with_mails(brokerless) as place:
        client = place.client
        for number, name in enumerate(("uji", "dua"), start=1):
            place.sink.refuse[f"uji{number}@sekolah.example"] = "550 unknown"
            await announce(client, name, title=f"Rapat {name}")
            await submitted(client, name, **typed(number))
        await place.told("/staf/surel?status=failed", "Gagal (2)")
        (foreign,) = to_send_again(await client.get("/staf/kegiatan/dua/surel"))
        (own,) = to_send_again(await client.get(f"{DESK}/surel"))
        one = await link_to(client, "uji1@")
        for path in (DESK, one):
            form = await marks(client, one) | {"surel": foreign}
            answer = await client.post(f"{path}/surel", data=form)
            assert (answer.status_code, "kirim=" in answer.headers["Location"]) == (303, False), path
            answer = await client.post(f"{path}/surel", data=form | {"surel": own})
            assert "kirim=" in answer.headers["Location"], path


async def test_a_list_is_paged_filtered_and_small(brokerless: Servers) -> None:
    async with desk_with_mails(brokerless) as place:
        await announce(place.client, "uji", 20, title="Pengelolaan kinerja guru " * 8)
        for number in range(23):
            email = f"{'nama-yang-sangat-panjang-' * 2}{number}@sekolah-dasar-negeri.example"
            place.sink.refuse[email] = "550 unknown"
            name = f"Ni {'Luh ' * 40}Uji {number:02}"
            await submitted(place.client, "uji", **typed(number, nama=name, email=email))
        await place.told(f"{DESK}/surel", "Gagal (23)")
        for path in (f"{DESK}/surel?", "/staf/surel?", "/staf/surel?status=failed&"):
            first = await place.told(f"{path}hal=1", "Gagal (23)")
            assert (len(names(first)), "Halaman 1 dari 2" in first.text) == (20, True), path
            assert "Kirim lagi semua 20 yang belum sampai" in first.text
            last = await place.client.get(f"{path}hal=2")
            assert "Kirim lagi semua 3 yang" in last.text
            assert len(names(last)) == 3
            assert not set(to_send_again(first)) & set(to_send_again(last))
        none = await place.client.get(f"{DESK}/surel?status=ambiguous")
        assert "Tidak ada email di halaman ini" in none.text
        strange = await place.client.get(f"{DESK}/surel?status=entah")
        assert "Halaman 1 dari 2" in strange.text
        form = await marks(place.client, f"{DESK}/surel")
        sent = to_send_again(last)[0]
        back = await place.client.post(f"{DESK}/surel?status=failed&hal=2", data=form | {"surel": sent})
        assert back.headers["Location"] == f"{DESK}/surel?status=failed&hal=2&kirim=lagi"
        place.client.cookies.clear()
        for path in (f"{DESK}/surel", "/staf/surel"):
            assert (await place.client.get(path)).headers["Location"] == "/staf/masuk"
            assert (await place.client.post(path, data=form | {"surel": sent})).status_code == 303


async def test_without_an_answer_every_page_stands_and_says_so(brokerless: Servers) -> None:
    async with new_office(brokerless) as office:
        nobody = f"http://127.0.0.1:{free_port()}"
        async with office.registration(**PLAIN, notification_url=nobody) as client:
            await client.post("/staf/masuk", data={"sandi": STAFF_TOKEN})
            await announce(client, "uji")
            await submitted(client, "uji", **typed(1))
            one = await link_to(client, "uji1@")
            for path in ("/staf", "/staf/surel", f"{DESK}/surel", one):
                page = await client.get(path)
                sound(page)
                assert (page.status_code, AWAY in page.text) == (200, True), path
            form = await marks(client, one) | {"surel": f"{office.code}-0-1:confirmed:{one[-29:]}:-"}
            answer = await client.post(f"{one}/surel", data=form)
            assert "belum pasti ada yang dikirim lagi" in (await landed(client, answer)).text


async def test_a_service_that_says_nothing_is_not_waited_for(brokerless: Servers) -> None:
    heard = asyncio.Event()

    async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.set()
        await reader.read()  # until who asks hangs up
        writer.close()

    async with (
        new_office(brokerless) as office,
        await asyncio.start_server(silence, "127.0.0.1", 0) as silent,
    ):
        port = silent.sockets[0].getsockname()[1]
        async with office.registration(**PLAIN, notification_url=f"http://127.0.0.1:{port}") as client:
            await client.post("/staf/masuk", data={"sandi": STAFF_TOKEN})
            begun = monotonic()
            assert AWAY in (await client.get("/staf")).text
            assert monotonic() - begun < 3
            assert heard.is_set()


async def test_where_no_address_is_set_the_desk_says_where_mails_are_seen(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji")
        for path in ("/staf/surel", f"{DESK}/surel"):
            page = await client.get(path)
            sound(page)
            assert "SIMPUL_NOTIFICATION_URL" in page.text
        assert AWAY not in (await client.get("/staf")).text


async def test_why_mails_are_held_up_stands_on_the_desk(brokerless: Servers) -> None:
    """Somebody puts junk into the directory in the place of a registration that mails are owed to."""
    async with desk_with_mails(brokerless) as place:
        await announce(place.client, "uji")
        await submitted(place.client, "uji", **typed(1))
        await place.told("/staf/surel?status=sent", "Terkirim (1)")
        (row,) = await place.office.store["registrations"].find({}).to_list(None)
        store = connect(brokerless.mongo, database(place.office.code, "notification"), driver())
        await store["directory"].delete_many({"_id": registration_key(row["_id"])})
        where = partition_of(b"uji", place.office.partitions)
        key = registration_key(row["_id"]).encode()
        await place.office.producer.send(directory(place.office.code), key, b"{", [], where)

        async def parked() -> bool:
            return bool(await store["parked"].count_documents({}))

        await until(parked)
        one = await link_to(place.client, "uji1@")
        await place.client.post(f"{one}/batal", data=await marks(place.client, f"{one}/batal"))
        page = await place.told("/staf/surel", "Tertahan: data yang diperlukan belum dapat dibaca.")
        assert "holds no readable entry; mails that need it wait" in page.text
        await place.told("/staf", "Sebagian email balai tertahan")
        await store.close()
