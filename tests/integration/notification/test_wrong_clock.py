"""An instance whose clock is an hour ahead holds no mail for longer than the others would."""

import asyncio
import os
import sys
from datetime import UTC, datetime, timedelta

import pytest

from proof.faults.machine import clock_library, no_clock
from services.notification.kernel.deliveries import Delivery
from services.notification.storage.deliveries import MongoLedger, insertion
from shared.mongo.driver import Store, connect
from tests.support.servers import Servers
from tests.support.topics import new_office

pytestmark = [pytest.mark.broker, pytest.mark.skipif(no_clock() is not None, reason=str(no_clock()))]
LEASE = timedelta(seconds=30)
CLAIM = """
import asyncio, sys
from datetime import timedelta
from services.notification.storage.deliveries import MongoLedger
from shared.mongo.driver import connect

async def main():
    store = connect(sys.argv[1], sys.argv[2])
    print(len(await MongoLedger(store).claim(20, timedelta(seconds=30))))
    await store.close()

asyncio.run(main())
"""


def delivery(number: int) -> Delivery:
    return Delivery(
        cause=f"uji-0-{number}",
        template="confirmed",
        recipient=f"r{number}",
        activity="uji",
        partition=0,
        due=datetime.now(UTC) - timedelta(seconds=5),
        needs_recipient=number,
        needs_activity=1,
    )


async def claimed_an_hour_ahead(servers: Servers, store: Store) -> int:
    env = os.environ | {"LD_PRELOAD": str(clock_library()), "FAKETIME": "+3600", "DONT_FAKE_MONOTONIC": "1"}
    command = [sys.executable, "-c", CLAIM, servers.mongo, store.name]
    pipe = asyncio.subprocess.PIPE
    child = await asyncio.create_subprocess_exec(*command, env=env, stdout=pipe)
    told, _ = await asyncio.wait_for(child.communicate(), 30)
    return int(told)


async def test_it_leases_by_the_clock_of_the_database(servers: Servers) -> None:
    store = connect(servers.mongo, f"simpul_{new_office()}_notification")
    try:
        rows = store["deliveries"]
        await rows.bulk_write([insertion(delivery(1), datetime.min.replace(tzinfo=UTC))])
        assert await claimed_an_hour_ahead(servers, store) == 1
        held = await rows.find_one({})
        assert held is not None
        assert abs(held["next"] - datetime.now(UTC) - LEASE) < timedelta(seconds=20)
        await rows.bulk_write([insertion(delivery(2), datetime.min.replace(tzinfo=UTC))])
        assert len(await MongoLedger(store).claim(20, LEASE)) == 1
        assert await claimed_an_hour_ahead(servers, store) == 0, "what another holds is not taken"
    finally:
        await store.drop()
        await store.close()
