"""A command of the public over the API: nobody takes another's key, nor learns of it what came of it."""

import asyncio
from base64 import urlsafe_b64encode
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from itsdangerous import URLSafeSerializer

from services.registration.web.tokens import OutcomeTicket, Tokens
from shared.links import secrets
from tests.component.registration.browser import STAFF, announce
from tests.support.office import LINK_KEYS, TestOffice, new_office, person
from tests.support.servers import Servers
from tests.support.waiting import until

URL = "/api/v1/activities/uji/registrations"
WAIT = {"Prefer": "wait=20"}
KEY = {"Idempotency-Key": "coba-1"}


async def test_the_same_key_and_body_has_the_first_answer_however_often_and_at_once(
    brokerless: Servers,
) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji")
        first = await client.post(URL, json=person(1), headers=WAIT | KEY)
        assert first.json()["result"] == "confirmed"
        again = await client.post(URL, json=person(1), headers=WAIT | KEY)
        assert (again.status_code, again.json()) == (200, first.json())
        both = await asyncio.gather(
            *(client.post(URL, json=person(2), headers=WAIT | {"Idempotency-Key": "dua"}) for _ in range(4))
        )
        assert {answer.text for answer in both} == {both[0].text}
        assert both[0].json()["result"] == "confirmed"
        assert await office.store["registrations"].count_documents({}) == 2


async def test_who_bears_a_wrong_token_is_not_taken_for_the_public(brokerless: Servers) -> None:
    wrong = {"Authorization": "Bearer salah"}
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji")
        answer = await client.post(URL, json=person(1), headers=KEY | wrong)
        assert (answer.status_code, answer.json()["reason"]) == (401, "unauthorized")
        taken = await client.post(URL, json=person(1), headers=KEY | {"Authorization": "Basic YTpi"})
        assert taken.status_code == 202
        assert (await client.get(taken.headers["Location"], headers=wrong)).status_code == 401


async def test_a_key_that_somebody_used_is_free_for_everybody_else(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji")
        answers = [await client.post(URL, json=person(n), headers=WAIT | KEY) for n in (1, 2, 3)]
        assert [answer.json().get("result") for answer in answers] == ["confirmed"] * 3
        assert not await office.store["outcomes"].count_documents({"reason": "id_reused"})


async def test_only_who_asked_learns_the_outcome_and_staff_all_of_it(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji")
        taken = await client.post(URL, json=person(1), headers=KEY)
        location = taken.headers["Location"]

        async def decided() -> httpx.Response | None:
            answer = await client.get(location)
            return answer if answer.json()["state"] == "decided" else None

        told = await until(decided)
        assert told.json()["result"] == "confirmed"
        handle = urlsplit(location).path.rpartition("/")[2]
        assert parse_qs(urlsplit(location).query) == {"aggregate": ["uji"]}
        assert told.json()["command"]["id"] == taken.json()["command"]["id"] == handle
        row = await stored(office)
        for guess in ("coba-1", row["id"], handle[:-1], f"{handle}x", "x"):
            answer = await client.get(f"/api/v1/commands/{guess}?aggregate=uji")
            assert (answer.status_code, answer.json()["reason"]) == (404, "outcome_unknown"), guess
        assert (await client.get(f"/api/v1/commands/{handle}?aggregate=lain")).status_code == 404
        for name in (handle, row["id"]):
            shown = await client.get(f"/api/v1/commands/{name}?aggregate=uji", headers=STAFF)
            assert shown.json()["registration"] == row["data"]["registration"]


async def stored(office: TestOffice) -> dict[str, dict[str, str]]:
    row = await office.store["facts"].find_one({"type": "id.simpul.registration.confirmed.v1"})
    assert row is not None
    return row


async def test_what_says_nothing_of_anybody_is_told_to_those_whom_the_office_knows_too(
    brokerless: Servers,
) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji")
        await client.post(URL, json=person(1), headers=WAIT)
        nowhere = URL.replace("uji", "tiada")
        answers = [await client.post(nowhere, json=person(n), headers=WAIT) for n in (1, 2)]
        assert [(one.status_code, one.json()["reason"]) for one in answers] == [(409, "activity_unknown")] * 2


@pytest.mark.parametrize("met_before", [True, False])
def test_a_handle_is_read_as_it_was_made_and_so_is_one_of_an_earlier_release(met_before: bool) -> None:
    asked, tokens = OutcomeTicket(b"\xfb\xff" * 8, "uji-2", met_before), Tokens(LINK_KEYS)
    assert tokens.outcome(tokens.of_outcome(asked)) == asked
    digest = urlsafe_b64encode(asked.command).decode()
    earlier = URLSafeSerializer(secrets(LINK_KEYS), salt="simpul/hasil")
    assert tokens.outcome(str(earlier.dumps([digest, "uji-2", int(met_before)]))) == asked
