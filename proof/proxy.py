"""A TCP proxy on one port of this machine that can be told to misbehave, in toxiproxy's words."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

CHUNK = 65536
Match = Callable[[bytes], bool]


@dataclass
class Stream:
    """One direction. `latency` in seconds, `bandwidth` in bytes a second; while `open` is clear nothing
    passes (the timeout toxic): what was sent arrives late, as on a line that was cut for a while."""

    latency: float = 0.0
    bandwidth: float | None = None
    open: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.open.set()

    async def passing(self, size: int) -> None:
        await self.open.wait()
        seconds = self.latency + (size / self.bandwidth if self.bandwidth else 0)
        if seconds:
            await asyncio.sleep(seconds)


@dataclass
class Trap:
    """Resets the connection of the next request that fits, `after` so many bytes of it (limit_data).

    Bytes beyond the request are those of its answer. `sprung` tells how long the request was.
    """

    fits: Match
    after: int
    sprung: "asyncio.Future[int]"


@dataclass(eq=False)
class Link:
    """A client's connection and ours to the server behind it. `left`: bytes of an answer before a reset."""

    client: asyncio.StreamWriter
    server: asyncio.StreamWriter
    left: int | None = None

    def reset(self) -> None:
        """RST to both, as a crashed peer or a firewall does; nothing that is still buffered is sent."""
        for writer in (self.client, self.server):
            if (raw := writer.get_extra_info("socket")) is not None:
                with contextlib.suppress(OSError):
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()


class Proxy:
    """Listens on `port` and hands on to `behind`, both on 127.0.0.1. Use as a context; it begins up."""

    def __init__(self, port: int, behind: int) -> None:
        self.port, self.behind = port, behind
        self.upstream, self.downstream = Stream(), Stream()
        self._server: asyncio.Server | None = None
        self._links: set[Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._traps: list[Trap] = []

    async def __aenter__(self) -> "Proxy":
        await self.up()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.down()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def up(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, backlog=512)

    def _accept(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._link(reader, client))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def down(self) -> None:
        """Refuse new connections and reset those there are (reset_peer)."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.reset()

    def reset(self) -> None:
        """Reset every connection; new ones are taken."""
        for link in list(self._links):
            link.reset()

    def trap(self, fits: Match, after: int) -> "asyncio.Future[int]":
        """Reset the connection of the next request that fits after so many bytes; resolves to its length."""
        trap = Trap(fits, after, asyncio.get_running_loop().create_future())
        self._traps.append(trap)
        return trap.sprung

    def heal(self) -> None:
        """Take every toxic away; traps are their setters', and `up` is besides."""
        for stream in (self.upstream, self.downstream):
            stream.latency, stream.bandwidth = 0.0, None
            stream.open.set()

    def disarm(self, sprung: "asyncio.Future[int]") -> None:
        """Take a trap away, if it is there."""
        self._traps = [trap for trap in self._traps if trap.sprung is not sprung]

    async def _link(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        try:
            answers, server = await asyncio.open_connection("127.0.0.1", self.behind)
        except OSError:
            client.transport.abort()
            return
        link = Link(client, server)
        self._links.add(link)
        try:
            await self._both_ways(link, reader, answers)
        finally:
            self._links.discard(link)
            for writer in (client, server):
                writer.close()

    async def _both_ways(
        self, link: Link, reader: asyncio.StreamReader, answers: asyncio.StreamReader
    ) -> None:
        pumps = {
            asyncio.create_task(self._pump(reader, link.server, self.upstream, link, self._upwards)),
            asyncio.create_task(self._pump(answers, link.client, self.downstream, link, self._downwards)),
        }
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.wait(pumps)

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        stream: Stream,
        link: Link,
        cut: Callable[[Link, bytes], int | None],
    ) -> None:
        """Until either side ends. `cut` tells after how many bytes of a chunk the link is to be reset."""
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                await stream.passing(len(data))
                keep = cut(link, data)
                writer.write(data[:keep])
                await writer.drain()
                if keep is not None:
                    await asyncio.sleep(0.01)  # what was let through is on its way before the reset
                    link.reset()
                    return

    def _upwards(self, link: Link, data: bytes) -> int | None:
        """A request is a chunk: clients write theirs at once, and wait."""
        for trap in self._traps:
            if trap.fits(data):
                self._traps.remove(trap)
                if not trap.sprung.done():
                    trap.sprung.set_result(len(data))
                if trap.after < len(data):
                    return trap.after
                link.left = trap.after - len(data)
                return None
        return None

    def _downwards(self, link: Link, data: bytes) -> int | None:
        if link.left is None:
            return None
        if link.left <= len(data):
            return link.left
        link.left -= len(data)
        return None
