"""kill -9 while one partition refuses the same new people whom another accepts."""

import asyncio
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.notification.provision import provision_office
from tests.component.test_register import submit
from tests.support.deployment import Deployment, deployment
from tests.support.office import activity
from tests.support.servers import Servers
from tests.support.waiting import until

pytestmark = pytest.mark.broker
KILLS = 6


async def feed(running: Deployment, killed: asyncio.Event) -> int:
    """People who come to all three activities at once, until all kills are over; answers how many."""
    fed = 0
    while not killed.is_set() or fed < 200:
        await running.office.put_many(
            [
                (submit(name, number), name, secrets.token_hex(8))
                for number in range(fed, fed + 20)
                for name in ("tutup", "buka", "tidak-ada", "dua")
            ]
        )
        fed += 20
        await asyncio.sleep(0.3)  # each restart finds work, and all of it is decided soon after the last
    return fed


async def test_whoever_is_kept_was_accepted_whatever_a_kill_interrupts(
    servers: Servers, tmp_path: Path
) -> None:
    async with deployment(servers, tmp_path) as running:
        office = running.office
        await provision_office(office.code, servers.mongo, "motor", office.kafka)
        await running.start("registration", "services.registration.main")
        await office.put(activity("buka", 10_000), "buka")
        await office.put(activity("dua", 10_000), "dua")
        await office.put(activity("tutup", closes=datetime.now(UTC) - timedelta(hours=1)), "tutup")
        killed = asyncio.Event()
        feeding = asyncio.create_task(feed(running, killed))
        for _ in range(KILLS):
            busy = running.services["registration"]

            async def inside(busy: Any = busy) -> bool:
                return bool(busy.inside)

            await until(inside, every=0.001)
            running.kill("registration")
            await running.start("registration", "services.registration.main")
        killed.set()
        people = await feeding
        await office.at_rest(600)
        assert running.kills_inside > 0
        refs = {row["ref"] for row in await office.store["people"].find({}).to_list(None)}
        rows = await office.store["registrations"].find({}).to_list(None)
        assert {row["who"]["ref"] for row in rows} == refs
        assert (len(refs), len(rows)) == (people, 2 * people)
        assert await office.store["perhaps_same"].count_documents({}) == 0
        assert await office.store["parked"].count_documents({}) == 0
