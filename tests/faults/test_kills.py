"""kill -9 of every service amid 2,000 registrations or more: none lost, doubled, oversold, mailed twice."""

import asyncio
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.notification.provision import provision_office
from services.reporting.cli import provision_national
from shared.contracts import topics
from shared.contracts.commands import SubmitRegistration
from shared.mongo.driver import Store, connect
from tests.support.deployment import Deployment, deployment
from tests.support.office import AS_DIRECTORATE, activity, person
from tests.support.recount import highest_confirmed, sums
from tests.support.servers import ServerRoom
from tests.support.waiting import until

pytestmark = pytest.mark.broker
PEOPLE, SEATS = 2_000, 1_500
SERVICES = ("registration", "notification", "reporting")


async def start(running: Deployment, name: str, wait: bool = True) -> None:
    await running.start(name, f"services.{name}.main", wait=wait)


async def feed(running: Deployment, killed: asyncio.Event) -> int:
    """Until all kills are over, since each needs a transaction to fall into; answers how many people."""
    fed = 0
    while fed < PEOPLE or not killed.is_set():
        await running.office.put_many(
            [
                (SubmitRegistration.model_validate(person(n) | {"activity": "uji"}), "uji", f"p{n}")
                for n in range(fed, fed + 50)
            ]
        )
        fed += 50
        await asyncio.sleep(0.2)
    return fed


async def kill_all_side_by_side(running: Deployment, rounds: int) -> None:
    """Each round waits until a service is inside a transaction, kills them all, and starts them again."""
    for _ in range(rounds):
        busy = running.services["registration"]

        async def inside(busy: Any = busy) -> bool:
            return bool(busy.inside)

        await until(inside, every=0.001)
        for name in SERVICES:
            running.kill(name)
        await asyncio.gather(*(start(running, name) for name in SERVICES))


async def test_nothing_is_lost_or_doubled_when_every_service_is_killed(
    server_room: ServerRoom, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    servers = await server_room.servers()  # its own: the national side reads every office there is
    async with deployment(servers, tmp_path) as running:
        office = running.office
        await provision_office(office.code, servers.mongo, "motor", office.kafka)
        await provision_national(servers.mongo, "motor", office.kafka)
        await running.start_mailbox()
        await asyncio.gather(*(start(running, name) for name in SERVICES))
        await office.put(activity("uji", SEATS), "uji")
        killed = asyncio.Event()
        feeding = asyncio.create_task(feed(running, killed))
        await kill_all_side_by_side(running, rounds=2)
        killed.set()
        people = await feeding
        await office.at_rest(600)
        told = f"{running.kills_inside} of {running.kills} kills fell inside a transaction"
        record_property("measured", told)
        assert running.kills_inside > 0

        facts = await office.facts()
        first = [
            fact for fact in facts if fact["type"] in ("registration.confirmed", "registration.waitlisted")
        ]
        assert len(first) == len({fact["registration"] for fact in first}) == people
        assert highest_confirmed(facts, "uji") == SEATS
        await mailed_once(running, facts, people)
        await counted(running, facts)


async def mailed_once(running: Deployment, facts: list[dict[str, Any]], people: int) -> None:
    """One mail for each registration, more only where an attempt was counted as ambiguous."""
    store = connect(running.office.servers.mongo, topics.database(running.office.code, "notification"))
    try:
        await until(lambda: settled(store, people), 600, every=0.5)
        rows = await store["deliveries"].find({}).to_list(None)
    finally:
        await store.close()
    assert len(rows) == people
    mails = Counter(mail["headers"]["X-Simpul-Delivery"] for mail in await running.mails())
    ambiguous = {row["_id"]: row.get("ambiguous", 0) for row in rows}
    twice = {name: number for name, number in mails.items() if number > 1 + ambiguous[name]}
    assert not twice
    unsent = [row["_id"] for row in rows if row["state"] == "sent" and row["_id"] not in mails]
    assert not unsent
    assert all(row["state"] == "sent" or ambiguous[row["_id"]] for row in rows)
    assert {name.split(":")[0] for name in mails} <= {
        f"{fact['office']}-{fact['partition']}-{fact['number']}" for fact in facts
    }


async def settled(store: Store, people: int) -> bool:
    total = await store["deliveries"].count_documents({})
    return total == people and not await store["deliveries"].count_documents({"state": "pending"})


async def counted(running: Deployment, facts: list[dict[str, Any]]) -> None:
    """The national figures equal a recount of the facts, and the office's control totals."""
    url = f"{running.services['reporting'].url}/api/v1/figures"
    expected = sums(facts)

    async def equal() -> bool:
        async with httpx.AsyncClient(verify=False, timeout=30) as client:
            answer = (await client.get(url, params={"by": "office"}, headers=AS_DIRECTORATE)).json()
        row = answer["rows"][0] if answer["rows"] else {}
        office = answer["offices"][0]
        same = all(row.get(measure) == expected[measure] for measure in ("confirmed", "waitlisted", "seats"))
        return same and office["gaps"] == 0 and office["control"] == "equal"

    await until(equal, 600, every=0.2)
