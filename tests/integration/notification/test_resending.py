"""Staff send again what failed: to the address as it is now, and nothing that was sent."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from shared.serving import HttpSides
from tests.integration.notification.stage import TOKEN, Stage, registration
from tests.support.waiting import until

pytestmark = pytest.mark.both_drivers


def desk(service: HttpSides, token: str = TOKEN) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(service.public),
        base_url="http://kantor/api/v1",
        headers={"Authorization": f"Bearer {token}"},
    )


async def test_a_failed_mail_goes_out_again_to_the_corrected_address(stage: Stage) -> None:
    stage.sink.refuse["wayan.contoh@peserta.example"] = "550 unknown"
    async with stage.running() as service, desk(service) as client:
        await stage.publish("rakor")
        await stage.confirm("rakor", "Wayan Contoh")
        (failed,) = await stage.settled(1)
        assert failed["state"] == "failed"
        corrected = stage.next_number("rakor")
        await stage.correct("rakor", "Wayan Contoh")

        async def heard() -> bool:
            row = await stage.store["registrations"].find_one({"_id": registration("Wayan Contoh")})
            return row is not None and row["rev"] == corrected

        await until(heard)
        asked = await client.post(f"/deliveries/{failed['_id']}/resend")
        assert asked.status_code == 202, asked.text
        assert (asked.json()["state"], asked.json()["id"]) == ("pending", failed["_id"])
        assert "example" not in asked.text

        async def waited() -> bool:
            return any(row["waits"] for row in await stage.rows())

        await until(waited)
        await stage.person("rakor", "Wayan Contoh", corrected, "wayan@sekolah.example")
        await stage.settled(1)
        rows = await client.get("/deliveries", params={"registration": registration("Wayan Contoh")})
    (row,) = rows.json()["deliveries"]
    assert (row["state"], row["reason"], row["codes"]) == ("sent", None, [550, 250])
    assert stage.sink.recipients.count("wayan@sekolah.example") == 1


async def test_an_old_failure_is_sent_for_it_falls_due_anew(stage: Stage) -> None:
    stage.sink.script["waitlisted"] = ["keep+drop"]
    async with stage.running() as service, desk(service) as client:
        await stage.publish("rakor")
        await stage.waitlist("rakor", "Wayan Contoh")
        (lost,) = await stage.settled(1)
        assert lost["state"] == "ambiguous"
        long_ago = {"$set": {"due": datetime.now(UTC) - timedelta(days=30)}}
        await stage.store["deliveries"].update_one({"_id": lost["_id"]}, long_ago)
        assert (await client.post(f"/deliveries/{lost['_id']}/resend")).status_code == 202
        (row,) = await stage.settled(1)
    assert (row["state"], row["ambiguous"], len(stage.sink.kept)) == ("sent", 1, 2)
    assert len({mail["Message-ID"] for mail in stage.sink.kept}) == 1


async def test_what_was_sent_or_is_unknown_or_asked_by_others_changes_nothing(stage: Stage) -> None:
    async with stage.running() as service, desk(service) as client, desk(service, "tebakan") as stranger:
        await stage.publish("rakor")
        await stage.confirm("rakor", "Wayan Contoh")
        (sent,) = await stage.settled(1)
        again = await client.post(f"/deliveries/{sent['_id']}/resend")
        assert (again.status_code, again.json()["reason"]) == (409, "not_resendable")
        unknown = await client.post("/deliveries/bali-0-1:confirmed:tiada:-/resend")
        assert (unknown.status_code, unknown.json()["reason"]) == (404, "not_found")
        assert (await stranger.post(f"/deliveries/{sent['_id']}/resend")).status_code == 401
        assert await stage.rows() == [sent]
