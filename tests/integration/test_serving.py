"""A service's two ports: taken ones are named, slow clients are let go, a proxy is believed if it is ours."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.applications import Starlette

from local.machine import free_port
from shared import doors, serving
from shared.doors import HEADERS, Address, RequestGuard
from shared.serving import HttpSides, PortTaken, listening, serve

ADDRESS = Address.of("http://127.0.0.1")


def application() -> FastAPI:
    app = FastAPI()

    @app.get("/who")
    async def who(request: Request) -> list[str]:
        return [request.client.host if request.client else "", request.url.scheme]

    @app.post("/body")
    async def body(request: Request) -> int:
        return len(await request.body())

    app.add_middleware(RequestGuard, address=ADDRESS, limit=lambda _: 1_000)
    return app


@asynccontextmanager
async def served(proxies: str = "") -> AsyncIterator[int]:
    port, end = free_port(), asyncio.Event()
    with listening("127.0.0.1", port, free_port()) as sockets:
        serving_it = asyncio.create_task(serve(HttpSides(application(), Starlette()), sockets, proxies, end))
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                break
            except OSError:
                await asyncio.sleep(0.01)
        try:
            yield port
        finally:
            end.set()
            await serving_it


async def answered(port: int, text: bytes) -> bytes:
    """All that comes until the other side closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(text)
    try:
        return await asyncio.wait_for(reader.read(), 20)
    except ConnectionResetError:
        return b""
    finally:
        writer.close()


async def test_a_taken_port_is_named_with_its_setting() -> None:
    first, second = free_port(), free_port()
    with socket.create_server(("127.0.0.1", first)):
        for ports, setting in (((first, second), "HTTP"), ((second, first), "MANAGEMENT")):
            told = f"port {first} of 127.0.0.1 is taken; SIMPUL_{setting}_PORT names another"
            with pytest.raises(PortTaken, match=told), listening("127.0.0.1", *ports):
                pass


async def test_nobody_is_listened_to_before_the_service_is_there() -> None:
    port = free_port()
    with listening("127.0.0.1", port, free_port()), pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", port)


@pytest.mark.parametrize("text", [b"", b"GET /wh", b"GET /who HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "])
async def test_half_a_head_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, text: bytes) -> None:
    monkeypatch.setattr(serving, "HEADER_SECONDS", 0.2)
    async with served() as port:
        assert await answered(port, text) == b""


@pytest.mark.parametrize(
    "text", [b"SEKOLAH\r\n\r\n", b"GET /who HTTP/1.1\r\nHost: 127.0.0.1\r\nX: \x00\r\n\r\n"]
)
async def test_what_is_no_request_gets_the_headers_of_every_answer(text: bytes) -> None:
    async with served() as port:
        head, *lines = (await answered(port, text)).splitlines()
    assert head == b"HTTP/1.1 400 Bad Request"
    assert {f"{name}: {value}".encode() for name, value in HEADERS.items()} <= set(lines)


@pytest.mark.parametrize("part", [b"X: " + b"a" * 900 + b"\r\n", b"a" * 900])
@pytest.mark.parametrize("chunked", [False, True])
async def test_headers_without_end_are_not_kept(part: bytes, chunked: bool) -> None:
    """In front of a body, and behind one of chunks."""
    head = b"POST /body HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    head += b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nY: " if chunked else b"Y: "
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head)
        sent = 0
        with suppress(ConnectionError):
            while sent < 50_000_000 and not reader.at_eof():
                writer.write(part * 100)
                await writer.drain()
                await asyncio.sleep(0)
                sent += len(part) * 100
        writer.close()
        assert sent < 20_000_000


async def test_a_body_in_small_chunks_comes_in_whole() -> None:
    head = (
        b"POST /body HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    async with served() as port:
        told = await answered(port, head + b"1\r\na\r\n" * 900 + b"0\r\n\r\n")
        assert told.startswith(b"HTTP/1.1 200 ")
        assert told.endswith(b"900")


async def test_half_a_body_is_answered_and_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doors, "BODY_SECONDS", 0.2)
    async with served() as port:
        head = b"POST /body HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\nabc"
        told = await answered(port, head)
        assert told.startswith(b"HTTP/1.1 408 ")
        assert b'"reason":"too_slow"' in told


async def test_a_connection_too_many_is_closed_and_those_there_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "CONNECTIONS", 3)
    async with served() as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        assert (await client.get("/who")).status_code == 200
        others = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
        while await answered(port, b"GET /who HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"):
            await asyncio.sleep(0.01)  # those before are counted as soon as the server met them
        assert (await client.get("/who")).status_code == 200
        for _, writer in others:
            writer.close()


@pytest.mark.parametrize(
    ("proxies", "seen"),
    [
        ("", ["127.0.0.1", "http"]),
        ("10.0.0.1", ["127.0.0.1", "http"]),
        ("127.0.0.0/8", ["192.0.2.7", "https"]),
    ],
)
async def test_whose_request_it_is_is_said_by_named_proxies_alone(proxies: str, seen: list[str]) -> None:
    said = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
    async with served(proxies) as port, httpx.AsyncClient() as client:
        assert (await client.get(f"http://127.0.0.1:{port}/who", headers=said)).json() == seen


async def test_answers_name_no_server() -> None:
    async with served() as port, httpx.AsyncClient() as client:
        answer = await client.head(f"http://127.0.0.1:{port}/who")
        assert (answer.status_code, "server" in answer.headers) == (200, False)
