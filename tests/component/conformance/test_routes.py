"""Every route of every service against what its own description says, by schemathesis with all its checks."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from local.processes import Processes
from services.notification.entrypoints.provision import provision_office
from services.reporting.provision import provision_national
from tests.support.deployment import Deployment, deployment
from tests.support.office import DIRECTORATE_TOKEN, STAFF_TOKEN
from tests.support.servers import ServerRoom

pytestmark = pytest.mark.broker

CONFIG = Path(__file__).with_name("schemathesis.toml")
SEED = "1945"  # what `make test` sees must not change from run to run


@pytest_asyncio.fixture(scope="module")
async def system(
    _broker_is_possible: None, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Deployment]:
    """All three services and the mailbox as processes, on servers of their own."""
    folder = tmp_path_factory.mktemp("conformance")
    with Processes(folder / "servers") as processes:
        servers = await ServerRoom(folder, processes).servers()
        async with deployment(servers, folder) as made:
            await provision_office(made.office.code, servers.mongo, "motor", made.office.kafka)
            await provision_national(servers.mongo, "motor", made.office.kafka)
            await made.start_mailbox()
            for service in ("registration", "notification", "reporting"):
                await made.start(service, f"services.{service}.main")
            yield made


async def checked(url: str, examples: int, token: str = STAFF_TOKEN) -> None:
    """Fails with schemathesis's own report."""
    options = ["--header", f"Authorization: Bearer {token}", "--checks", "all", "--no-color"]
    command = ["-m", "schemathesis.cli", "--config-file", str(CONFIG), "run", f"{url}/openapi.json", *options]
    run = await asyncio.create_subprocess_exec(
        sys.executable,
        *command,
        *("--max-examples", str(examples), "--seed", SEED),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await run.communicate()
    assert run.returncode == 0, said.decode()


@pytest.mark.parametrize("service", ["registration", "notification", "reporting"])
async def test_a_service_answers_as_it_says(system: Deployment, service: str) -> None:
    token = DIRECTORATE_TOKEN if service == "reporting" else STAFF_TOKEN
    await checked(system.services[service].url, 10, token)


async def test_the_mailbox_answers_as_it_says(system: Deployment) -> None:
    await checked(system.mailbox_url, 10)
