"""An office and a mail server of its own for each test."""

import os
import zlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.notification.sink import Sink
from tests.integration.notification.stage import Stage
from tests.support.servers import Servers


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    async with Sink() as sink:
        yield sink


@pytest.fixture
def reached(request: pytest.FixtureRequest, brokerless: Servers) -> Servers:
    """A test that is marked so has its topics on a broker, others in memory."""
    marked = request.node.get_closest_marker("broker")
    return request.getfixturevalue("servers") if marked else brokerless


@pytest.fixture
async def stage(
    reached: Servers, sink: Sink, tmp_path: Path, request: pytest.FixtureRequest
) -> AsyncIterator[Stage]:
    code = f"t{zlib.crc32(request.node.nodeid.encode()):x}-{os.getpid() % 10_000}"
    async with Stage(code, reached, sink, tmp_path) as stage:
        yield stage
