"""Registration as a whole: from intake and HTTP to facts."""

import pytest

from shared.contracts.commands import SubmitRegistration
from tests.support.office import READY, STAFF_TOKEN, activity, new_office, person
from tests.support.servers import Servers
from tests.support.waiting import until

pytestmark = [pytest.mark.broker, pytest.mark.both_drivers]
STAFF = {"Authorization": f"Bearer {STAFF_TOKEN}", "Prefer": "wait=10"}


async def test_ten_people_become_facts(servers: Servers) -> None:
    async with new_office(servers) as office, office.registration() as client:
        answer = await client.post(
            "/api/v1/activities",
            content=activity("rakor-uji", seats=8).model_dump_json(),
            headers=STAFF | {"Content-Type": "application/json"},
        )
        assert answer.status_code == 200, answer.text
        assert answer.json()["result"] == "published"
        row = await office.store["facts"].find_one({"type": "id.simpul.activity.published.v1"})
        assert row is not None
        assert row["actor"] == "staff"
        for number in range(10):
            command = SubmitRegistration.model_validate(person(number, activity="rakor-uji"))
            await office.put(command, "rakor-uji")
        await office.at_rest()
        facts = [fact for fact in await office.facts() if fact.get("activity") == "rakor-uji"]
        assert await office.store["facts"].count_documents({"actor": {"$exists": True}}) == 1
        kinds = [fact["type"] for fact in facts]
        assert (
            kinds == ["activity.published"] + ["registration.confirmed"] * 8 + ["registration.waitlisted"] * 2
        )
        assert [fact["place"] for fact in facts[-2:]] == [1, 2]
        assert (await client.get(READY)).status_code == 200
        view = (await client.get("/api/v1/activities/rakor-uji")).json()
        assert view["quotas"][0] | {"id": "semua", "seats": 8, "taken": 8} == view["quotas"][0]
        assert view["waiting"] == 2

        async def totals() -> bool:
            found = [fact for fact in await office.published_facts() if fact["type"] == "office.totals"]
            return any(
                fact["totals"]["confirmed"] == 8 and fact["totals"]["waitlisted"] == 2 for fact in found
            )

        await until(totals)
