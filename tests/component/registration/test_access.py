"""Every route of registration: for the public, or for whom its action says, and nobody else."""

import re
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts

from services.registration.connections import connected
from services.registration.features.accounts.domain.permissions import PERMITTED
from services.registration.kernel.actions import Action, Role
from services.registration.main import running
from shared.accounts.access import ApiPermission, PagePermission
from shared.accounts.domain.permissions import Grant
from tests.component.registration.browser import STAFF, announce
from tests.support import accounts
from tests.support.office import TestOffice, both, new_office, office_file, person
from tests.support.servers import Servers

pytestmark = [pytest.mark.broker, pytest.mark.once]

PUBLIC = {
    "GET /",
    "GET /kegiatan/{activity}",
    "GET /kegiatan/{activity}/daftar",
    "GET /kegiatan/{activity}/materi",
    "GET /kegiatan/{activity}/materi/{material}",
    "GET /materi/{token}",
    "GET /materi/{token}/{material}",
    "GET /kegiatan.ics",
    "GET /k/{activity}",
    "GET /saya",
    "POST /saya",
    "GET /saya/{token}",
    "GET /saya/{token}/{registration}",
    "GET /saya/{token}/{registration}/jadwal.ics",
    "POST /kegiatan/{activity}/daftar",
    "GET /hasil/{token}",
    "GET /batal/{token}",
    "POST /batal/{token}",
    "GET /tawaran/{token}",
    "POST /tawaran/{token}",
    "GET /undangan/{token}",
    "POST /undangan/{token}",
    "POST /undangan/{token}/orang",
    "GET /undangan/{token}/orang/{registration}",
    "POST /undangan/{token}/orang/{registration}",
    "GET /masalah/{reason}",
    "GET /health/live",
    "GET /openapi.json",
    "GET /api/v1/activities",
    "GET /api/v1/activities/{activity}",
    "GET /staf/masuk",
    "POST /staf/masuk",
    "GET /staf/undangan/{token}",
    "POST /staf/undangan/{token}",
    "GET /staf/undangan/{token}/oidc",
    "GET /staf/masuk/oidc",
    "GET /staf/masuk/oidc/kembali",
    "GET /staf/masuk/kunci-sandi",
    "GET /staf/masuk/kunci-sandi.js",
    "POST /staf/masuk/kunci-sandi",
}
ASKS_BY_HAND = {
    "POST /api/v1/activities/{activity}/registrations": Action.REGISTER_PERSON,
    "GET /api/v1/activities/{activity}/materials": Action.PUBLISH_MATERIAL,
    "GET /api/v1/activities/{activity}/materials/{material}/file": Action.PUBLISH_MATERIAL,
    "GET /api/v1/commands/{identifier:path}": Action.FOLLOW_COMMAND,
}
"""For the public, too: whoever bears a token there is asked what they may."""


class Route(NamedTuple):
    name: str
    method: str
    path: str
    permission: PagePermission | ApiPermission | None

    @property
    def action(self) -> Action | None:
        return self.permission.action if self.permission else None


class Place(NamedTuple):
    office: TestOffice
    client: httpx.AsyncClient
    routes: list[Route]
    registration: str


def routes_of(app: FastAPI) -> Iterator[Route]:
    for context in iter_route_contexts(app.routes):
        dependant = getattr(context, "dependant", None)
        for method in sorted((context.methods or set()) - {"HEAD"}):
            path = str(context.path)
            yield Route(f"{method} {path}", method, path, permission_in(dependant))


def permission_in(dependant: Dependant | None) -> PagePermission | ApiPermission | None:
    for one in dependant.dependencies if dependant else ():
        if isinstance(one.call, PagePermission | ApiPermission):
            return one.call
        if found := permission_in(one):
            return found
    return None


@pytest_asyncio.fixture(scope="module")
async def place(servers: Servers) -> AsyncIterator[Place]:
    """Two activities, with somebody registered in the first."""
    async with new_office(servers) as office:
        settings = office.settings()
        async with (
            connected(settings) as connections,
            running(settings, office_file(office.code), connections) as sides,
            both(sides, str(settings.public_url)) as client,
        ):
            for name in ("uji", "lain", "tampil"):
                await announce(client, name)
            answer = await client.post("/api/v1/activities/uji/registrations", json=person(1), headers=STAFF)
            assert isinstance(sides.public, FastAPI)
            yield Place(office, client, list(routes_of(sides.public)), answer.json()["registration"])


async def test_every_route_is_public_by_name_or_names_its_action(place: Place) -> None:
    unknown = {
        one.name for one in place.routes if one.action is None and one.name not in PUBLIC | set(ASKS_BY_HAND)
    }
    assert unknown == set()
    assert {one.name for one in place.routes} >= PUBLIC | set(ASKS_BY_HAND), "a route is gone"
    assert not [one.name for one in place.routes if one.action and one.name in PUBLIC]


async def test_every_action_is_some_routes(place: Place) -> None:
    assert {one.action for one in place.routes} | set(ASKS_BY_HAND.values()) - {None} >= set(Action)


def at(route: Route, place: Place) -> str:
    known = {"activity": "uji", "registration": place.registration}
    return re.sub(r"{(\w+)(?::\w+)?}", lambda found: known.get(found[1], "x"), route.path)


@pytest.mark.parametrize("role", Role)
async def test_a_page_is_open_to_the_roles_of_its_action(place: Place, role: Role) -> None:
    """A grant of this activity opens what is of it, one of the office all; another activity's nothing."""
    made = {
        grant: await accounts.session(place.office, await accounts.account(place.office, grant))
        for grant in (Grant(role), Grant(role, "uji"), Grant(role, "lain"))
    }
    marks = {grant: await accounts.marks(place.client, headers) for grant, headers in made.items()}
    for route in place.routes:
        if not isinstance(route.permission, PagePermission) or route.path == "/staf/keluar":
            continue
        allowed = role in PERMITTED[route.permission.action]
        of_activity = bool({"{activity}", "{registration}"} & set(re.findall(r"{\w+}", route.path)))
        wanted = {
            Grant(role): allowed,
            Grant(role, "uji"): allowed and (of_activity or route.action is Action.ENTER),
            Grant(role, "lain"): route.action is Action.ENTER,
        }
        for grant, headers in made.items():
            sent = {"data": marks[grant]} if route.method == "POST" else {}
            answer = await place.client.request(route.method, at(route, place), headers=headers, **sent)
            assert (answer.status_code != 403) is wanted[grant], (route.name, grant)
            if answer.status_code == 403:
                assert "Ini di luar peran Anda" in answer.text
                assert "hanya untuk peran admin" in answer.text
                assert '<a href="/staf">Ruang kerja panitia' in answer.text


FILES_WITHOUT_PEOPLE = {
    "GET /staf/kegiatan/{activity}/templat.xlsx",
    "GET /staf/kegiatan/{activity}/poster.pdf",
}


async def test_files_of_people_go_to_who_proved_lately_who_they_are(place: Place) -> None:
    admin = await accounts.account(place.office, Grant(Role.ADMIN))
    late, soon = [await accounts.session(place.office, admin, one) for one in ("late", "soon")]
    long_ago = {"proved": datetime.now(UTC) - timedelta(minutes=16)}
    await place.office.store["sessions"].update_one({"device": "late"}, {"$set": long_ago})
    files = [one for one in place.routes if re.search(r"\.(xlsx|csv|pdf|docx)$", one.path)]
    assert len(files) == 13
    for route in files:
        for headers, asks in ((late, route.name not in FILES_WITHOUT_PEOPLE), (soon, False)):
            sent = {"data": await accounts.marks(place.client, headers)} if route.method == "POST" else {}
            path = f"{at(route, place)}?unsur=guru"
            answer = await place.client.request(route.method, path, headers=headers, **sent)
            led = answer.headers.get("location", "")
            assert led.startswith("/staf/buktikan") is asks, route.name
            if asks and route.method == "GET":
                assert parse_qs(urlsplit(led).query) == {"lanjut": [path]}
            elif asks:
                assert parse_qs(urlsplit(led).query) == {"lanjut": ["/staf/kegiatan/uji"]}, "no name in it"


async def test_power_is_given_and_taken_by_who_proved_lately_who_they_are(place: Place) -> None:
    """Else whoever finds an admin's open laptop invites themselves."""
    admin = await accounts.account(place.office, Grant(Role.ADMIN))
    late = await accounts.session(place.office, admin, "long ago")
    long_ago = {"proved": datetime.now(UTC) - timedelta(minutes=16)}
    await place.office.store["sessions"].update_one({"device": "long ago"}, {"$set": long_ago})
    pages = {one.path: one for one in place.routes if one.method == "GET"}
    giving = [one for one in place.routes if one.action == Action.MANAGE_ACCOUNTS and one.method == "POST"]
    assert len(giving) == 7
    before = await place.office.store["history"].count_documents({})
    for route in giving:
        marks = await accounts.marks(place.client, late)
        answer = await place.client.post(at(route, place), data=marks, headers=late)
        led = urlsplit(answer.headers.get("location", ""))
        assert (answer.status_code, led.path) == (303, "/staf/buktikan"), route.name
        (back,) = parse_qs(led.query)["lanjut"]
        assert back in {path.replace("{account}", "x") for path in pages}, f"{back} is no page"
        assert back not in ("/staf", "/"), route.name
    assert await place.office.store["history"].count_documents({}) == before
    for path in ("/staf/akun", f"/staf/akun/{admin}", "/staf/token"):
        page = await place.client.get(path, headers=late)
        assert f'href="/staf/buktikan?lanjut={quote(path, safe="")}"' in page.text, "before they type"
        fresh = await place.client.get(path, headers=await accounts.session(place.office, admin))
        assert "/staf/buktikan" not in fresh.text


async def test_that_there_is_no_such_registration_is_told_to_the_whole_offices_staff(
    place: Place,
) -> None:
    for grant, status in ((Grant(Role.PANITIA), 404), (Grant(Role.PANITIA, "uji"), 403)):
        headers = await accounts.session(place.office, await accounts.account(place.office, grant))
        answer = await place.client.get("/staf/pendaftaran/tiada", headers=headers)
        assert answer.status_code == status


async def test_who_has_no_role_any_more_is_told_so_and_finds_the_way_out(place: Place) -> None:
    over = Grant(Role.ADMIN, until=datetime.now(UTC) - timedelta(seconds=1))
    for grants in ((), (over,)):
        headers = await accounts.session(place.office, await accounts.account(place.office, *grants))
        home = await place.client.get("/staf", headers=headers)
        assert (home.status_code, "tidak ada peran yang berlaku" in home.text) == (200, True)
        assert "Perlu perhatian" not in home.text
        assert (await place.client.get("/staf/orang", headers=headers)).status_code == 403
        marks = await accounts.marks(place.client, headers)
        assert (await place.client.post("/staf/keluar", data=marks, headers=headers)).status_code == 303
        assert (await place.client.get("/staf", headers=headers)).status_code == 303


async def test_the_desk_shows_what_ones_roles_may_do(place: Place) -> None:
    async def seen(path: str, *grants: Grant) -> str:
        headers = await accounts.session(place.office, await accounts.account(place.office, *grants))
        return (await place.client.get(path, headers=headers)).text

    home = await seen("/staf", Grant(Role.PINTU, "tampil"))
    assert 'href="/staf/kegiatan/tampil/hari-ini"' in home
    for hidden in ("/staf/kegiatan/lain", "/staf/orang", "/staf/surel", "/staf/terbit", "Ubah kursi"):
        assert hidden not in home, hidden
    one = await seen("/staf/kegiatan/tampil", Grant(Role.PIMPINAN))
    assert "/staf/orang" in one
    for hidden in ("/kursi", "/batal", "/impor", "/daftarkan", "peserta.xlsx", "/kehadiran"):
        assert f"/staf/kegiatan/tampil{hidden}" not in one, hidden
    whole = await seen("/staf/kegiatan/tampil", Grant(Role.PANITIA, "tampil"))
    for shown in ("/kursi", "/batal", "/impor", "/daftarkan", "peserta.xlsx", "/kehadiran"):
        assert shown in whole, shown
