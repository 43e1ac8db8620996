"""People with a part in an activity: at the desk, over the API, by mail, and after the database was lost."""

import httpx
import pytest

from services.registration.storage.holdings import collect, remove
from services.registration.storage.provision import provision
from services.registration.storage.recover import recover
from services.registration.storage.state_check import check_states
from tests.component.registration.browser import STAFF, announce, heading, landed, submitted, typed
from tests.component.registration.test_desk import DESK, marks
from tests.component.registration.test_materials import guide, published
from tests.component.registration.test_pages import sound
from tests.component.registration.test_running import said
from tests.component.registration.test_staff import staff_at
from tests.support.beside import all_sent, beside
from tests.support.features import ALL
from tests.support.markup import MAX_BYTES, Markup
from tests.support.office import new_office
from tests.support.servers import Servers

PARTS = "/api/v1/activities/uji/parts"
PAGE, STAFF_PAGE = "/kegiatan/uji", f"{DESK}/pengisi"
SPEAKER = {
    "part": "narasumber",
    "name": "Dr. Kasiman <Contoh>, S.Pd.",
    "institution": "Badan Contoh Regional X",
    "email": "kasiman@instansi.example",
    "phone": "0000-0000-01",
    "sessions": ["sesi-1"],
}
TYPED = {"peran": "moderator", "nama": "Made Contoh", "email": "made@instansi.example"}


async def added(client: httpx.AsyncClient, **changed: object) -> str:
    answer = await client.post(PARTS, json=SPEAKER | changed, headers=STAFF)
    assert answer.json().get("result") == "added", answer.text
    items = (await client.get(PARTS, headers=STAFF)).json()["items"]
    return str(next(one["id"] for one in items if one["name"] == (SPEAKER | changed)["name"]))


async def test_the_api_adds_and_removes_and_the_same_person_again_is_one(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji")
        part = await added(client)
        assert await added(client, phone="0000-0000-02") == part
        found = (await client.get(PARTS, headers=STAFF)).json()
        assert (len(found["items"]), found["items"][0]["phone"], found["next"]) == (1, "0000-0000-02", None)
        for wrong, status in (
            ({"part": "raja"}, 422),
            ({"name": ""}, 422),
            ({"seat": 1}, 422),
            ({"sessions": ["tiada"]}, 409),
        ):
            answer = await client.post(PARTS, json=SPEAKER | wrong, headers=STAFF)
            assert answer.status_code == status, wrong
        assert (await client.get(PARTS)).status_code == 401
        assert (await client.post(PARTS, json=SPEAKER)).status_code == 401
        gone = await client.delete(f"{PARTS}/{part}", headers=STAFF)
        assert (gone.json()["result"], gone.json()["message"]) == ("removed", "Sudah dihapus dari daftar.")
        again = await client.delete(f"{PARTS}/{part}", headers=STAFF)
        assert (again.status_code, again.json()["reason"]) == (409, "part_unknown")
        seats = (await client.get("/api/v1/activities/uji")).json()
        assert seats["quotas"][0]["taken"] == 0


async def test_everybody_reads_who_they_are_and_nobody_how_they_are_reached(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji")
        assert "Pengisi kegiatan" not in (await client.get(PAGE)).text
        await added(client)
        await added(client, name="Sri Contoh", part="pembuka", sessions=[], institution=None, order=1)
        page = await client.get(PAGE)
        sound(page)
        assert page.text.index("Sri Contoh") < page.text.index("Dr. Kasiman &lt;Contoh&gt;, S.Pd., Badan")
        assert "(pembuka)" in page.text
        for private in ("kasiman@", "0000-0000"):
            assert private not in page.text
        assert Markup(page.text).mistakes == []


async def test_staff_add_change_and_remove_at_the_desk(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji")
        assert f'href="{STAFF_PAGE}"' in (await client.get(DESK)).text
        sound(await client.get(STAFF_PAGE))
        wrong = await client.post(STAFF_PAGE, data=await marks(client, STAFF_PAGE) | TYPED | {"email": "x"})
        assert (wrong.status_code, heading(wrong)) == (422, "Pengisi kegiatan")
        assert '<a href="#email">' in wrong.text
        assert 'value="Made Contoh"' in wrong.text
        form = await marks(client, STAFF_PAGE) | TYPED
        page = await landed(client, await client.post(STAFF_PAGE, data=form))
        assert said(page).startswith("Tersimpan. Email")
        (one,) = (await client.get(PARTS, headers=STAFF)).json()["items"]
        path = f"{STAFF_PAGE}/{one['id']}"
        sound(await client.get(path))
        changed = await marks(client, path) | TYPED | {"nama": "Made Contoh, M.Pd.", "email": ""}
        page = await landed(client, await client.post(path, data=changed))
        assert said(page) == "Tersimpan."
        assert ("Made Contoh, M.Pd." in page.text, "tanpa email" in page.text) == (True, True)
        sound(await client.get(f"{path}/hapus"))
        gone = await client.post(f"{path}/hapus", data=await marks(client, f"{path}/hapus"))
        assert said(await landed(client, gone)) == "Sudah dihapus dari daftar."
        assert (await client.get(path)).status_code == 404
        for number in range(30):
            await added(client, name=f"{number:02} ".ljust(200, "x"), institution="y" * 200)
        assert len((await client.get(PAGE)).content) <= MAX_BYTES
        assert "Dan 5 orang lagi." in (await client.get(PAGE)).text
        for number in (1, 2):
            page = await client.get(f"{STAFF_PAGE}?hal={number}")
            assert (len(page.content) <= MAX_BYTES, page.text.count('hapus"')) == (True, 15)
        assert "Kembali ke halaman pertama" in (await client.get(f"{STAFF_PAGE}?hal=3")).text
        await client.post("/api/v1/activities/uji/cancellation", headers=STAFF)
        assert "Tambahkan</button>" not in (await client.get(STAFF_PAGE)).text


async def test_what_is_held_of_them_is_found_by_name_and_address_and_goes(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji")
        await submitted(client, "uji", **typed(1))
        await added(client, name="NI WAYAN UJI 1, S.Pd.", email="uji1@sekolah.example")
        await added(client, name="Orang Lain", email="uji1@sekolah.example")
        await office.at_rest()
        person = await office.store["people"].find_one({})
        assert person is not None
        held = await collect(ALL, office.of, person["ref"])
        assert {name: len(rows) for name, rows in held["parts"].items()} == {"parts": 1, "private": 1}
        await remove(ALL, office.of, person["ref"])
        (left,) = (await client.get(PARTS, headers=STAFF)).json()["items"]
        assert left["name"] == "Orang Lain"
        assert "NI WAYAN" not in str(await office.store["private"].find({}).to_list(None))
        findings = await check_states(office.store, ALL)
        assert not [one for one in findings.mismatches if one.kind == "part"]


@pytest.mark.broker
async def test_they_come_back_from_the_directory_and_facts_name_nobody(servers: Servers) -> None:
    async with new_office(servers) as office:
        async with office.registration() as client:
            await announce(client, "uji")
            await added(client)
            part = await added(client, name="Sri Contoh")
            await client.delete(f"{PARTS}/{part}", headers=STAFF)
            await office.at_rest()
        told = [one for one in await office.facts() if one["type"].startswith("part.")]
        assert [(one["type"], one["kind"]) for one in told] == [
            ("part.added", "narasumber"),
            ("part.added", "narasumber"),
            ("part.removed", "narasumber"),
        ]
        assert not [one for one in told if "Kasiman" in str(one) or "instansi" in str(one)]
        await office.store.drop()
        await provision(office.code, office.store, ALL, office.kafka, office.partitions, 1)
        assert not [one for one in await recover(office.of, ALL, office.kafka, 1) if "part " in one]
        findings = await check_states(office.store, ALL)
        assert (findings.mismatches, findings.surplus) == ([], {})
        async with office.registration() as client:
            (one,) = (await client.get(PARTS, headers=STAFF)).json()["items"]
            assert {name: one[name] for name in SPEAKER} == SPEAKER


@pytest.mark.broker
async def test_they_are_mailed_and_so_is_who_is_confirmed_of_a_new_guideline(servers: Servers) -> None:
    async with (
        new_office(servers) as office,
        office.registration() as client,
        beside(office) as (sink, _),
    ):
        await announce(client, "uji")
        await submitted(client, "uji", **typed(1))
        await added(client)
        await added(client, name="Tanpa Alamat", email=None)
        await published(client, await guide(client) | {"notify": True})
        await published(client, await guide(client) | {"title": "Panduan akhir"})
        await office.at_rest()
        assert await all_sent(sink, office) == 3
        speaker = next(mail for mail in sink.kept if "kasiman@" in mail["To"])
        assert speaker["Subject"].startswith("Pengisi kegiatan: ")
        text = speaker.get_body(("plain",)).get_content()
        assert "Anda tercatat sebagai narasumber" in text
        assert [part.get_content_type() for part in speaker.iter_attachments()] == ["text/calendar"]
        told = next(mail for mail in sink.kept if mail["Subject"].startswith("Materi kegiatan: "))
        assert "uji1@sekolah.example" in told["To"]
        await client.post("/api/v1/activities/uji/cancellation", headers=STAFF)
        await office.at_rest()
        assert await all_sent(sink, office) == 5
        gone = [mail["To"] for mail in sink.kept if mail["Subject"].startswith("Kegiatan tidak jadi: ")]
        assert len(gone) == 1
