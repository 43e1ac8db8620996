import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from local.processes import Processes
from services.reporting.storage.provision import provision
from shared.mongo.driver import Store, connect
from tests.support.drivers import driver
from tests.support.offices import make_national_topic
from tests.support.servers import ServerRoom, Servers


@pytest_asyncio.fixture
async def store(brokerless: Servers) -> AsyncIterator[Store]:
    """A national database of the test's own."""
    made = connect(brokerless.mongo, f"test_{uuid.uuid4().hex[:12]}", driver())
    await provision(made)
    yield made
    await made.drop()
    await made.close()


@pytest.fixture(scope="module")
def _processes(_broker_is_possible: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    with Processes(tmp_path_factory.mktemp("national") / "logs") as processes:
        yield processes


@pytest_asyncio.fixture(scope="module")
async def kafka(_processes: Processes, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A broker whose facts topics are the module's own: the service reads those of every office there is."""
    folder: Path = tmp_path_factory.mktemp("kafka")
    address = (await ServerRoom(folder, _processes).broker())[0]
    await make_national_topic(address)
    return address
