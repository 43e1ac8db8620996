"""Commands that somebody else writes under a name of the office or of its systems, over a real broker."""

import secrets
from typing import Any

import pytest

from shared.contracts.commands import (
    CancelActivity,
    CancelRegistration,
    ChangeActivity,
    ChangeRegistration,
    Command,
    SeatRegistration,
    SubmitRegistration,
    SubstituteRegistration,
)
from shared.contracts.envelope import Envelope
from shared.signatures import HEADER, Signer, signed_headers
from tests.support.office import METRICS, READY, STAFF_TOKEN, TestOffice, activity, new_office, person
from tests.support.servers import Servers

pytestmark = pytest.mark.broker
PORTAL, STRANGER = Signer("02" * 32), Signer("03" * 32)
STAFF = {"Authorization": f"Bearer {STAFF_TOKEN}"}


def grant(office: TestOffice, *commands: str) -> None:
    office.grants = {office.portal: {"key": PORTAL.public_texts[0], "may": list(commands)}}


def submission(number: int) -> SubmitRegistration:
    return SubmitRegistration.model_validate({"activity": "rakor"} | person(number))


async def put(office: TestOffice, command: Command, source: str, signer: Signer | None) -> str:
    """As whoever may write to the log does; returns the command's id."""
    identifier, key, value = secrets.token_hex(8), b"rakor", command.encoded()
    envelope = Envelope(identifier, source, command.type, "rakor")
    await office.put_raw(key, value, signed_headers(signer, key, envelope, value))
    return identifier


async def parked(office: TestOffice) -> list[str]:
    """The reasons, in order."""
    rows = await office.store["parked"].find({}).sort("_id", 1).to_list(None)
    return [row["reason"] for row in rows]


async def test_nobody_changes_an_activity_under_the_offices_name(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration() as client:
        await office.put(activity("rakor"), "rakor")
        forged = ChangeActivity(activity="rakor", title="Bukan dari balai", reply_to="maling@lain.example")
        for part in ("http/staff", "http/public", "excel", "registration"):
            for signer in (None, STRANGER):
                await put(office, forged, f"/{office.code}/{part}", signer)
        # a record that the office signed, with another value, and the office's signature of another command
        envelope = Envelope("mine", f"/{office.code}/http/staff", forged.type, "rakor")
        good = signed_headers(Signer(office.record_keys), b"rakor", envelope, b"{}")
        await office.put_raw(b"rakor", forged.encoded(), good)
        await office.at_rest()
        assert await parked(office) == ["forbidden"] * 9
        shown = (await client.get("/api/v1/activities/rakor")).json()
        assert shown["title"] == activity("rakor").title

        staff = await client.patch(
            "/api/v1/activities/rakor",
            json={"title": "Judul dari balai"},
            headers=STAFF | {"Prefer": "wait=5"},
        )
        assert staff.json()["result"] == "changed"
        listed = (await client.get("/api/v1/parked", headers=STAFF)).json()["parked"]
        assert {row["reason"] for row in listed} == {"forbidden"}
        assert "maling" not in str(listed)


async def test_a_portal_cancels_what_it_submitted_and_nothing_else(servers: Servers) -> None:
    async with new_office(servers) as office:
        grant(office, "registration.submit", "registration.cancel")
        async with office.registration():
            await office.put(activity("rakor"), "rakor")
            mine = await office.outcome(
                "rakor", await put(office, submission(1), office.portal, PORTAL), office.portal
            )
            other = await office.outcome("rakor", await office.put(submission(2), "rakor"))

            async def cancelled(row: dict[str, Any]) -> Any:
                command = CancelRegistration(registration=row["data"]["registration"])
                identifier = await put(office, command, office.portal, PORTAL)
                found = await office.outcome("rakor", identifier, office.portal)
                return found.get("reason") or found["type"].split(".")[-2]

            assert await cancelled(other) == "registration_unknown"
            assert await cancelled(mine) == "cancelled"
            await put(office, CancelActivity(activity="rakor"), office.portal, PORTAL)
            await put(office, submission(3), office.portal, None)  # its signature taken off
            await put(office, submission(3), office.portal, STRANGER)
            await office.at_rest()
            assert await parked(office) == ["forbidden"] * 3


async def test_a_portal_disposes_of_no_registration_but_its_own(servers: Servers) -> None:
    async with new_office(servers) as office:
        grant(office, *(f"registration.{one}" for one in ("submit", "change", "seat", "substitute")))
        async with office.registration():
            await office.put(activity("rakor", 2), "rakor")
            other = await office.outcome("rakor", await office.put(submission(1), "rakor"))
            mine, waits = [
                await office.outcome(
                    "rakor", await put(office, submission(number), office.portal, PORTAL), office.portal
                )
                for number in (2, 3)
            ]

            async def told(kind: type[Command], row: dict[str, Any], **given: Any) -> str:
                command = kind.model_validate({"registration": row["data"]["registration"]} | given)
                found = await office.outcome(
                    "rakor", await put(office, command, office.portal, PORTAL), office.portal
                )
                return str(found.get("reason") or found["type"].split(".")[-2])

            comes = {"participant": person(9)["participant"], "beyond": True}
            asked = (
                (ChangeRegistration, {"group": "A"}),
                (SeatRegistration, {"reason": "Tamu", "beyond": True}),
                (SubstituteRegistration, comes),
            )
            for kind, given in asked:
                assert await told(kind, other, **given) == "registration_unknown", kind
            assert await told(ChangeRegistration, mine, group="A") == "changed"
            assert await told(SeatRegistration, waits, reason="Tamu", beyond=True) == "no_seat"
            assert await told(SubstituteRegistration, mine, **comes) == "substituted"


async def test_of_a_system_that_the_office_vouches_for_beyond_is_not_heard(servers: Servers) -> None:
    """Neither of one that sends unsigned yet, nor of a program."""
    async with new_office(servers) as office, office.registration():
        await office.put(activity("rakor", 0), "rakor")
        command = submission(1).model_copy(update={"beyond": True})
        row = await office.outcome("rakor", await put(office, command, office.portal, None), office.portal)
        assert row["type"] == "id.simpul.registration.waitlisted.v1"


async def test_what_is_forged_takes_no_id_from_who_may_use_it(servers: Servers) -> None:
    async with new_office(servers) as office:
        grant(office, "registration.submit")
        async with office.registration():
            await office.put(activity("rakor"), "rakor")
            command, value = submission(1), submission(1).encoded()
            envelope = Envelope("portal-1", office.portal, command.type, "rakor")
            for signer in (STRANGER, PORTAL):
                await office.put_raw(b"rakor", value, signed_headers(signer, b"rakor", envelope, value))
            row = await office.outcome("rakor", "portal-1", office.portal)
            assert row["type"] == "id.simpul.registration.confirmed.v1"
            assert await parked(office) == ["forbidden"]


async def test_the_unsigned_are_counted_until_they_are_refused(servers: Servers) -> None:
    async with new_office(servers) as office:
        async with office.registration() as client:
            assert "warnings" not in (await client.get(READY)).json()
            await office.put(activity("rakor"), "rakor", source="urn:lama")
            await office.at_rest()
            ready = (await client.get(READY)).json()
            assert "1 commands without a signature" in ready["warnings"][0], ready
            assert "simpul_commands_unsigned_total 1.0" in (await client.get(METRICS)).text
        async with office.registration(unsigned="refuse") as client:
            await office.put(ChangeActivity(activity="rakor", title="Lain"), "rakor", source="urn:lama")
            await office.at_rest()
            assert await parked(office) == ["forbidden"]
            answer = await client.post(
                "/api/v1/activities/rakor/registrations", json=person(1), headers={"Prefer": "wait=5"}
            )
            assert answer.json()["result"] == "confirmed"


async def test_all_that_the_office_itself_writes_is_signed(servers: Servers) -> None:
    """Over HTTP, by ticks, and by what a correction causes; and every entry of its directory."""
    async with new_office(servers) as office, office.registration(unsigned="refuse") as client:
        headers = STAFF | {"Prefer": "wait=5"}
        made = activity("rakor").model_dump(mode="json", exclude_none=True)
        assert (await client.post("/api/v1/activities", json=made, headers=headers)).status_code == 200
        where = "/api/v1/activities/rakor/registrations"
        assert (await client.post(where, json=person(1), headers=headers)).status_code == 200
        (row,) = await office.store["registrations"].find({}).to_list(None)
        corrected = await client.patch(
            f"/api/v1/participants/{row['who']['ref']}", json={"name": "Ni Made Benar"}, headers=headers
        )
        assert corrected.json()["result"] == "corrected"
        await office.at_rest()
        assert await parked(office) == []
        kinds = {fact["type"] for fact in await office.facts()}
        assert {"registration.corrected", "office.totals", "participant.corrected"} <= kinds
        for topic in ("intake", "directory"):
            records = await office.records(topic)
            assert records
            assert all(HEADER in dict(record.headers) for record in records)


async def test_no_key_of_a_fact_leads_to_a_person(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration() as client:
        headers = STAFF | {"Prefer": "wait=5"}
        await office.put(activity("rakor"), "rakor")
        await client.post("/api/v1/activities/rakor/registrations", json=person(1), headers=headers)
        (row,) = await office.store["registrations"].find({}).to_list(None)
        ref = row["who"]["ref"]
        for name in ("Ni Made Benar", "Ni Made Benar Sekali"):
            await client.patch(f"/api/v1/participants/{ref}", json={"name": name}, headers=headers)
        await office.at_rest()
        keys = set()
        for record in await office.records("facts"):
            said = (record.key or b"", record.value or b"", *(value or b"" for _, value in record.headers))
            assert ref.encode() not in b"\n".join(said)
            keys.add((record.key or b"").decode())
        assert [key for key in keys if key.startswith("p:")] == [office.digests.published_key(f"p:{ref}")]
