"""Every route of the nation: for everybody, or for whom its action says, and nobody else."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from prometheus_client import CollectorRegistry

from services.reporting.domain.permissions import PERMITTED, Action, Role
from services.reporting.entrypoints.directorate import OpenPermission
from services.reporting.main import public
from shared.accounts.access import PagePermission
from shared.mongo.driver import Store
from shared.sign_ins import SignIns
from tests.integration.reporting.test_answers import client, gathered, settings_of
from tests.support import directorate
from tests.support.markup import sound

PUBLIC = {
    "GET /masalah/{reason}",
    "GET /health/live",
    "GET /openapi.json",
    "GET /masuk",
    "POST /masuk",
    "GET /undangan/{token}",
    "POST /undangan/{token}",
    "GET /undangan/{token}/oidc",
    "GET /masuk/oidc",
    "GET /masuk/oidc/kembali",
    "GET /masuk/kunci-sandi",
    "GET /masuk/kunci-sandi.js",
    "POST /masuk/kunci-sandi",
}
Permission = PagePermission | OpenPermission
ROUTES_OF_ONES_OWN = ("/keluar",)


class Route(NamedTuple):
    name: str
    method: str
    path: str
    permissions: list[Permission]


def routes_of(app: FastAPI) -> Iterator[Route]:
    for context in iter_route_contexts(app.routes):
        dependant = getattr(context, "dependant", None)
        for method in sorted((context.methods or set()) - {"HEAD"}):
            path = str(context.path)
            yield Route(f"{method} {path}", method, path, list(permissions_in(dependant)))


def permissions_in(dependant: Dependant | None) -> Iterator[Permission]:
    for one in dependant.dependencies if dependant else ():
        if isinstance(one.call, Permission):
            yield one.call
        else:
            yield from permissions_in(one)


def routes(store: Store) -> list[Route]:
    return list(routes_of(public(settings_of(), store, SignIns(CollectorRegistry()))))


async def test_every_route_is_public_by_name_or_names_its_one_action(store: Store) -> None:
    found = routes(store)
    assert {one.name for one in found if len(one.permissions) != 1} == PUBLIC
    assert {one.permissions[0].action for one in found if one.permissions} == set(Action)


@pytest.mark.parametrize("role", Role)
async def test_a_page_is_open_to_the_roles_of_its_action(store: Store, role: Role) -> None:
    async with client(store) as one:
        headers = await directorate.signed_in(store, role)
        csrf = directorate.marks(await one.get("/perangkat", headers=headers))
        for route in routes(store):
            if not route.permissions or isinstance(route.permissions[0], OpenPermission):
                continue
            if route.path in ROUTES_OF_ONES_OWN:
                continue
            path = re.sub(r"{\w+}", "x", route.path)
            sent = {"data": csrf} if route.method == "POST" else {}
            answer = await one.request(route.method, path, headers=headers, **sent)
            allowed = role in PERMITTED[route.permissions[0].action]
            assert (answer.status_code != 403) is allowed, route.name
            if not allowed:
                sound(answer.text)
                assert "Ini hanya untuk peran mengelola. Peran diberikan oleh pengelola akun" in answer.text
            outside = await one.request(route.method, path, **sent)
            assert (outside.status_code, outside.headers["location"]) == (303, "/masuk"), route.name


@pytest.mark.parametrize("role", Role)
async def test_both_roles_see_and_export_exact_figures_until_their_day(store: Store, role: Role) -> None:
    await gathered(store)
    async with client(store) as one:
        headers = await directorate.signed_in(store, role)
        assert (
            "<dt>Terkonfirmasi</dt><dd>3</dd>"
            in (await one.get("/?category=komunitas", headers=headers)).text
        )
        asked = "/api/v1/figures.csv?by=category,cohort"
        assert ",3,0," in (await one.get(asked, headers=headers)).text
        over = await directorate.session(
            store, await directorate.account(store, role, datetime.now(UTC) - timedelta(seconds=1))
        )
        for who in (over, {}):
            assert (await one.get(asked, headers=who)).status_code == 401
            assert "<dd>&lt;5</dd>" in (await one.get("/?category=komunitas", headers=who)).text
        home = await one.get("/", headers=over)
        assert "tidak ada peran yang berlaku" in home.text
        left = await one.post("/keluar", data=directorate.marks(home), headers=over)
        assert left.status_code == 303


async def test_the_pages_show_what_ones_role_may_do(store: Store) -> None:
    async with client(store) as one:
        for role in Role:
            page = (await one.get("/", headers=await directorate.signed_in(store, role))).text
            sound(page)
            assert "Sri Direktorat" in page
            for link in ("/akun", "/riwayat"):
                assert (f'href="{link}"' in page) is (role is Role.MENGELOLA)
        assert "Sri Direktorat" not in (await one.get("/")).text
