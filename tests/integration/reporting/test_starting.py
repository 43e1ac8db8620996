"""The service starts before its database does."""

import asyncio

from local.machine import address, free_port
from services.reporting.main import run
from services.reporting.settings import ReportingSettings
from tests.support.office import SESSION_KEYS


async def test_it_waits_for_a_database_that_is_away() -> None:
    away = f"mongodb://{address(free_port())}/?replicaSet=rs0"
    ports = {"http_port": free_port(), "management_port": free_port()}
    secret = {"directorate_token_hash": "0" * 64, "session_keys": SESSION_KEYS}
    settings = ReportingSettings(mongo_url=away, **ports, **secret)
    starting = asyncio.create_task(run(settings))
    done, _ = await asyncio.wait({starting}, timeout=3)  # one look for a server takes 2 s
    starting.cancel()
    await asyncio.wait({starting})
    assert not done
