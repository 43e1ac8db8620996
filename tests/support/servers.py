"""The broker and the database that tests run on, and how a test stops, kills and starts one of its own."""

import itertools
import os
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from local.broker import start_broker
from local.database import mongo_url, start_database
from local.machine import address, free_port
from local.processes import Child, Processes
from tests.support.kafka import Kafka

ON_KAFKA = os.environ.get("SIMPUL_TEST_BROKER") == "kafka"

Start = Callable[[], Awaitable[Child]]


def stands_still(pid: int) -> bool:
    """Whether each thread of a process is stopped (state T of proc(5)); one that is gone has none."""
    try:
        threads = [stat.read_text() for stat in Path(f"/proc/{pid}/task").glob("*/stat")]
    except OSError:  # one of them has just ended
        return False
    return bool(threads) and all(thread.rpartition(")")[2].split()[0] == "T" for thread in threads)


class Server:
    """A running server that a test may treat badly; it always comes back on the same address."""

    def __init__(self, processes: Processes, start: Start) -> None:
        self._processes = processes
        self._start = start
        self._child: Child | None = None

    @property
    def pid(self) -> int:
        assert self._child, "it is stopped"
        return self._child.pid

    @property
    def runs(self) -> bool:
        return self._child is not None and self._child.process.poll() is None

    async def start(self) -> None:
        self._child = await self._start()

    def stop(self) -> None:
        """As an operator does: returns when it has ended."""
        if self._child:
            self._child.signal(signal.SIGCONT)
            self._processes.end(self._child)
            self._child = None

    def kill(self) -> None:
        """As a power failure does."""
        if self._child:
            self._child.signal(signal.SIGKILL)
            self.stop()

    async def restart(self) -> None:
        self.stop()
        await self.start()

    def pause(self) -> None:
        """Hold it (SIGSTOP): connections stay open and nobody answers any more."""
        os.killpg(self.pid, signal.SIGSTOP)
        give_up = time.monotonic() + 10
        while not stands_still(self.pid):  # on a busy machine its threads go on for a while
            assert time.monotonic() < give_up, "it does not stand still"
            time.sleep(0.001)

    def resume(self) -> None:
        os.killpg(self.pid, signal.SIGCONT)


@dataclass(frozen=True)
class Servers:
    """`append_time`: the broker can stamp records itself; `idempotence`: producers may be idempotent;
    `kafka`, `broker`: none where each office has its topics in memory.

    The embedded broker keeps its topics in memory: they are gone when it restarts.
    """

    kafka: str
    mongo: str
    append_time: bool
    idempotence: bool
    broker: Server | None
    mongod: Server

    @classmethod
    def without_broker(cls, mongo: str, mongod: Server) -> "Servers":
        return cls("", mongo, True, True, None, mongod)


class ServerRoom:
    """Makes servers on free ports under one folder; all of them end with `processes`."""

    def __init__(self, folder: Path, processes: Processes) -> None:
        self._folder = folder
        self._processes = processes
        self._numbers = itertools.count(1)

    async def broker(self) -> tuple[str, Server]:
        """A fresh broker: its address and its handle."""
        port = free_port()
        if ON_KAFKA:
            kafka = Kafka(port, self._folder / f"kafka-{next(self._numbers)}")
            server = Server(self._processes, lambda: kafka.start(self._processes))
        else:
            server = Server(self._processes, lambda: start_broker(self._processes, port))
        await server.start()
        return address(port), server

    async def mongod(self) -> tuple[str, Server]:
        """A fresh database: its URL and its handle."""
        port, data = free_port(), self._folder / f"mongo-{next(self._numbers)}"
        server = Server(self._processes, lambda: start_database(self._processes, port, data))
        await server.start()
        return mongo_url(port), server

    async def servers(self) -> Servers:
        """A fresh broker and a fresh database."""
        return await self.beside(*await self.mongod())

    async def beside(self, mongo: str, mongod: Server) -> Servers:
        """A fresh broker beside a database that is there."""
        kafka, broker = await self.broker()
        return Servers(kafka, mongo, ON_KAFKA, ON_KAFKA, broker, mongod)
