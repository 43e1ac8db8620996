"""Staff register somebody: the participant's form, the rules that hold for everybody, more to see."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.component.registration.browser import STAFF, announce, heading, landed, submitted, typed
from tests.component.registration.test_desk import DESK, link_to, marks
from tests.component.registration.test_pages import sound
from tests.component.registration.test_publishing import wrong_fields
from tests.component.registration.test_staff import staff_at
from tests.support.office import person
from tests.support.servers import Servers

FORM = f"{DESK}/daftarkan"
NOW = datetime.now(UTC)


async def registered(client: httpx.AsyncClient, number: int, **changed: str) -> httpx.Response:
    return await client.post(FORM, data=await marks(client, FORM) | typed(number, **changed))


async def test_somebody_is_registered_and_the_outcome_is_their_registration(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", 1)
        assert f'href="{FORM}"' in (await client.get(DESK)).text
        sound(await client.get(FORM))
        form = await marks(client, FORM) | typed(1, instansi="SD Negeri 1", nuptk="1234 5678 9012 3456")
        first = await client.post(FORM, data=form)
        assert first.status_code == 303
        page = await landed(client, first)
        sound(page)
        assert heading(page) == "Ni Wayan Uji 1"
        assert "tempatnya terkonfirmasi" in page.text
        again = await client.post(FORM, data=form)
        (there, _, _), (same, _, _) = (one.headers["Location"].partition("?") for one in (first, again))
        assert there == same, "the same form twice is one"
        waiting = await landed(client, await registered(client, 2))
        assert "masuk daftar tunggu" in waiting.text
        fact = await office.store["facts"].find_one({"type": "id.simpul.registration.confirmed.v1"})
        assert fact is not None
        assert fact["source"] == f"/{office.code}/http/staff"
        assert await office.store["registrations"].count_documents({}) == 2


async def test_who_is_registered_already_is_found_and_nothing_of_theirs_changes(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji")
        await submitted(client, "uji", **typed(1))
        there = await link_to(client, "uji1@")
        proved = await registered(client, 1, nuptk="1234567890123456")
        assert (proved.status_code, f'href="{there}"' in proved.text) == (409, True)
        refused = await registered(client, 1, email="baru@sekolah.example", nuptk="1234567890123456")
        sound(refused)
        assert (refused.status_code, f'href="{there}"' in refused.text) == (409, True)
        assert 'value="baru@sekolah.example"' in refused.text, "what was typed is kept"
        person = await office.store["people"].find_one({"who": {"$exists": True}})
        assert person is not None
        assert person["who"]["email"] == "uji1@sekolah.example"


async def test_mistakes_are_told_to_staff_about_somebody_else(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (_, client):
        await announce(client, "uji")
        wrong = await client.post(FORM, data=await marks(client, FORM) | {"email": "salah@"})
        sound(wrong)
        assert (wrong.status_code, wrong_fields(wrong)) == (422, ["nama", "email", "unsur", "wilayah"])
        assert "Tulis namanya" in wrong.text
        assert "Anda ikut" not in wrong.text
        foreign = await client.post(FORM, data=typed(1) | {"csrf": "x"})
        assert foreign.status_code == 403
        client.cookies.clear()
        for answer in (await client.get(FORM), await client.post(FORM, data=typed(1))):
            assert answer.headers["Location"] == "/staf/masuk"


@pytest.mark.parametrize(
    ("window", "told"),
    [
        ({"closes": NOW - timedelta(hours=1)}, "Pendaftaran sudah ditutup"),
        ({"opens": NOW + timedelta(hours=1)}, "Pendaftaran baru dibuka"),
    ],
    ids=["closed", "not yet"],
)
async def test_outside_the_window_staff_register_whom_they_say_they_let_in_all_the_same(
    brokerless: Servers, window: dict[str, Any], told: str
) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "terbuka")
        await announce(client, "uji", **window)
        page = await client.get(FORM)
        sound(page)
        assert (told in page.text, 'name="di_luar" value="ya" checked' in page.text) == (True, True)
        form = await marks(client, f"{DESK.replace('uji', 'terbuka')}/daftarkan")
        late = await client.post(FORM, data=form | typed(1))  # the page had stood open
        assert (late.status_code, 'role="alert"' in late.text) == (409, True)
        assert await office.store["registrations"].count_documents({}) == 0
        let_in = await client.post(FORM, data=await marks(client, FORM) | typed(1) | {"di_luar": "ya"})
        assert let_in.status_code == 303
        row = await office.store["registrations"].find_one({})
        assert row is not None
        assert (row["status"], row["line"], "beyond" in row) == ("confirmed", "semua", False), (
            "a seat was free"
        )


async def test_who_comes_to_a_full_activity_is_let_in_beyond_the_quotas_by_staff_alone(
    brokerless: Servers,
) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", 0)
        path = "/api/v1/activities/uji/registrations"
        stranger = await client.post(path, json=person(1) | {"beyond": True}, headers={"Cookie": ""})
        assert (stranger.status_code, "beyond" in stranger.text) == (422, True)
        let_in = await client.post(FORM, data=await marks(client, FORM) | typed(1) | {"di_luar": "ya"})
        page = await landed(client, let_in)
        assert "di luar kuota" in page.text
        answer = await client.post(path, json=person(2) | {"beyond": True}, headers=STAFF)
        assert answer.json()["result"] == "confirmed"
        rows = await office.store["registrations"].find({}).to_list(None)
        assert [(row["status"], row["line"], row["beyond"]) for row in rows] == [("confirmed", "", True)] * 2
        facts = office.store["facts"].find({"type": "id.simpul.registration.confirmed.v1"})
        added = [fact["data"]["changes"][0]["add"] for fact in await facts.to_list(None)]
        assert added == [{"confirmed": 1, "beyond": 1}] * 2
