"""Tokens of programs: each opens what its scopes say, until its day or until it is revoked."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from services.registration.features.accounts.domain.scopes import SCOPE
from services.registration.kernel.actions import Role
from shared.accounts.domain.permissions import Grant
from tests.component.registration.browser import STAFF, announce
from tests.component.registration.test_pages import sound
from tests.support import accounts
from tests.support.office import TestOffice, new_office, person
from tests.support.servers import Servers

pytestmark = [pytest.mark.broker, pytest.mark.once]


async def made(office: TestOffice, client: httpx.AsyncClient, name: str, *scopes: str) -> dict[str, str]:
    """A token made on the desk, as a header of requests."""
    admin = await accounts.session(office, await accounts.account(office, Grant(Role.ADMIN)))
    until = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
    typed = {"nama": name, "lingkup": "\n".join(scopes), "sampai": until}
    page = await client.post("/staf/token", data=await accounts.marks(client, admin) | typed, headers=admin)
    assert page.status_code == 200, page.text
    sound(page)
    token = re.search(r'<code id="token">(\S+)</code>', page.text)
    assert token is not None
    assert token[1] not in (await client.get("/staf/token", headers=admin)).text, "it is shown once"
    assert token[1] not in str(await office.store["api_tokens"].find({}).to_list(None))
    return {"Authorization": f"Bearer {token[1]}", "Prefer": "wait=20"}


async def test_each_scope_opens_its_own_and_nothing_else(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration() as client:
        for name in ("uji", "lain"):
            await announce(client, name)
        portal = await made(office, client, "portal", "commands:submit", f"outcomes:/{office.code}/portal")
        door = await made(office, client, "pintu", "attendance:uji")
        submit = "/api/v1/activities/{}/registrations"
        answer = await client.post(submit.format("uji"), json=person(1), headers=portal)
        assert answer.status_code == 200
        assert answer.json()["command"]["source"] == f"/{office.code}/http/portal"
        mark = {"session": "sesi-1", "registration": answer.json()["registration"], "present": True}
        asked = {"source": f"/{office.code}/portal"}
        statuses = {
            "outcomes of its source": await client.get("/api/v1/commands", params=asked, headers=portal),
            "attendance of its activity": await client.post(
                "/api/v1/activities/uji/attendance", json=mark, headers=door
            ),
        }
        assert {name: one.status_code for name, one in statuses.items()} == dict.fromkeys(statuses, 200)
        others = {"source": f"/{office.code}/http/staff"}
        for refused in (
            await client.get("/api/v1/commands", params=others, headers=portal),
            await client.get("/api/v1/commands", params=asked, headers=door),
            await client.get("/api/v1/parked", headers=portal),
            await client.get(submit.format("uji"), headers=portal),
            await client.post(submit.format("uji"), json=person(2), headers=door),
            await client.post("/api/v1/activities/lain/attendance", json=mark, headers=door),
            await client.post("/api/v1/activities/uji/cancellation", headers=portal),
            await client.patch("/api/v1/participants/x", json={"name": "Ni X"}, headers=portal),
        ):
            assert (refused.status_code, refused.json()["reason"]) == (403, "forbidden"), refused.url
        row = await office.store["facts"].find_one({"source": f"/{office.code}/http/portal"})
        tokens = {one["name"]: one for one in await office.store["api_tokens"].find({}).to_list(None)}
        assert row is not None
        assert row["actor"] == tokens["portal"]["actor"]
        assert tokens["pintu"]["seen"] is not None


async def test_a_program_follows_its_own_commands_alone(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration() as client:
        await announce(client, "uji")
        portal = await made(office, client, "portal", "commands:submit")
        for who, number in ((portal, 1), (STAFF, 2)):
            path, key = "/api/v1/activities/uji/registrations", {"Idempotency-Key": f"k{number}"}
            answer = await client.post(path, json=person(number), headers=who | key)
            assert answer.status_code == 200
        states = []
        for key in ("k1", "k2"):
            answer = await client.get(f"/api/v1/commands/{key}?aggregate=uji", headers=portal)
            states.append(answer.json()["state"])
        assert states == ["decided", "pending"]


async def test_a_program_learns_of_the_publics_commands_what_the_public_does(servers: Servers) -> None:
    """Else whoever has any token finds out who is registered."""
    async with new_office(servers) as office, office.registration() as client:
        await announce(client, "uji")
        door = await made(office, client, "pintu", "attendance:uji")
        path = "/api/v1/activities/uji/registrations"
        assert (await client.post(path, json=person(1), headers=STAFF)).status_code == 200
        asked = await client.post(path, json=person(1), headers={"Prefer": "wait=20"})
        answers = [await client.get(asked.headers["Location"], headers=who) for who in ({}, door, STAFF)]
        results = [one.json().get("result") for one in answers]
        assert results == ["received", "received", "refused"]


async def test_a_token_ends_with_its_day_and_when_it_is_revoked(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration() as client:
        asked, scope = {"source": f"/{office.code}/portal"}, f"outcomes:/{office.code}/portal"
        tokens = [await made(office, client, name, scope) for name in ("satu", "dua")]

        async def opens() -> list[int]:
            answers = [await client.get("/api/v1/commands", params=asked, headers=one) for one in tokens]
            return [one.status_code for one in answers]

        assert await opens() == [200, 200]
        over = {"$set": {"until": datetime.now(UTC)}}
        await office.store["api_tokens"].update_one({"name": "satu"}, over)
        admin = await accounts.session(office, await accounts.account(office, Grant(Role.ADMIN)))
        marks = await accounts.marks(client, admin)
        assert (await client.post("/staf/token/dua/cabut", data=marks, headers=admin)).status_code == 303
        assert await opens() == [401, 401]
        page = await client.get("/staf/riwayat", headers=admin)
        assert "mencabut token program" in page.text
        assert "Token dua (dicabut)" in page.text
        assert "tidak dikenal" not in page.text
        tokens[1] = await made(office, client, "dua", scope)
        assert await opens() == [401, 200], "the same program has a new one"
        await client.post("/staf/token/dua/cabut", data=marks, headers=admin)
        assert await opens() == [401, 401]


async def test_a_program_does_not_wait_for_what_others_of_its_network_did(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration(failed_sign_ins_per_address=1) as client:
        asked, scope = {"source": f"/{office.code}/portal"}, f"outcomes:/{office.code}/portal"
        portal = await made(office, client, "portal", scope)
        for headers, status in (({"Authorization": "Bearer salah"}, 401), (STAFF, 429), (portal, 200)):
            answer = await client.get("/api/v1/commands", params=asked, headers=headers)
            assert answer.status_code == status


async def test_what_makes_no_token_is_said_at_its_field(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration() as client:
        await made(office, client, "portal", "commands:submit")
        admin = await accounts.session(office, await accounts.account(office, Grant(Role.ADMIN)))
        right = await accounts.marks(client, admin) | {"nama": "lain", "lingkup": "commands:submit"}
        right |= {"sampai": (datetime.now(UTC) + timedelta(days=9)).date().isoformat()}
        for wrong, field in (
            ({"nama": "staff"}, "nama"),
            ({"nama": "portal"}, "nama"),
            ({"lingkup": "commands:everything"}, "lingkup"),
            ({"lingkup": ""}, "lingkup"),
            ({"sampai": "2020-01-01"}, "sampai"),
        ):
            answer = await client.post("/staf/token", data=right | wrong, headers=admin)
            assert (answer.status_code, f'href="#{field}"' in answer.text) == (422, True), wrong


@pytest.mark.parametrize("scope", ["", "commands:*", "outcomes:", "outcomes:bali", "attendance:", "admin"])
def test_no_other_scope_is_known(scope: str) -> None:
    assert SCOPE.fullmatch(scope) is None
