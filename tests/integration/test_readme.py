"""What the README says of running an office, taken from it and run as it stands."""

import os
import random
import sys
from pathlib import Path

import httpx
import pytest

from local.machine import free_port, is_free
from local.processes import Child, Processes
from shared.settings import MANAGEMENT_ABOVE
from tests.support.servers import ServerRoom, Servers
from tests.support.waiting import until

pytestmark = [pytest.mark.broker, pytest.mark.once]
TREE = Path(__file__).parents[2]
SERVICES = ("8001", "8011", "8100")
_PORTS = iter(random.sample(range(9_000, 10_000), 1_000))


def block() -> str:
    """The first one in a shell's words under its heading."""
    section = (TREE / "README.md").read_text().partition("\n## Run an office\n")[2]
    return section.partition("```sh\n")[2].partition("```")[0]


def pointed(text: str, servers: Servers) -> tuple[str, dict[str, int]]:
    """The block at the test's own servers, and by the README's port the one that a service has."""
    ports = {port: free_port_of_a_service() for port in (*SERVICES, "2525")}
    there = {"127.0.0.1:9092": servers.kafka, "mongodb://127.0.0.1:27017/?replicaSet=rs0": servers.mongo}
    there |= {f":{port}": f":{own}" for port, own in ports.items()}
    there |= {f"_PORT={port}": f"_PORT={own}" for port, own in ports.items() if port in SERVICES}
    for written, own in there.items():
        assert written in text, f"the block names no {written}"
        text = text.replace(written, own)
    return text, ports


def free_port_of_a_service() -> int:
    """With its management port above it, both below those that other tests and connections are given."""
    return next(port for port in _PORTS if is_free(port) and is_free(port + MANAGEMENT_ABOVE))


def broker_of(servers: Servers) -> dict[str, str]:
    """What the embedded broker needs, and Apache Kafka does not."""
    needed = {"KAFKA_IDEMPOTENCE": "0", "TRUST_PRODUCER_TIME": "1", "TRIM_SECONDS": "0"}
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SIMPUL_")}
    return clean | ({} if servers.append_time else {f"SIMPUL_{name}": one for name, one in needed.items()})


async def ready(child: Child, port: int) -> bool:
    child.check()
    async with httpx.AsyncClient(verify=False) as client:
        try:
            return (
                await client.get(f"http://127.0.0.1:{port + MANAGEMENT_ABOVE}/health/ready")
            ).status_code == 200
        except httpx.TransportError:
            return False


async def test_an_office_runs_by_the_block_that_stands_there(tmp_path: Path) -> None:
    for name in (".venv", "offices"):
        (tmp_path / name).symlink_to(TREE / name)
    with Processes(tmp_path / "logs") as processes:
        servers = await ServerRoom(tmp_path, processes).servers()
        script, ports = pointed(block(), servers)
        smtp, http = str(ports["2525"]), str(free_port())
        processes.start("mailbox", [sys.executable, "-m", "local.mailbox", "--smtp", smtp, "--http", http])
        command = ["bash", "-euc", f"cd {tmp_path}\n{script}\nwait"]
        office = processes.start("readme", command, broker_of(servers))
        for port in SERVICES:
            await until(lambda port=port: ready(office, ports[port]), 180, every=0.2)  # type: ignore[misc]
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{ports['8001']}") as client:
            token = (tmp_path / "secrets/bali/staff_token").read_text().strip()
            staff = {"Authorization": f"Bearer {token}"}
            assert (await client.get("/api/v1/parked", headers=staff)).status_code == 200
        assert (tmp_path / "secrets/bali").stat().st_mode & 0o077 == 0, "others cannot read the secrets"
