"""The office's HTTP API as a client meets it."""

import asyncio
import base64
import secrets

import httpx
import pytest
import yaml

from services.registration.features.gatherings.domain import registration
from shared.contracts.commands import SubmitRegistration
from tests.support.office import METRICS, READY, STAFF_TOKEN, TestOffice, activity, new_office, person
from tests.support.servers import Servers
from tests.support.waiting import until

WAIT = {"Prefer": "wait=20"}
BEARER = {"Authorization": f"Bearer {STAFF_TOKEN}"}
JSON = {"Content-Type": "application/json"}
STAFF = WAIT | BEARER


async def publish(client: httpx.AsyncClient, name: str, seats: int = 50) -> None:
    answer = await client.post(
        "/api/v1/activities", content=activity(name, seats).model_dump_json(), headers=STAFF | JSON
    )
    assert answer.status_code == 200, answer.text


async def test_undecided_is_202_and_its_location_tells_the_outcome(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await publish(client, "uji", 1)
        taken = await client.post("/api/v1/activities/uji/registrations", json=person(1))
        assert (taken.status_code, taken.json()["state"]) == (202, "pending")

        async def decided() -> dict[str, str] | None:
            outcome = (await client.get(taken.headers["Location"])).json()
            return outcome if outcome["state"] == "decided" else None

        outcome = await until(decided)
        assert (outcome["result"], outcome["message"]) == ("confirmed", "Pendaftaran terkonfirmasi.")
        waiting = await client.post("/api/v1/activities/uji/registrations", json=person(2), headers=WAIT)
        assert waiting.json()["place"] == 1
        assert "urutan ke-1" in waiting.json()["message"]


async def test_a_refusal_is_409_with_its_reason_for_staff_and_neutral_where_it_tells_of_somebody(
    brokerless: Servers,
) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await publish(client, "uji")
        url = "/api/v1/activities/uji/registrations"
        first = (await client.post(url, json=person(1), headers=WAIT)).json()
        again = await client.post(url, json=person(1), headers=STAFF)
        assert again.status_code == 409
        assert again.headers["content-type"] == "application/problem+json"
        assert again.json()["reason"] == "already_registered"
        assert first["registration"] not in again.text
        public = await client.post(url, json=person(1), headers=WAIT)
        assert public.status_code == 202
        unknown = await client.post("/api/v1/activities/lain/registrations", json=person(1), headers=WAIT)
        assert (unknown.status_code, unknown.json()["reason"]) == (409, "activity_unknown")


async def test_what_does_not_fit_is_told_by_field_and_never_repeated(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        url = "/api/v1/activities/uji/registrations"
        bad = person(1, participant={"name": "Kenari", "email": "bukan email"}, warna="biru")
        answer = await client.post(url, json=bad)
        assert answer.status_code == 422
        assert {error["field"] for error in answer.json()["errors"]} == {"participant.email", "warna"}
        assert "Kenari" not in answer.text
        assert "bukan email" not in answer.text
        assert (await client.post(url, content=b"{", headers=JSON)).status_code == 422
        assert (await client.post(url, content=b"[]", headers=JSON)).status_code == 422
        assert (await client.post(url, content=b"x" * 300_000)).status_code == 413
        for key in (" ", ".."):
            answer = await client.post(url, json=person(1), headers={"Idempotency-Key": key})
            assert answer.status_code == 400


async def test_staff_routes_want_the_offices_token(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        for token in (None, "salah", "Bearer"):
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            for method, path in (
                ("POST", "/api/v1/activities"),
                ("PATCH", "/api/v1/activities/uji"),
                ("POST", "/api/v1/activities/uji/cancellation"),
                ("GET", "/api/v1/activities/uji/registrations"),
                ("DELETE", "/api/v1/registrations/abc"),
                ("POST", "/api/v1/activities/uji/attendance"),
                ("POST", "/api/v1/activities/uji/imports"),
                ("GET", "/api/v1/commands?source=urn:test"),
                ("GET", "/api/v1/parked"),
            ):
                assert (await client.request(method, path, headers=headers)).status_code == 401, path


async def test_an_activity_is_published_from_yaml_changed_and_cancelled(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        body = yaml.safe_dump(activity("uji", 5).model_dump(mode="json", exclude_unset=True))
        headers = STAFF | {"Content-Type": "application/yaml"}
        answer = await client.post("/api/v1/activities", content=body, headers=headers)
        assert answer.json()["result"] == "published", answer.text
        again = await client.post("/api/v1/activities", content=body, headers=headers)
        assert again.json()["reason"] == "activity_exists"
        change = {"quotas": [{"id": "semua", "seats": 6}], "host": "Dr. Uji"}
        assert (await client.patch("/api/v1/activities/uji", json=change, headers=STAFF)).status_code == 200
        shown = (await client.get("/api/v1/activities/uji")).json()
        assert (shown["quotas"][0]["seats"], shown["host"]) == (6, "Dr. Uji")
        gone = await client.patch("/api/v1/activities/uji", json={"host": None}, headers=STAFF)
        assert gone.json()["result"] == "changed"
        assert "host" not in (await client.get("/api/v1/activities/uji")).json()
        cancelled = await client.post("/api/v1/activities/uji/cancellation", json={}, headers=STAFF)
        assert cancelled.json()["result"] == "cancelled"
        assert (await client.get("/api/v1/activities/uji")).json()["status"] == "cancelled"
        assert (await client.get("/api/v1/activities/tiada")).status_code == 404


async def test_staff_read_registrations_page_by_page_and_cancel_one(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await publish(client, "uji", 300)
        commands = [SubmitRegistration.model_validate(person(n) | {"activity": "uji"}) for n in range(230)]
        await office.put_many([(one, "uji", secrets.token_hex(4)) for one in commands])
        await office.at_rest()
        rows, mark, pages = [], "", 0
        while mark is not None:
            query = {"after": mark} if mark else {}
            url = "/api/v1/activities/uji/registrations"
            page = (await client.get(url, params=query, headers=BEARER)).json()
            rows += page["registrations"]
            mark, pages = page["next"], pages + 1
        assert (len({row["registration"] for row in rows}), pages) == (230, 3)
        assert all(row["email"].endswith("@sekolah.example") for row in rows)
        one = f"/api/v1/registrations/{rows[0]['registration']}"
        assert (await client.delete(one, headers=STAFF)).json()["result"] == "cancelled"
        assert (await client.delete(one, headers=STAFF)).json()["reason"] == "already_cancelled"
        assert (await client.delete(f"{one[:-1]}x", headers=STAFF)).status_code == 404


async def test_a_source_reads_its_outcomes_in_order_from_where_it_was(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await publish(client, "uji", 2)
        ids = [await submit(office, number) for number in (1, 2, 3, 1)]
        first, mark = await outcomes(client, "")
        assert [one["command"]["id"] for one in first] == ids
        assert [one["result"] for one in first] == ["confirmed", "confirmed", "waitlisted", "refused"]
        assert (await outcomes(client, mark))[0] == []
        last = await submit(office, 9)
        assert [one["command"]["id"] for one in (await outcomes(client, mark))[0]] == [last]
        no_marks = [b"[1]", b'{"0": "x"}', b'{"0": {"$gt": 1}}', b'{"0": 1' + b"0" * 23 + b"}"]
        for wrong in ["x", *(base64.urlsafe_b64encode(text).decode() for text in no_marks)]:
            query = {"source": "urn:test", "after": wrong}
            assert (await client.get("/api/v1/commands", params=query, headers=BEARER)).status_code == 400
        assert (await client.get(f"/api/v1/parked?after={10**23}", headers=BEARER)).status_code == 422


async def submit(office: TestOffice, number: int) -> str:
    command = SubmitRegistration.model_validate(person(number) | {"activity": "uji"})
    identifier = await office.put(command, "uji")
    await office.outcome("uji", identifier)
    return identifier


async def outcomes(client: httpx.AsyncClient, after: str) -> tuple[list[dict[str, dict[str, str]]], str]:
    query = {"source": "urn:test"} | ({"after": after} if after else {})
    answer = (await client.get("/api/v1/commands", params=query, headers=BEARER)).json()
    assert answer["next"] is None, "all of them are told"
    return answer["outcomes"], answer["mark"]


@pytest.mark.broker
async def test_who_waits_is_answered_whichever_instance_decides(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration() as one, office.registration() as two:

        async def both_ready() -> bool:
            return all([(await client.get(READY)).is_success for client in (one, two)])

        await until(both_ready, every=0.2)
        names = [f"keg-{number}" for number in range(12)]  # over all partitions, so over both instances
        for name in names:
            await publish(one, name)
        answers = await asyncio.gather(
            *(
                client.post(f"/api/v1/activities/{name}/registrations", json=person(number), headers=WAIT)
                for name in names
                for number, client in enumerate((one, two))
            )
        )
        assert {answer.json().get("result") for answer in answers} == {"confirmed"}
        held = [(await client.get(METRICS)).text.count("simpul_partition_claimed{") for client in (one, two)]
        assert sum(held) == office.partitions
        assert all(held), "both instances own partitions"


async def test_a_location_leads_to_the_outcome_whatever_the_key_holds(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await publish(client, "uji")
        for number, key in enumerate(("a/b?c", "k#2/a?b&c%", "50%25")):
            answer = await client.post(
                "/api/v1/activities/uji/registrations", json=person(number), headers={"Idempotency-Key": key}
            )
            location = answer.headers["Location"]

            async def decided(location: str = location) -> bool:
                return bool((await client.get(location)).json().get("result") == "confirmed")

            await until(decided)


async def test_a_command_that_could_not_be_decided_says_so(
    brokerless: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    async with new_office(brokerless) as office, office.registration() as client:
        await publish(client, "uji")
        with monkeypatch.context() as patched:
            patched.setattr(registration, "submit", broken)
            answer = await client.post(
                "/api/v1/activities/uji/registrations", json=person(1), headers={"Idempotency-Key": "satu"}
            )

            async def parked() -> bool:
                outcome = (await client.get(answer.headers["Location"])).json()
                return (outcome.get("result"), outcome.get("reason")) == ("parked", "failed")

            await until(parked)
        again = await client.post(
            "/api/v1/activities/uji/registrations",
            json=person(1),
            headers=WAIT | {"Idempotency-Key": "satu"},
        )
        assert again.json()["result"] == "confirmed", "parking used up no id"
