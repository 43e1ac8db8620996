"""Materials of an activity: over the API, on the pages, and after the database was lost."""

import re
from typing import Any

import httpx
import pytest

from services.registration.storage.provision import collections, provision
from services.registration.storage.recover import recover
from services.registration.storage.state_check import check_states
from shared.links import Links
from tests.component.registration.browser import STAFF, announce, heading, landed, submitted, typed
from tests.component.registration.test_desk import DESK, marks
from tests.component.registration.test_pages import sound
from tests.component.registration.test_running import said
from tests.component.registration.test_staff import staff_at
from tests.support.backup import dump, restore
from tests.support.features import ALL
from tests.support.markup import MAX_BYTES, Markup
from tests.support.office import LINK_KEYS, TestOffice, new_office
from tests.support.sent_files import HTML, PDF
from tests.support.servers import Servers

MATERIALS = "/api/v1/activities/uji/materials"
PAGE, STAFF_PAGE = "/kegiatan/uji/materi", f"{DESK}/materi"
URL = "https://berkas.balai.example/paparan-1.pdf"
SLIDES = {"id": "paparan-1", "title": "Paparan <pembukaan>", "url": URL, "public": True}
NOTES = {"id": "catatan", "title": "Catatan panitia", "url": "https://balai.example"}
TYPED = {"kode": "paparan-1", "judul": "Paparan", "alamat": URL, "umum": "1"}


async def published(client: httpx.AsyncClient, body: dict[str, Any], activity: str = "uji") -> dict[str, Any]:
    path = f"/api/v1/activities/{activity}/materials"
    found: dict[str, Any] = (await client.post(path, json=body, headers=STAFF)).json()
    return found


async def listed(client: httpx.AsyncClient, headers: dict[str, str]) -> list[tuple[str, int, bool]]:
    found = (await client.get(MATERIALS, headers=headers)).json()
    assert found["next"] is None
    return [(one["id"], one["version"], one["public"]) for one in found["items"]]


@pytest.mark.broker
async def test_materials_are_published_withdrawn_and_come_back_but_for_newer_files(servers: Servers) -> None:
    async with new_office(servers) as office:
        async with office.registration() as client:
            await announce(client, "uji")
            assert (await published(client, SLIDES))["message"] == "Sudah diterbitkan."
            assert (await published(client, SLIDES | {"title": "Paparan"}))["result"] == "published"
            assert (await published(client, NOTES))["result"] == "published"
            assert (await published(client, await guide(client)))["result"] == "published"
            assert (await published(client, NOTES, "tiada"))["reason"] == "activity_unknown"
            answer = await client.delete(f"{MATERIALS}/catatan", headers=STAFF)
            assert answer.json()["result"] == "withdrawn"
            again = await client.delete(f"{MATERIALS}/catatan", headers=STAFF)
            assert (again.status_code, again.json()["reason"]) == (409, "material_unknown")
            await office.at_rest()
        told = [fact for fact in await office.facts() if fact["type"].startswith("material.")]
        assert [(one["type"], one["material"], one["public"], one["version"]) for one in told] == [
            ("material.published", "paparan-1", True, 1),
            ("material.published", "paparan-1", True, 2),
            ("material.published", "catatan", False, 1),
            ("material.published", "panduan", False, 1),
            ("material.withdrawn", "catatan", False, 1),
        ]
        assert not [one for one in told if URL in str(one) or "Pa" in str(one) or "sha256" in str(one)]
        await are_what_facts_lead_to(office)
        await office.store.drop()
        await provision(office.code, office.store, ALL, office.kafka, office.partitions, 1)
        (lost,) = (one for one in await recover(office.of, ALL, office.kafka, 1) if "material" in one)
        assert lost.startswith('lost: material uji/panduan: the file of "Panduan"')
        await are_what_facts_lead_to(office)
        async with office.registration() as client:
            assert await listed(client, STAFF) == [("paparan-1", 2, True)]
            assert URL in (await client.get(PAGE)).text
            for body in (NOTES, await guide(client)):
                assert (await published(client, body))["result"] == "published"
            assert await listed(client, STAFF) == [
                ("catatan", 2, False),
                ("panduan", 2, False),
                ("paparan-1", 2, True),
            ]


async def guide(client: httpx.AsyncClient, data: bytes = PDF) -> dict[str, Any]:
    """Of a file that was sent just now."""
    sent = await client.post("/api/v1/files", content=data, headers=STAFF)
    return {"id": "panduan", "title": "Panduan", "file": sent.json()["digest"]}


@pytest.mark.broker
async def test_a_backup_with_its_files_brings_them_back_and_who_holds_them(servers: Servers) -> None:
    async with new_office(servers) as office:
        async with office.registration() as client:
            await announce(client, "uji")
            await office.at_rest()
            body = await guide(client)
            await office.at_rest()
            with_files = await dump(office.store, *collections(ALL))
            await published(client, body)
            await office.at_rest()
        await restore(office.store, with_files)
        assert await office.store["file_references"].count_documents({}) == 0
        assert not [one for one in await recover(office.of, ALL, office.kafka, 1) if "material" in one]
        (row,) = await office.store["file_references"].find({}).to_list(None)
        assert (row["digest"], row["id"]) == (body["file"], "uji/panduan")
        async with office.registration() as client:
            answer = await client.get(f"{MATERIALS}/panduan/file", headers=STAFF)
            assert answer.content == PDF


async def are_what_facts_lead_to(office: TestOffice) -> None:
    findings = await check_states(office.store, ALL)
    assert (findings.mismatches, findings.surplus, findings.facts_without_row) == ([], {}, 0)


async def test_everybody_sees_what_is_public_and_staff_see_all(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji")
        sound(await client.get(PAGE))
        assert "Belum ada materi" in (await client.get(PAGE)).text
        for body in (SLIDES, NOTES):
            await published(client, body)
        assert await listed(client, {}) == [("paparan-1", 1, True)]
        assert await listed(client, STAFF) == [("catatan", 1, False), ("paparan-1", 1, True)]
        page = (await client.get(PAGE)).text
        assert f'<a href="{URL}" rel="noreferrer">Paparan &lt;pembukaan&gt;</a>' in page
        assert "(berkas.balai.example)" in page
        assert (await client.get(f"{PAGE}/paparan-1")).status_code == 404, "a link is no file"
        assert "Catatan panitia" not in page
        assert f'href="{PAGE}"' in (await client.get("/kegiatan/uji")).text
        for path in ("/kegiatan/tiada/materi", "/api/v1/activities/tiada/materials"):
            assert (await client.get(path)).status_code == 404


async def test_the_longest_list_is_shown_page_by_page(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji")
        for number in range(21):
            long = {
                "id": f"m-{number:02}",
                "title": f"{number:02} ".ljust(200, "x"),
                "url": URL.ljust(500, "y"),
            }
            assert (await published(client, SLIDES | long))["result"] == "published"
        for page, last in ((PAGE, 2), (STAFF_PAGE, 3)):
            for number in range(1, last + 1):
                fits(await client.get(f"{page}?hal={number}"))
            end = (await client.get(f"{page}?hal={last}")).text
            assert (end.count(URL), f'href="{page}?hal={last - 1}"' in end) == (1, True)
            assert "Kembali ke halaman pertama" in (await client.get(f"{page}?hal={last + 1}")).text
        wrong = await marks(client, STAFF_PAGE) | dict.fromkeys(TYPED, "x" * 500)
        fits(await client.post(STAFF_PAGE, data=wrong))


def fits(page: httpx.Response) -> None:
    assert len(page.content) <= MAX_BYTES
    assert Markup(page.text).mistakes == []


async def test_only_staff_publish_and_only_links_that_are_safe(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji")
        assert (await client.post(MATERIALS, json=SLIDES)).status_code == 401
        assert (await client.delete(f"{MATERIALS}/paparan-1")).status_code == 401
        assert (await client.get(MATERIALS, headers={"Authorization": "Bearer salah"})).status_code == 401
        for wrong in ({"url": "http://balai.example"}, {"public": "ya"}, {"id": "Paparan 1"}):
            answer = await client.post(MATERIALS, json=SLIDES | wrong, headers=STAFF)
            assert (answer.status_code, answer.json()["reason"]) == (422, "invalid"), wrong
        assert await listed(client, STAFF) == []


async def test_staff_publish_by_a_form_and_withdraw_after_a_question(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji")
        assert f'href="{STAFF_PAGE}"' in (await client.get(DESK)).text
        sound(await client.get(STAFF_PAGE))
        wrong = await client.post(STAFF_PAGE, data=await marks(client, STAFF_PAGE) | TYPED | {"alamat": "x"})
        assert (wrong.status_code, heading(wrong)) == (422, "Materi kegiatan")
        assert '<a href="#alamat">' in wrong.text
        assert 'value="Paparan"' in wrong.text
        form = await marks(client, STAFF_PAGE) | TYPED
        page = await landed(client, await client.post(STAFF_PAGE, data=form))
        assert said(page) == "Materi sudah diterbitkan."
        assert "Semua orang" in page.text
        again = await landed(client, await client.post(STAFF_PAGE, data=form))
        assert said(again) == "Materi sudah diterbitkan.", "pressed twice it is one command"
        assert await listed(client, {}) == [("paparan-1", 1, True)]
        without = {name: value for name, value in TYPED.items() if name != "umum"}
        hidden = await client.post(STAFF_PAGE, data=await marks(client, STAFF_PAGE) | without)
        assert "Peserta dan petugas</td>" in (await landed(client, hidden)).text
        assert URL not in (await client.get(PAGE)).text
        gone = f"{STAFF_PAGE}/paparan-1/tarik"
        assert f'href="{gone}"' in (await client.get(STAFF_PAGE)).text
        sound(await client.get(gone))
        page = await landed(client, await client.post(gone, data=await marks(client, gone)))
        assert said(page) == "Materi sudah ditarik."
        assert (await client.get(gone)).status_code == 404
        assert URL not in page.text
        late = await client.post(gone, data=await marks(client, STAFF_PAGE))
        assert (late.status_code, "Materi tidak ditemukan" in late.text) == (409, True)
        odd = await client.post(f"{STAFF_PAGE}/X/tarik", data=await marks(client, STAFF_PAGE))
        assert odd.status_code == 404


async def test_a_cancelled_activity_has_no_more_materials_published(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji")
        form = await marks(client, STAFF_PAGE) | TYPED
        await client.post("/api/v1/activities/uji/cancellation", headers=STAFF)
        refused = await client.post(STAFF_PAGE, data=form)
        assert (refused.status_code, "Kegiatan ini dibatalkan." in refused.text) == (409, True)
        assert "Terbitkan</button>" not in refused.text


async def test_a_file_is_published_by_the_form_and_sent_once_however_often_the_rest_is_mended(
    brokerless: Servers,
) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji")
        empty = await client.post(STAFF_PAGE, data=await marks(client, STAFF_PAGE) | {"kode": "p"})
        assert (empty.status_code, '<a href="#berkas">' in empty.text) == (422, True)
        bad = {"berkas": ("panduan.pdf", HTML, "application/pdf")}
        form = await marks(client, STAFF_PAGE) | {"kode": "panduan", "judul": "Panduan", "kabari": "1"}
        refused = await client.post(STAFF_PAGE, data=form, files=bad)
        assert (refused.status_code, "Jenis berkas ini tidak diterima" in refused.text) == (422, True)
        file = {"berkas": ("panduan.jpg", PDF, "image/jpeg")}
        wrong = await client.post(
            STAFF_PAGE, data=await marks(client, STAFF_PAGE) | form | {"judul": ""}, files=file
        )
        assert (wrong.status_code, "Sudah terunggah" in wrong.text) == (422, True)
        assert Markup(wrong.text).mistakes == []
        kept = re.search(r'name="unggahan" value="(sha256:[0-9a-f]{64})"', wrong.text)
        assert kept
        again = await marks(client, STAFF_PAGE) | form | {"unggahan": kept[1]}
        page = await landed(client, await client.post(STAFF_PAGE, data=again))
        assert said(page) == "Materi sudah diterbitkan."
        assert "PDF, 1 kB, versi 1" in page.text
        assert (await client.get(f"{STAFF_PAGE}/panduan/berkas")).content == PDF
        gone = f"{STAFF_PAGE}/panduan/tarik"
        await client.post(gone, data=await marks(client, gone))
        assert (await client.get(f"{STAFF_PAGE}/panduan/berkas")).status_code == 404


async def test_who_is_confirmed_downloads_what_is_for_participants_and_nobody_else(
    brokerless: Servers,
) -> None:
    links = Links("http://office", LINK_KEYS)
    async with new_office(brokerless) as office, office.registration(public_url="http://office") as client:
        await announce(client, "uji", 1)
        for number in (1, 2):
            await submitted(client, "uji", **typed(number))
        await published(client, await guide(client))
        await published(client, SLIDES)
        rows = await office.store["registrations"].find({}).sort("arrival", 1).to_list(None)
        seated, waiting = (links.to_materials(row["_id"]).removeprefix("http://office") for row in rows)
        page = await client.get(seated)
        assert Markup(page.text).mistakes == []
        assert f'href="{seated}/panduan"' in page.text
        assert URL in page.text
        answer = await client.get(f"{seated}/panduan")
        assert (answer.content, answer.headers["Content-Disposition"].count("Panduan.pdf")) == (PDF, 2)
        for path in (waiting, f"{waiting}/panduan", f"{seated}x", f"{PAGE}/panduan", f"{seated}/tiada"):
            assert (await client.get(path)).status_code == 404, path
        assert (await client.get(f"{MATERIALS}/panduan/file")).status_code == 404
        assert (await client.get(f"{MATERIALS}/panduan/file", headers=STAFF)).content == PDF
        await client.delete(f"/api/v1/registrations/{rows[0]['_id']}", headers=STAFF)
        assert (await client.get(f"{seated}/panduan")).status_code == 404
