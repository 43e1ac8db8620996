"""axe-core finds nothing on any page in any of its states: on a phone, and in dark colours.

A new page or state is one more line in `participants`, `staff` or `nation`.
"""

import shutil
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, async_playwright

from services.registration.features.accounts.accounts_desk import office_invitations
from services.registration.kernel.actions import Role
from services.registration.web.tokens import OutcomeTicket, Tokens
from services.reporting.domain.permissions import Role as NationalRole
from services.reporting.entrypoints.frame import directorate_invitations
from services.reporting.storage.provision import provision
from shared.accounts.domain.permissions import Grant
from shared.contracts.commands import SubmitRegistration
from shared.mongo.driver import Store, connect
from tests.component.registration.browser import (
    STAFF,
    Form,
    announce,
    landed,
    opened,
    submitted,
    token_of,
    typed,
)
from tests.component.registration.test_answers import EVERY_KIND
from tests.component.registration.test_desk import DESK, link_to, marks
from tests.component.registration.test_importing import invited
from tests.component.registration.test_mails import Place, desk_with_mails
from tests.component.registration.test_pages import cancel_link
from tests.component.registration.test_publishing import RIGHT
from tests.component.registration.test_staff import csrf_of, staff_at
from tests.component.registration.test_ticking import book
from tests.integration.reporting import test_answers as national
from tests.support import accounts, directorate
from tests.support.markup import sound
from tests.support.office import AS_DIRECTORATE, LINK_KEYS, TestOffice, new_office, person
from tests.support.offices import SpeakingOffice
from tests.support.servers import Servers
from tests.support.waiting import until
from tests.unit.registration.test_list_columns import GOOGLE

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
PHONE = {"width": 320, "height": 640}
NOW = datetime.now(UTC)
TITLES = ["Nama", "Email", "Unsur", "Kabupaten/Kota"]
TWO = [
    {"id": "guru", "seats": 1, "categories": ["guru"]},
    {"id": "mitra-kerja", "seats": 1_200, "categories": ["mitra-kerja"]},
]
States = AsyncIterator[tuple[str, int, httpx.Response]]
"""What a page shows, the status it comes with, and the page."""


async def participants(office: TestOffice, client: httpx.AsyncClient) -> States:
    yield "no activity", 200, await client.get("/")
    await announce(client, "nanti", opens=NOW + timedelta(hours=1))
    await announce(client, "lewat", closes=NOW - timedelta(hours=1))
    await announce(client, "batal")
    await client.post("/api/v1/activities/batal/cancellation", json={"reason": "Banjir"}, headers=STAFF)
    await announce(client, "uji", quotas=TWO, speakers=["Dr. Uji"], topics=["Kebijakan"], host="Dr. Tuan")
    yield "activities", 200, await client.get("/")
    for name in ("uji", "nanti", "lewat", "batal"):
        yield f"activity {name}", 200, await client.get(f"/kegiatan/{name}")
    yield "no materials", 200, await client.get("/kegiatan/uji/materi")
    form = await opened(client, "uji")
    yield "empty form", 200, await client.get("/kegiatan/uji/daftar")
    yield "form with mistakes", 422, await form.send(nama="", email="x", unsur="raja", nip="1")
    yield "form that is not ours", 422, await (await _other(client)).send(**typed(1))
    yield "confirmed", 200, await landed(client, await form.send(**typed(1)))
    yield "waitlisted", 200, await submitted(client, "uji", **typed(2))
    yield "met before", 200, await submitted(client, "uji", **typed(2))
    yield (
        "pending",
        200,
        await client.get(f"/hasil/{Tokens(LINK_KEYS).of_outcome(OutcomeTicket(b'0' * 16, 'uji'))}"),
    )
    yield "refused", 200, await _refused(office, client)
    await announce(client, "tanya", questions=EVERY_KIND)
    yield "category before the form", 200, await client.get("/kegiatan/tanya/daftar")
    yield "no category chosen", 200, await client.get("/kegiatan/tanya/daftar?unsur=")
    asking = await client.get("/kegiatan/tanya/daftar?unsur=guru")
    yield "form with questions", 200, asking
    asked = Form(client, "tanya", token_of(asking.text))
    yield "form with wrong answers", 422, await asked.send(**typed(3), **{"tanya.masa": "lama"})
    link = await cancel_link(office)
    yield "question whether to cancel", 200, await client.get(link)
    yield "cancelled", 200, await landed(client, await client.post(link))
    yield "cancelled before", 200, await client.get(link)
    yield "unknown outcome", 404, await client.get("/hasil/x")
    yield "unknown link", 404, await client.get("/batal/x")
    yield "unknown activity", 404, await client.get("/kegiatan/tiada")
    yield "no page", 404, await client.get("/tiada")
    yield "wrong number of a page", 422, await client.get("/?hal=x")
    yield "wrong method", 405, await client.post("/")
    form.headers = {"Origin": "https://jahat.example"}
    yield "foreign form", 403, await form.send(**typed(1))
    yield "too large", 413, await client.post("/kegiatan/uji/daftar", content=b"a" * 300_000)


async def _other(client: httpx.AsyncClient) -> Any:
    form = await opened(client, "uji")
    form.token = "x"
    return form


async def _refused(office: TestOffice, client: httpx.AsyncClient) -> httpx.Response:
    """As when the activity closed between the form's last look and the decision."""
    command = SubmitRegistration.model_validate({"activity": "lewat"} | person(9))
    identifier = await office.put(command, "lewat")
    await office.outcome("lewat", identifier)
    digest = office.digests.command("lewat", "urn:test", identifier)
    return await client.get(f"/hasil/{Tokens(LINK_KEYS).of_outcome(OutcomeTicket(digest, 'lewat'))}")


async def staff(office: TestOffice, client: httpx.AsyncClient) -> States:
    yield "sign-in", 200, await client.get("/staf/masuk")
    yield "wrong token", 422, await client.post("/staf/masuk", data={"sandi": "salah"})
    yield "empty home", 200, await client.get("/staf")
    async for state in _accounts(office, client):
        yield state
    await announce(client, "uji", quotas=TWO)
    yield "no participants", 200, await client.get(DESK)
    for number in (1, 2):
        await submitted(client, "uji", **typed(number, telepon="0800 0000 1111"))
    await submitted(client, "uji", **typed(3, unsur="mitra-kerja", nuptk="1234567890123456"))
    await office.put_raw(b"uji", b"{", [("ce_specversion", b"1.0")])
    await office.at_rest()
    yield "full home", 200, await client.get("/staf")
    yield "participants", 200, await client.get(DESK)
    yield "participants filtered", 200, await client.get(f"{DESK}?unsur=guru&status=confirmed")
    yield "wrong filter", 422, await client.get(f"{DESK}?wilayah=tiada")
    search = await marks(client, DESK) | {"cari": "uji2@"}
    yield "search", 200, await client.post(f"{DESK}/cari", data=search)
    async for state in _registering(client):
        yield state
    async for state in _one_registration(client):
        yield state
    async for state in _attendance(client):
        yield state
    async for state in _imports(client):
        yield state
    async for state in _questions(client):
        yield state
    async for state in _running(client):
        yield state
    async for state in _materials(client):
        yield state
    form = await marks(client, "/staf/terbit")
    yield "new activity", 200, await client.get("/staf/terbit")
    more = form | {"tambah": "sessions"}
    yield "new activity, one more session", 200, await client.post("/staf/terbit", data=more)
    shown = await client.post("/staf/terbit", data=form | RIGHT)
    yield "what will be announced", 200, shown
    wrong = form | {"title": "Uji", "sessions.0.starts": "x", "quotas.0.seats": "-1"}
    yield "new activity with mistakes", 422, await client.post("/staf/terbit", data=wrong)
    yaml, form = "/staf/terbit/yaml", await marks(client, "/staf/terbit/yaml")
    yield "YAML", 200, await client.get(yaml)
    yield "YAML with mistakes", 422, await client.post(yaml, data=form | {"yaml": "id: Uji\nsessions: 3"})
    yield "no form of ours", 403, await client.post("/staf/keluar", data={"csrf": "x"})


async def _accounts(office: TestOffice, client: httpx.AsyncClient) -> States:
    link = await office_invitations(office.store, "").invite(
        "wayan@balai.example", [Grant(Role.PINTU, "uji")], datetime.now(UTC), "staff"
    )
    yield "invitation", 200, await client.get(link)
    yield "invitation with mistakes", 422, await client.post(link, data={"nama": "", "kode": "1"})
    yield "invitation that is gone", 404, await client.get(f"{link}x")
    yield "accounts", 200, await client.get("/staf/akun")
    form = await marks(client, "/staf/akun")
    yield "inviting with mistakes", 422, await client.post("/staf/akun", data=form | {"email": "x"})
    row = await office.store["accounts"].find_one({})
    assert row is not None
    yield "one account", 200, await client.get(f"/staf/akun/{row['_id']}")
    wrong = await client.post(f"/staf/akun/{row['_id']}/peran", data=form | {"sampai": "besok"})
    yield "a role with mistakes", 422, wrong
    yield "own devices", 200, await client.get("/staf/perangkat")
    yield "history", 200, await client.get("/staf/riwayat")
    yield "history of an activity", 200, await client.get(f"{DESK}/riwayat")
    name = await accounts.account(office, Grant(Role.PINTU))
    door = await accounts.session(office, name)
    without_tls = {"Cookie": door["Cookie"].removeprefix("__Host-")}
    yield "beyond one's role", 403, await client.get("/staf/orang", headers=without_tls)
    await office.store["accounts"].update_one({"_id": name}, {"$set": {"password": "x"}})
    yield "proving who one is", 200, await client.get("/staf/buktikan", headers=without_tls)


async def _registering(client: httpx.AsyncClient) -> States:
    page = f"{DESK}/daftarkan"
    yield "registering somebody", 200, await client.get(page)
    wrong = await marks(client, page) | {"nama": "", "email": "x", "unsur": "raja"}
    yield "registering with mistakes", 422, await client.post(page, data=wrong)
    form = await marks(client, page) | typed(20)
    yield "somebody registered", 200, await landed(client, await client.post(page, data=form))
    form = await marks(client, page) | typed(20)
    yield "somebody registered before", 409, await client.post(page, data=form)
    yield "nobody perhaps the same", 200, await client.get("/staf/mungkin-sama")
    await announce(client, "dua")
    await submitted(client, "dua", **typed(20, nuptk="1234567890123456"))

    async def noticed() -> bool:
        return "20" in (await client.get("/staf/mungkin-sama")).text

    await until(noticed)
    yield "perhaps the same", 200, await client.get("/staf/mungkin-sama")


async def mails(place: Place) -> States:
    client = place.client
    for path in ("/staf/surel", f"{DESK}/surel"):
        if path != "/staf/surel":
            await announce(client, "uji")
        yield f"no mails at {path}", 200, await client.get(path)
    place.sink.refuse["uji1@sekolah.example"] = "550 unknown"
    await submitted(client, "uji", **typed(1))
    yield "mails of an activity", 200, await place.told(f"{DESK}/surel", "Ditolak server email")
    yield "mails of a person", 200, await client.get(await link_to(client, "uji1@"))
    yield "mails of one state", 200, await client.get("/staf/surel?status=failed")
    sent = await client.post("/staf/surel", data=await marks(client, f"{DESK}/surel"))
    yield "nothing to send again", 200, await landed(client, sent)


async def _one_registration(client: httpx.AsyncClient) -> States:
    one = await link_to(client, "uji2@")
    yield "registration", 200, await client.get(one)
    form = await marks(client, one)
    yield "correction with mistakes", 422, await client.post(f"{one}/data", data=form | {"email": "x"})
    right = form | {"nama": "Ni Betul", "email": "betul@sekolah.example"}
    yield "corrected", 200, await landed(client, await client.post(f"{one}/data", data=right))
    yield "question whether to cancel", 200, await client.get(f"{one}/batal")
    form = await marks(client, f"{one}/batal")
    yield "cancelled", 200, await landed(client, await client.post(f"{one}/batal", data=form))
    yield "unknown registration", 404, await client.get("/staf/pendaftaran/tiada")


async def _attendance(client: httpx.AsyncClient) -> States:
    page = await client.get(f"{DESK}/kehadiran")
    yield "attendance", 200, page
    form: dict[str, Any] = await marks(client, f"{DESK}/kehadiran")
    ticked = form | {"hadir": [page.text.partition('name="hadir" value="')[2][:29]]}
    saved = await client.post(f"{DESK}/kehadiran?pertemuan=sesi-1", data=ticked)
    yield "attendance saved", 200, await landed(client, saved)
    refused = await client.post(f"{DESK}/kehadiran?pertemuan=tiada", data=ticked)
    yield "attendance refused", 409, refused


async def _imports(client: httpx.AsyncClient) -> States:
    for where in ("impor", "impor-kehadiran"):
        page = f"{DESK}/{where}"
        yield where, 200, await client.get(page)
        yield f"{where} without a file", 422, await client.post(page, data=await marks(client, page))
        files = {"berkas": ("rusak.xlsx", b"x")}
        broken = await client.post(page, data=await marks(client, page), files=files)
        yield f"{where} of what is no sheet", 200, await landed(client, broken)
    page = f"{DESK}/impor"
    sheet = book([TITLES, *map(invited, range(4, 7)), invited(8, unsur="raja")])
    files = {"berkas": ("undangan.xlsx", sheet)}
    sent = await client.post(page, data=await marks(client, page), files=files)
    report = await landed(client, sent)
    yield "report of an import", 200, report
    path = sent.headers["Location"]
    yield (
        "result of an import",
        200,
        await landed(client, await client.post(path, data={"csrf": csrf_of(report)})),
    )
    yield "import that is gone", 404, await client.get(f"{page}/tiada")


async def _questions(client: httpx.AsyncClient) -> States:
    form = await marks(client, "/staf/terbit") | RIGHT
    page = await client.post("/staf/terbit", data=form | {"langkah": "pertanyaan"})
    yield "no questions yet", 200, page
    again = form | {"langkah": "pertanyaan-simpan"}
    yield "question with mistakes", 422, await client.post("/staf/terbit", data=again)
    built_in = again | {"tanya.apa": "nomor-wa"}
    yield "questions", 200, await client.post("/staf/terbit", data=built_in)
    await announce(client, "bertanya", questions=EVERY_KIND)
    here = "/staf/kegiatan/bertanya"
    yield "enrolment with questions", 200, await client.get(f"{here}/daftarkan")
    yield "list filtered by an answer", 200, await client.get(f"{here}?tanya=kaos&jawab=M")
    files = {"berkas": ("daftar.csv", GOOGLE.encode())}
    sent = await client.post(f"{here}/impor", data=await marks(client, f"{here}/impor"), files=files)
    columns = f"{sent.headers['Location']}/kolom"
    yield "columns of a list", 200, await client.get(columns)
    form = await marks(client, columns)
    yield "columns with mistakes", 422, await client.post(columns, data=form)
    chosen = form | {"name": "C", "email": "B", "category": "D"}
    yield "words of a list", 200, await client.post(columns, data=chosen)


async def _materials(client: httpx.AsyncClient) -> States:
    await announce(client, "bermateri")
    page = "/staf/kegiatan/bermateri/materi"
    yield "no materials", 200, await client.get(page)
    form = await marks(client, page)
    yield "material with mistakes", 422, await client.post(page, data=form | {"alamat": "x"})
    right = {"judul": "Paparan", "alamat": "https://balai.example", "kode": "paparan", "umum": "1"}
    assert (await client.post(page, data=form | right)).status_code == 303
    yield "question whether to withdraw a material", 200, await client.get(f"{page}/paparan/tarik")


async def _running(client: httpx.AsyncClient) -> States:
    seats, cancel = f"{DESK}/kursi", f"{DESK}/batal"
    yield "seats", 200, await client.get(seats)
    wrong = await marks(client, seats) | {"kursi-guru": "x"}
    yield "seats with mistakes", 422, await client.post(seats, data=wrong)
    yield "question whether to call it off", 200, await client.get(cancel)
    wrong = await marks(client, cancel) | {"alasan": "\x07"}
    yield "a reason that cannot be printed", 422, await client.post(cancel, data=wrong)
    yield "called off", 200, await landed(client, await client.post(cancel, data=await marks(client, cancel)))


async def nation(store: Store, stranger: httpx.AsyncClient) -> States:
    yield "no office", 200, await stranger.get("/")
    offices = await _counted(store)
    for asks in ("stranger", "directorate"):
        yield f"national for a {asks}", 200, await stranger.get("/")
        yield f"filtered for a {asks}", 200, await stranger.get("/?kind=rakor&category=komunitas&hal-bulan=2")
        yield f"no figures for a {asks}", 200, await stranger.get("/?kind=tiada")
        yield f"wrong filters for a {asks}", 422, await stranger.get("/?from=x&kind=Besar&cohort=x")
        yield f"filters for a {asks}", 200, await stranger.get("/saring?kind=rakor")
        yield f"an office for a {asks}", 200, await stranger.get(f"/balai/{offices[0]}")
        yield f"a stopped office for a {asks}", 200, await stranger.get(f"/balai/{offices[1]}")
        yield f"its filters for a {asks}", 200, await stranger.get(f"/balai/{offices[0]}/saring")
        stranger.headers.update(AS_DIRECTORATE)
    del stranger.headers["Authorization"]
    yield "sign-in", 200, await stranger.get("/masuk")
    yield "wrong token", 422, await stranger.post("/masuk", data={"sandi": "salah"})
    yield "no such office", 404, await stranger.get("/balai/tiada")
    async for state in _directorate(store, stranger):
        yield state
    yield "no page", 404, await stranger.get("/tiada")


async def _directorate(store: Store, client: httpx.AsyncClient) -> States:
    making = directorate_invitations(store, str(client.base_url))
    link = await making.invite("sri@direktorat.example", [Grant("melihat")], NOW, "simpul")
    path = link.removeprefix(str(client.base_url).rstrip("/"))
    yield "invitation", 200, await client.get(path)
    yield "invitation with mistakes", 422, await client.post(path, data={"nama": "", "kata-sandi": "x"})
    client.headers.update(await directorate.signed_in(store, NationalRole.MENGELOLA))
    form = directorate.marks(await client.get("/"))
    for name in ("akun", "perangkat", "token", "riwayat"):
        yield f"{name} of the directorate", 200, await client.get(f"/{name}")
    for name in ("akun", "token"):
        yield f"{name} with mistakes", 422, await client.post(f"/{name}", data=form)
    invited = form | {"email": "tri@direktorat.example", "peran": "melihat"}
    yield "a link to hand on", 200, await client.post("/akun", data=invited)
    row = await store["accounts"].find_one({"letters": "tri@direktorat.example"})
    yield "one account", 200, await client.get(f"/akun/{row['_id'] if row else ''}")
    client.headers.update(await directorate.signed_in(store, NationalRole.MELIHAT))
    yield "not one's own", 403, await client.get("/akun")
    del client.headers["Cookie"]


async def _counted(store: Store) -> list[str]:
    """Offices of fifteen months: the first complete, the second stopped, the third with a gap."""
    offices = [SpeakingOffice() for _ in range(15)]
    for number, office in enumerate(offices):
        month = f"202{3 + number // 12}-{number % 12 + 1:02}"
        said = [office.describe(f"Balai Guru Penggerak nomor {number}"), office.publish("rakor", month)]
        said += [office.confirm("rakor", ("komunitas", "guru")[turn % 2]) for turn in range(11)]
        said += [office.total(activities=1, seats=400, confirmed=11)]
        await national.read(store, said)
    await national.read(store, [SpeakingOffice(offices[1].code).publish("rakor")])
    offices[2].confirm("rakor")
    await national.read(store, [offices[2].confirm("rakor")])
    await store["cursors"].update_one({"office": offices[2].code}, {"$set": {"gap": 15}})
    return [office.code for office in offices]


def _looked(name: str, status: int, answer: httpx.Response) -> str:
    """Fails for a page that is another than it is taken for."""
    assert answer.status_code == status, (name, answer.status_code)
    sound(answer.text)
    return answer.text


@asynccontextmanager
async def phone() -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield await browser.new_page(viewport=PHONE)  # type: ignore[arg-type]
        await browser.close()


async def accessible(page: Page, states: States) -> None:
    found: dict[str, list[str]] = {}
    async for name, status, answer in states:
        await page.set_content(_looked(name, status, answer))
        for colours, options in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
            await page.emulate_media(color_scheme=colours)  # type: ignore[arg-type]
            results = await Axe().run(page, options={"resultTypes": ["violations"]} | options)
            told = [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in results.response["violations"]]
            found |= {f"{name}, {colours}": told} if told else {}
        wider = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        found |= {f"{name}, width": [f"{wider} pixels too wide"]} if wider > 0 else {}
    assert found == {}


async def test_what_participants_meet(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client, phone() as page:
        await accessible(page, participants(office, client))


async def test_what_staff_meet(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client), phone() as page:
        await accessible(page, staff(office, client))


async def test_what_staff_see_of_mails(brokerless: Servers) -> None:
    async with desk_with_mails(brokerless) as place, phone() as page:
        await accessible(page, mails(place))


async def test_what_the_directorate_meets(brokerless: Servers) -> None:
    store = connect(brokerless.mongo, f"test_{uuid.uuid4().hex[:12]}")
    await provision(store)
    async with national.client(store) as stranger, phone() as page:
        await accessible(page, nation(store, stranger))
    await store.drop()
    await store.close()
