"""Two instances of reporting as processes: one reads, the other answers and takes over within seconds."""

import asyncio
import hashlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest

from local.machine import free_port
from local.processes import Child, Processes
from services.reporting.cli import provision_national
from services.reporting.entrypoints.instance import Instance
from services.reporting.entrypoints.metrics import Metrics
from services.reporting.main import LEASE_LOST
from services.reporting.storage.provision import provision
from shared.kafka.cluster import KafkaCluster
from shared.kafka.connection import KafkaSettings
from shared.mongo.driver import connect
from tests.support.office import AS_DIRECTORATE, DIRECTORATE_TOKEN, SESSION_KEYS
from tests.support.offices import SpeakingOffice, make_facts_topic, make_national_topic, send_all
from tests.support.servers import ON_KAFKA, ServerRoom, Servers
from tests.support.waiting import until

pytestmark = pytest.mark.broker
TAKEN_OVER_SECONDS = (
    25.0  # lease 6 s, beside it the session of who died; the embedded broker's is twice as long
)


@dataclass
class Process:
    child: Child
    url: str
    management_url: str

    async def health(self) -> dict[str, Any]:
        try:
            async with httpx.AsyncClient(verify=False, timeout=30) as client:
                found: dict[str, Any] = (
                    await client.get(f"{self.management_url}/health/ready", timeout=2)
                ).json()
        except httpx.TransportError:
            return {}
        return found

    async def confirmed(self) -> int:
        async with httpx.AsyncClient(verify=False, timeout=30) as client:
            answer = await client.get(f"{self.url}/api/v1/figures", headers=AS_DIRECTORATE)
        return int(answer.json()["rows"][0]["confirmed"])


@asynccontextmanager
async def pair(servers: Servers, folder: Path) -> AsyncIterator[tuple[Process, Process]]:
    """The one that reads first."""
    await provision_national(servers.mongo, "motor", KafkaSettings(servers.kafka, servers.idempotence))
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("SIMPUL_")}
    env = inherited | {
        "SIMPUL_KAFKA_BOOTSTRAP": servers.kafka,
        "SIMPUL_KAFKA_FETCH_WAIT_MS": "500" if ON_KAFKA else "50",
        "SIMPUL_KAFKA_IDEMPOTENCE": str(int(servers.idempotence)),
        "SIMPUL_KAFKA_SESSION_TIMEOUT_MS": "6000" if ON_KAFKA else "2000",
        "SIMPUL_MONGO_URL": servers.mongo,
        "SIMPUL_SESSION_KEYS": SESSION_KEYS,
        "SIMPUL_DIRECTORATE_TOKEN_HASH": hashlib.sha256(DIRECTORATE_TOKEN.encode()).hexdigest(),
    }
    with Processes(folder / "logs") as processes:

        async def start(name: str, role: str) -> Process:
            port, watched = free_port(), free_port()
            command = [sys.executable, "-m", "services.reporting.main"]
            child = processes.start(
                name, command, env | {"SIMPUL_HTTP_PORT": str(port), "SIMPUL_MANAGEMENT_PORT": str(watched)}
            )
            made = Process(child, f"http://127.0.0.1:{port}", f"http://127.0.0.1:{watched}")

            async def ready() -> bool:
                return await made.health() == {"status": "ready", "reasons": [], "role": role}

            await until(ready, every=0.1)
            return made

        yield await start("first", "reading"), await start("second", "standby")


async def until_counted(process: Process, people: int) -> float:
    begun = monotonic()

    async def counted() -> bool:
        return await process.confirmed() == people

    await until(counted, TAKEN_OVER_SECONDS, every=0.1)
    return monotonic() - begun


async def test_the_standby_takes_over_from_one_that_is_killed(
    server_room: ServerRoom, tmp_path: Path, record_property: Any
) -> None:
    servers, office = await server_room.servers(), SpeakingOffice()
    await make_facts_topic(servers.kafka, office)
    async with pair(servers, tmp_path) as (first, second):
        await send_all(servers.kafka, [office.publish("rakor"), office.confirm("rakor")])
        await until_counted(first, 1)
        await until_counted(second, 1)  # it answers all the same
        first.child.signal(signal.SIGKILL)
        await send_all(servers.kafka, [office.confirm("rakor")])
        record_property("measured", f"counted {await until_counted(second, 2):.1f} s after a kill -9")
        assert (await second.health())["role"] == "reading"


async def test_one_that_slept_past_its_lease_ends_and_writes_nothing(
    server_room: ServerRoom, tmp_path: Path
) -> None:
    servers, office = await server_room.servers(), SpeakingOffice()
    await make_facts_topic(servers.kafka, office)
    async with pair(servers, tmp_path) as (first, second):
        await send_all(servers.kafka, [office.publish("rakor"), office.confirm("rakor")])
        await until_counted(second, 1)
        first.child.signal(signal.SIGSTOP)
        await send_all(servers.kafka, [office.confirm("rakor")])
        await until_counted(second, 2)
        first.child.signal(signal.SIGCONT)
        ended = await asyncio.wait_for(asyncio.to_thread(first.child.process.wait), 30)
        assert ended == LEASE_LOST
        assert "another instance took the lease" in first.child.last_lines()
        await send_all(servers.kafka, [office.confirm("rakor")])
        await until_counted(second, 3)


async def test_one_that_is_told_to_stop_hands_over_at_once(server_room: ServerRoom, tmp_path: Path) -> None:
    servers = await server_room.servers()
    async with pair(servers, tmp_path) as (first, second):
        begun = monotonic()
        first.child.signal(signal.SIGTERM)

        async def reads() -> bool:
            return (await second.health())["role"] == "reading"

        await until(reads)
        assert monotonic() - begun < 5, "sooner than the lease runs out"
        assert first.child.process.wait(10) in (0, -signal.SIGTERM)


async def test_one_that_hears_nothing_of_its_database_stops_reading_and_begins_again(
    server_room: ServerRoom,
) -> None:
    servers, lost = await server_room.servers(), asyncio.Event()
    store = connect(servers.mongo, "simpul_national")
    await provision(store)
    await make_national_topic(servers.kafka)
    settings = KafkaSettings(servers.kafka, servers.idempotence, fetch_wait_ms=50)
    instance = Instance(KafkaCluster(settings), store, Metrics(), lost.set)

    async def role(wanted: str) -> bool:
        return instance.role == wanted

    async with instance.running():
        await until(lambda: role("reading"))
        servers.mongod.pause()
        await until(lambda: role("standby"))
        servers.mongod.resume()
        await until(lambda: role("reading"))
        assert await instance.not_ready() in ([], ["Kafka has not answered yet"])
    assert not lost.is_set(), "nobody else had the lease"
    await store.close()
