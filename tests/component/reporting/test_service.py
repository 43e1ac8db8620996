"""The whole service as it is deployed: provisioned by the command, run as a process."""

import asyncio
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest

from local.machine import free_port
from local.processes import Child, Processes
from tests.support.office import AS_DIRECTORATE, DIRECTORATE_TOKEN, SESSION_KEYS
from tests.support.offices import SpeakingOffice, make_facts_topic, send_all
from tests.support.servers import ServerRoom

pytestmark = pytest.mark.broker


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    with Processes(tmp_path / "logs") as made:
        yield made


async def until_confirmed(client: httpx.AsyncClient, wanted: int, seconds: float = 60) -> dict[str, Any]:
    give_up = monotonic() + seconds
    while True:
        try:
            answer = (await client.get("/api/v1/figures?by=office")).json()
            if sum(row["confirmed"] for row in answer["rows"]) >= wanted:
                return dict(answer)
        except httpx.TransportError:
            pass
        assert monotonic() < give_up, f"{wanted} were not counted in time"
        await asyncio.sleep(0.2)


async def until_ready(client: httpx.AsyncClient, url: str, seconds: float = 60) -> None:
    give_up = monotonic() + seconds
    while (reasons := (await client.get(url)).json()["reasons"]) != []:
        assert monotonic() < give_up, reasons
        await asyncio.sleep(0.2)


async def test_it_refuses_what_was_not_provisioned_and_counts_through_a_kill(
    server_room: ServerRoom, processes: Processes
) -> None:
    servers = await server_room.servers()
    port, watched = str(free_port()), str(free_port())
    settings = {
        "SIMPUL_KAFKA_BOOTSTRAP": servers.kafka,
        "SIMPUL_KAFKA_FETCH_WAIT_MS": "50",
        "SIMPUL_MONGO_URL": servers.mongo,
        "SIMPUL_HTTP_PORT": port,
        "SIMPUL_MANAGEMENT_PORT": watched,
        "SIMPUL_SESSION_KEYS": SESSION_KEYS,
        "SIMPUL_DIRECTORATE_TOKEN_HASH": hashlib.sha256(DIRECTORATE_TOKEN.encode()).hexdigest(),
    }
    environment = os.environ | settings
    service = [sys.executable, "-m", "services.reporting.main"]

    refused = subprocess.run(service, env=environment, capture_output=True, text=True, timeout=30)
    assert refused.returncode == 1
    assert "run `simpul provision national`" in refused.stderr
    provision = [str(Path(sys.executable).with_name("simpul")), "provision", "national"]
    for _ in range(2):
        subprocess.run(provision, env=environment, check=True, timeout=30, capture_output=True)

    office = SpeakingOffice()
    await make_facts_topic(servers.kafka, office, 1)
    killed = asyncio.Event()

    async def speak() -> int:
        """Until the kill, which must fall into the middle, and of 3,000 people at least; of how many?"""
        people = 0
        while people < 3_000 or not killed.is_set():
            await send_all(servers.kafka, [office.confirm("rakor") for _ in range(500)])
            people += 500
        return people

    def start() -> Child:
        return processes.start("reporting", service, environment)

    child = start()
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", timeout=5, headers=AS_DIRECTORATE
    ) as client:
        await send_all(servers.kafka, [office.publish("rakor")])
        speaking = asyncio.create_task(speak())
        await until_confirmed(client, 100)
        child.signal(9)
        killed.set()
        processes.end(child)
        start()
        people = await speaking
        # mongod keeps the dead process's open transaction, and its locks, for 60 s unless told otherwise
        answer = await until_confirmed(client, people, 120)
        assert [row["confirmed"] for row in answer["rows"]] == [people]
        await until_ready(client, f"http://127.0.0.1:{watched}/health/ready")
        metrics = (await client.get(f"http://127.0.0.1:{watched}/metrics")).text
        assert f'simpul_reporting_gaps{{office="{office.code}"}} 0.0' in metrics
        assert "Rekapitulasi nasional kegiatan balai" in (await client.get("/")).text
