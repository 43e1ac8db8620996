"""Staff correct a person: every live registration follows, and no count changes."""

import json
from typing import Any

import httpx
import pytest

from shared.contracts import topics
from shared.contracts.facts import AnyFact
from tests.component.test_http import STAFF, publish
from tests.support.office import TestOffice, new_office, person
from tests.support.servers import Servers
from tests.support.topics import all_records
from tests.support.waiting import until

pytestmark = [pytest.mark.broker, pytest.mark.both_drivers]
NIP, OTHER_NIP = "193504012005012001", "193504012005012002"


def body_of(**who: Any) -> dict[str, Any]:
    return person(1, participant={"name": "Made Contoh", "email": "salah@sekolah.example"} | who)


async def submit(client: httpx.AsyncClient, name: str, **who: Any) -> httpx.Response:
    body = body_of(**who)
    return await client.post(f"/api/v1/activities/{name}/registrations", json=body, headers=STAFF)


async def listed(client: httpx.AsyncClient, name: str) -> dict[str, Any]:
    answer = await client.get(f"/api/v1/activities/{name}/registrations", headers=STAFF)
    (row,) = answer.json()["registrations"]
    return dict(row)


async def entries(office: TestOffice) -> dict[str, dict[str, Any]]:
    """The newest directory entry of each registration."""
    records = await all_records(office.servers.kafka, topics.directory(office.code))
    return {record.key.decode(): json.loads(record.value) for record in records if record.value}


async def test_a_corrected_address_reaches_every_live_registration(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration() as client:
        ids = {}
        for name in ("satu", "dua", "tiga"):
            await publish(client, name)
            ids[name] = (await submit(client, name)).json()["registration"]
        assert (await client.delete(f"/api/v1/registrations/{ids['tiga']}", headers=STAFF)).status_code == 200
        ref = (await listed(client, "satu"))["ref"]
        answer = await client.patch(
            f"/api/v1/participants/{ref}", json={"email": "betul@sekolah.example"}, headers=STAFF
        )
        assert (answer.status_code, answer.json()["result"]) == (200, "corrected"), answer.text

        async def both_follow() -> bool:
            found = await entries(office)
            return all(
                found[f"r:{ids[name]}"]["email"] == "betul@sekolah.example" for name in ("satu", "dua")
            )

        await until(both_follow)
        assert (await entries(office))[f"r:{ids['tiga']}"]["email"] == "salah@sekolah.example"
        assert (await listed(client, "dua"))["email"] == "betul@sekolah.example"
        facts = [
            (record, AnyFact.read(record.value))
            for record in await all_records(servers.kafka, topics.facts(office.code))
        ]
        about = [fact for record, fact in facts if b"corrected" in dict(record.headers)["ce_type"]]
        assert [fact.changes for fact in about] == [()] * 3
        assert not any(b"betul" in record.value or b"Made" in record.value for record, _ in facts)


async def test_nothing_new_and_nobody_known_are_told_apart(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration() as client:
        await publish(client, "uji")
        await submit(client, "uji")
        ref = (await listed(client, "uji"))["ref"]
        same = await client.patch(f"/api/v1/participants/{ref}", json={"name": "Made Contoh"}, headers=STAFF)
        assert (same.status_code, same.json()["result"]) == (200, "corrected")
        assert "fact" not in same.json()
        nobody = await client.patch(f"/api/v1/participants/{'0' * 24}", json={"name": "Siapa"}, headers=STAFF)
        assert (nobody.status_code, nobody.json()["reason"]) == (409, "participant_unknown")
        wrong = await client.patch(f"/api/v1/participants/{ref}", json={"email": None}, headers=STAFF)
        assert wrong.status_code == 422


async def test_a_number_that_was_anothers_leads_to_nobody_any_more(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration() as client:
        await publish(client, "uji")
        await publish(client, "lain")
        await submit(client, "uji", nip=OTHER_NIP)
        ref = (await listed(client, "uji"))["ref"]
        corrected = {"nip": NIP, "email": "betul@sekolah.example"}
        await client.patch(f"/api/v1/participants/{ref}", json=corrected, headers=STAFF)
        known = body_of(nip=NIP, email="baru@sekolah.example")
        again = await client.post("/api/v1/activities/uji/registrations", json=known, headers=STAFF)
        assert again.json()["reason"] == "already_registered", "known by the right number"
        other = body_of(nip=OTHER_NIP, email="lain@sekolah.example")
        await client.post("/api/v1/activities/lain/registrations", json=other, headers=STAFF)
        assert (await listed(client, "lain"))["ref"] != ref, "somebody of the same name with that number"


async def test_an_address_that_was_corrected_away_leads_to_somebody_else(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration() as client:
        await publish(client, "uji")
        await publish(client, "lain")
        await submit(client, "uji")
        ref = (await listed(client, "uji"))["ref"]
        right = {"email": "betul@sekolah.example"}
        assert (await client.patch(f"/api/v1/participants/{ref}", json=right, headers=STAFF)).is_success
        await submit(client, "lain")
        other = await listed(client, "lain")
        assert (other["ref"] != ref, other["email"]) == (True, "salah@sekolah.example")
        row = await office.store["perhaps_same"].find_one({})
        assert row is not None
        assert sorted(row["refs"]) == sorted([ref, other["ref"]]), "staff may see both"
