"""What the public may submit in an hour, by email and by source address; for all instances alike."""

import bson
import pytest

from tests.component.registration.browser import STAFF, announce, heading, landed, opened, typed
from tests.support.office import new_office, person
from tests.support.servers import Servers

URL = "/api/v1/activities/uji/registrations"
WAIT = {"Prefer": "wait=20"}


def named(number: int) -> dict[str, str]:
    """One address that several people share, as in a small school."""
    return typed(number, email="Sekolah@sd-uji.example")


@pytest.mark.broker
@pytest.mark.once
async def test_a_fourth_registration_of_one_email_waits_an_hour_at_every_instance(servers: Servers) -> None:
    few = {"registrations_per_email_hour": 3}
    async with (
        new_office(servers) as office,
        office.registration(**few) as client,
        office.registration(**few) as second,
    ):
        await announce(client, "uji")
        await announce(client, "lain")
        forms = [await opened(one, "uji") for one in (client, second, client, second)]
        for number, form in enumerate(forms[:3]):
            assert (await form.send(**named(number))).status_code == 303
        answer = await forms[3].send(**named(3))
        assert answer.status_code == 429
        assert 0 < int(answer.headers["Retry-After"]) <= 3600
        assert "menit lagi" in answer.text
        assert 'value="Ni Wayan Uji 3"' in answer.text, "what was typed is kept"
        again = await forms[0].send(**named(0))
        assert heading(await landed(client, again)).startswith("Anda terdaftar"), "sent again, it counts not"
        assert (await (await opened(client, "lain")).send(**named(3))).status_code == 303
        assert (await (await opened(client, "uji")).send(**typed(4))).status_code == 303
        assert await office.store["registrations"].count_documents({"activity": "uji"}) == 4


async def test_the_api_counts_the_public_too_but_not_staff_nor_the_same_key(brokerless: Servers) -> None:
    async with (
        new_office(brokerless) as office,
        office.registration(registrations_per_email_hour=1) as client,
    ):
        await announce(client, "uji")
        same = {"Idempotency-Key": "satu"}
        for _ in range(3):
            answer = await client.post(URL, json=person(1), headers=WAIT | same)
            assert answer.json()["result"] == "confirmed"
        answer = await client.post(URL, json=person(1), headers=WAIT)
        assert (answer.status_code, answer.json()["reason"]) == (429, "too_often")
        assert answer.headers["content-type"] == "application/problem+json"
        assert int(answer.headers["Retry-After"]) > 0
        assert (await client.post(URL, json=person(1), headers=STAFF)).status_code == 409


async def test_one_source_address_submits_so_many_and_who_was_turned_away_loses_no_try(
    brokerless: Servers,
) -> None:
    limits = {"registrations_per_address_hour": 4, "registrations_per_email_hour": 1}
    async with new_office(brokerless) as office, office.registration(**limits) as client:
        await announce(client, "uji")
        keys = [{"Idempotency-Key": f"kunci-{number}"} for number in range(6)]
        answers = [
            await client.post(
                URL, json=person(number), headers=key | {"X-Forwarded-For": f"192.0.2.{number}"}
            )
            for number, key in enumerate(keys)
        ]
        assert [answer.status_code for answer in answers] == [202] * 4 + [429] * 2
        repeated = await client.post(URL, json=person(5), headers=keys[5])
        assert repeated.status_code == 429, "nor does sending it again get round the limit"
        await office.store["counted"].update_many({"count": {"$exists": True}}, {"$set": {"count": 0}})
        assert (await client.post(URL, json=person(5), headers=keys[5])).status_code == 202


async def test_an_hour_later_it_begins_anew_and_nothing_is_kept_in_clear(brokerless: Servers) -> None:
    async with (
        new_office(brokerless) as office,
        office.registration(registrations_per_email_hour=1) as client,
    ):
        await announce(client, "uji")
        assert (await client.post(URL, json=person(1))).status_code == 202
        assert (await client.post(URL, json=person(1))).status_code == 429
        for row in await office.store["counted"].find({}).to_list(None):
            kept = bson.encode(row)
            assert not any(trace in kept for trace in (b"127.0.0.1", b"uji", b"example"))
        past = [{"$set": {"until": {"$subtract": ["$until", 3_600_000]}}}]
        await office.store["counted"].update_many({}, past)
        assert (await client.post(URL, json=person(1))).status_code == 202
        indexes = await office.store["counted"].index_information()
        assert indexes["until_1"]["expireAfterSeconds"] == 0


async def test_a_tag_and_activities_that_do_not_exist_get_round_no_limit(brokerless: Servers) -> None:
    async with (
        new_office(brokerless) as office,
        office.registration(registrations_per_email_hour=2) as client,
    ):
        await announce(client, "uji")
        tagged = [f"uji{tag}@sekolah.example" for tag in ("", "+a", "+b", "+a+b")]
        people = [{"name": f"Ni Wayan Uji {n}", "email": one} for n, one in enumerate(tagged)]
        answers = [await client.post(URL, json=person(0, participant=one)) for one in people]
        assert [answer.status_code for answer in answers] == [202, 202, 429, 429]
        nowhere = [f"/api/v1/activities/tiada-{n}/registrations" for n in range(4)]
        answers = [await client.post(url, json=person(9)) for url in nowhere]
        assert [answer.status_code for answer in answers] == [202, 202, 429, 429]
        assert (await client.post(URL, json=person(9))).status_code == 202, "what exists is counted apart"
