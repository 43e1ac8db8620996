"""A request on a connection that the broker has closed, on the loop that services run on."""

import asyncio
import struct
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvloop
from aiokafka.conn import AIOKafkaConnection
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.admin import ApiVersionRequest

from shared.kafka.closed_connections import ClosedAwareTransport

NO_VERSIONS = struct.pack(">ihi", 1, 0, 0)  # correlation id, no error, no interfaces
CORRELATION = 4


async def serve_versions(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """As much of a broker as a connection needs to stand."""
    size = int.from_bytes(await reader.readexactly(4), "big")
    asked = await reader.readexactly(size)
    answer = asked[CORRELATION : CORRELATION + 4] + NO_VERSIONS[4:]
    writer.write(struct.pack(">i", len(answer)) + answer)
    await reader.read()
    writer.close()


async def connected(kind: type[AIOKafkaConnection]) -> Any:
    server = await asyncio.start_server(serve_versions, "127.0.0.1", 0)
    connection = kind("127.0.0.1", server.sockets[0].getsockname()[1])
    await connection.connect()
    connection._read_task.cancel()  # which has not heard of it yet
    connection._writer.transport.abort()  # as the loop does once the other side has reset it
    await asyncio.sleep(0.05)
    return connection


def on_uvloop(work: Callable[[], Awaitable[None]]) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(work())  # type: ignore[arg-type]


def test_the_client_alone_meets_an_error_that_it_does_not_know() -> None:
    async def work() -> None:
        connection = await connected(AIOKafkaConnection)
        with pytest.raises(RuntimeError):
            connection.send(ApiVersionRequest())
        connection.close()

    on_uvloop(work)


def test_it_is_told_as_a_connection_that_broke() -> None:
    async def work() -> None:
        connection = await connected(ClosedAwareTransport)
        with pytest.raises(KafkaConnectionError):
            connection.send(ApiVersionRequest())
        assert not connection.connected()

    on_uvloop(work)
