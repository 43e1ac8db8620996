"""Approval, and seats that are offered for a while, as programs and the tick bring them about."""

import asyncio
from collections import Counter
from typing import Any

import httpx

from services.registration.storage.state_check import check_states
from tests.component.registration.browser import STAFF, announce
from tests.component.registration.test_seating import arrived, ids, row_of
from tests.component.registration.test_staff import staff_at
from tests.support.features import ALL
from tests.support.office import TestOffice
from tests.support.servers import Servers

ONE: list[dict[str, Any]] = [{"id": "semua", "seats": 1}]


async def mismatches(office: TestOffice) -> list[Any]:
    return (await check_states(office.store, ALL)).mismatches


async def statuses(office: TestOffice) -> dict[str, int]:
    rows = await office.store["registrations"].find({}).to_list(None)
    return dict(Counter(row["status"] for row in rows))


async def asked(client: httpx.AsyncClient, registration: str, verb: str, **body: Any) -> dict[str, Any]:
    path = f"/api/v1/registrations/{registration}/{verb}"
    answer = await client.post(path, headers=STAFF | {"Prefer": "wait=5"}, json=body or None)
    assert answer.status_code in (200, 409), answer.text
    return dict(answer.json())


async def test_programs_approve_and_reject(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", quotas=ONE, approval=True)
        await arrived(client, {}, {}, {})
        assert await statuses(office) == {"submitted": 3}
        first, second, third = await ids(office)
        approved = await asked(client, second, "approve")
        assert (approved["result"], approved["registration"]) == ("confirmed", second)
        waits = await asked(client, first, "approve")
        assert (waits["result"], waits["place"]) == ("waitlisted", 1)
        rejected = await asked(client, third, "reject", reason="Bukan sasaran kegiatan ini")
        assert rejected["result"] == "rejected"
        assert (await row_of(office, third))["reason"] == "Bukan sasaran kegiatan ini"
        again = await asked(client, first, "reject", reason="Berubah pikiran")
        assert again["reason"] == "already_answered"
        assert not await mismatches(office)
        facts = await office.store["facts"].find({}).to_list(None)
        assert "Bukan sasaran" not in str(facts), "a reason stays in the office"


async def test_an_offer_that_is_let_pass_goes_to_the_next_by_itself(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", quotas=ONE, offer_within="PT2S")
        await arrived(client, {}, {}, {})
        first, second, third = await ids(office)
        await client.delete(f"/api/v1/registrations/{first}", headers=STAFF | {"Prefer": "wait=5"})
        assert (await row_of(office, second))["status"] == "offered"
        async with asyncio.timeout(20):
            while (await row_of(office, third))["status"] != "offered":
                await asyncio.sleep(0.1)
        assert (await row_of(office, second))["status"] == "cancelled"
        late = await asked(client, second, "offer/accept")
        assert late["reason"] == "offer_ended"
        accepted = await asked(client, third, "offer/accept")
        assert accepted["result"] == "confirmed"
        assert not await mismatches(office)
        assert (await office.store["activities"].find_one({"_id": "uji"}) or {}).get("offers") is None


async def test_who_declines_leaves_the_seat_to_the_next(brokerless: Servers) -> None:
    async with staff_at(brokerless) as (office, client):
        await announce(client, "uji", quotas=ONE, offer_within="P1D")
        await arrived(client, {}, {}, {})
        first, second, third = await ids(office)
        await client.delete(f"/api/v1/registrations/{first}", headers=STAFF | {"Prefer": "wait=5"})
        assert (await asked(client, second, "offer/decline"))["result"] == "cancelled"
        assert (await row_of(office, third))["status"] == "offered"
        assert not await mismatches(office)
