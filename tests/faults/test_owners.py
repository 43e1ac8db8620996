"""Owners that die, stop and come back: one writer all the same."""

import asyncio
import secrets
import signal
from pathlib import Path

import pytest

from shared.contracts.commands import SubmitRegistration
from shared.kafka.records import partition_of
from tests.support.deployment import Deployment, deployment
from tests.support.office import activity, person
from tests.support.recount import highest_confirmed
from tests.support.servers import Servers, stands_still
from tests.support.waiting import until

pytestmark = pytest.mark.broker
REGISTRATION = "services.registration.main"


async def feed(running: Deployment, people: range, seconds: float) -> None:
    """Submissions spread over some seconds."""
    chunk = 50
    for start in range(people.start, people.stop, chunk):
        commands = [
            (SubmitRegistration.model_validate(person(n) | {"activity": "uji"}), "uji", f"p{n}")
            for n in range(start, min(start + chunk, people.stop))
        ]
        await running.office.put_many(commands)
        await asyncio.sleep(seconds * chunk / len(people))


async def check(running: Deployment, people: int, seats: int) -> None:
    facts = await running.office.facts()
    mine = [fact for fact in facts if fact["type"] in ("registration.confirmed", "registration.waitlisted")]
    assert len({fact["registration"] for fact in mine}) == len(mine) == people
    assert highest_confirmed(facts, "uji") == min(seats, people)
    assert await running.office.store["registrations"].count_documents({}) == people
    assert not await running.office.store["parked"].count_documents({})


async def test_two_instances_while_one_of_them_is_killed(servers: Servers, tmp_path: Path) -> None:
    async with deployment(servers, tmp_path) as running:
        await running.start("a", REGISTRATION)
        await running.start("b", REGISTRATION, wait=False)
        await running.office.put(activity("uji", seats=400), "uji")
        feeding = asyncio.create_task(feed(running, range(1_000), 4.0))
        await asyncio.sleep(2)
        running.kill("a")
        await feeding
        await running.office.at_rest(300)
        await check(running, 1_000, 400)


async def test_an_owner_stopped_between_reading_and_commit_past_a_hand_over(
    servers: Servers, tmp_path: Path
) -> None:
    async with deployment(servers, tmp_path) as running:
        office = running.office
        first = await running.start("a", REGISTRATION, "--stop-before-commit-of", "20")
        await office.put(activity("uji", seats=120), "uji")
        await feed(running, range(100), 0.2)

        async def stopped() -> bool:
            return stands_still(first.child.pid)

        await until(stopped)
        decided = await office.store["facts"].count_documents({})
        second = await running.start("b", REGISTRATION, wait=False)
        await office.at_rest(300)
        assert await office.store["facts"].count_documents({}) > decided
        epochs = {row["_id"]: row["epoch"] for row in await office.store["cursors"].find({}).to_list(None)}

        first.child.signal(signal.SIGCONT)
        await feed(running, range(100, 200), 1.0)
        await office.at_rest(300)
        await until(first.ready, every=0.2)
        second.child.check()
        await check(running, 200, 120)
        assert all(epoch >= 1 for epoch in epochs.values())


async def test_a_claim_that_was_raised_elsewhere_stops_the_old_owner(
    servers: Servers, tmp_path: Path
) -> None:
    """Two instances that believe they own the same partition: only the younger claim commits."""
    async with deployment(servers, tmp_path) as running:
        await running.start("a", REGISTRATION)
        await running.office.put(activity("uji"), "uji")
        await running.office.at_rest()
        await running.office.store["cursors"].update_many({}, {"$inc": {"epoch": 1}})
        identifier = secrets.token_hex(4)
        command = SubmitRegistration.model_validate(person(1) | {"activity": "uji"})
        await running.office.put(command, "uji", identifier)
        await running.office.outcome("uji", identifier)
        await running.office.at_rest()
        await check(running, 1, 50)
        partition = partition_of(b"uji", running.office.partitions)
        row = await running.office.store["cursors"].find_one({"_id": partition})
        assert row is not None
        assert row["epoch"] >= 3, "it claimed again before it wrote"
