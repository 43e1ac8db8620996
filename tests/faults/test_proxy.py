"""The proof's own proxy does what its words say."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from local.machine import free_port
from proof.proxy import Proxy


class Echo:
    """Answers what it hears; `heard` is everything that reached it."""

    def __init__(self) -> None:
        self.heard = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                self.heard += data
                writer.write(data)
        writer.close()


@asynccontextmanager
async def echoing() -> AsyncIterator[tuple[Proxy, Echo]]:
    echo = Echo()
    server = await asyncio.start_server(echo.serve, "127.0.0.1", 0)
    async with server, Proxy(free_port(), server.sockets[0].getsockname()[1]) as proxy:
        yield proxy, echo


async def ask(proxy: Proxy, text: bytes, seconds: float = 5) -> bytes:
    """One request over a connection of its own; raises what the connection does."""
    async with asyncio.timeout(seconds):
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        try:
            writer.write(text)
            return await reader.readexactly(len(text))
        finally:
            writer.close()


async def test_it_hands_on_both_ways() -> None:
    async with echoing() as (proxy, _):
        big = bytes(range(256)) * 2000
        assert await ask(proxy, big) == big


async def test_down_resets_and_refuses_and_up_takes_again() -> None:
    async with echoing() as (proxy, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"a")
        assert await reader.read(1) == b"a"
        proxy.down()
        with pytest.raises(ConnectionResetError):
            await reader.read(1)
        writer.close()
        with pytest.raises(ConnectionRefusedError):
            await ask(proxy, b"b")
        await proxy.up()
        assert await ask(proxy, b"c") == b"c"


@pytest.mark.parametrize("way", ["upstream", "downstream"])
async def test_a_one_way_cut_holds_what_is_sent_and_heals_to_bring_it_late(way: str) -> None:
    async with echoing() as (proxy, echo):
        stream = getattr(proxy, way)
        stream.open.clear()
        asking = asyncio.create_task(ask(proxy, b"late"))
        await asyncio.sleep(0.2)
        assert not asking.done()
        assert echo.heard == (b"" if way == "upstream" else b"late")
        proxy.heal()
        assert await asking == b"late"


async def test_latency_is_paid_each_way_and_bandwidth_by_the_byte() -> None:
    async with echoing() as (proxy, _):
        proxy.upstream.latency = proxy.downstream.latency = 0.1
        begun = time.monotonic()
        await ask(proxy, b"x")
        assert time.monotonic() - begun >= 0.2
        proxy.heal()
        proxy.upstream.bandwidth = 3_000_000 / 8
        begun = time.monotonic()
        await ask(proxy, bytes(150_000))
        assert time.monotonic() - begun >= 0.4


@pytest.mark.parametrize("after", range(11))
async def test_a_trap_cuts_the_request_that_fits_after_so_many_bytes(after: int) -> None:
    async with echoing() as (proxy, echo):
        sprung = proxy.trap(lambda data: b"commit" in data, after)
        assert await ask(proxy, b"insert") == b"insert"
        with pytest.raises((ConnectionResetError, asyncio.IncompleteReadError)):
            await ask(proxy, b"the commit")
        assert await sprung == len(b"the commit")
        assert echo.heard == b"insert" + b"the commit"[:after]
        assert await ask(proxy, b"the commit") == b"the commit", "it springs once"


async def test_a_trap_may_lie_in_the_answer() -> None:
    async with echoing() as (proxy, echo):
        proxy.trap(lambda data: True, after=6)
        reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
        writer.write(b"four")
        assert await reader.readexactly(2) == b"fo"
        with pytest.raises(ConnectionResetError):
            await reader.readexactly(1)
        writer.close()
        assert echo.heard == b"four"


async def test_a_reset_hits_every_connection_and_new_ones_are_taken() -> None:
    async with echoing() as (proxy, _):
        pairs = [await asyncio.open_connection("127.0.0.1", proxy.port) for _ in range(3)]
        for reader, writer in pairs:
            writer.write(b"x")
            await reader.readexactly(1)
        proxy.reset()
        for reader, writer in pairs:
            with pytest.raises(ConnectionResetError):
                await reader.readexactly(1)
            writer.close()
        assert await ask(proxy, b"y") == b"y"
