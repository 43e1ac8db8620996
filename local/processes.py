"""Child processes that never outlive their parent."""

import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from local.errors import ChildDied, NotReady

Result = TypeVar("Result")

_LIBC = ctypes.CDLL(None, use_errno=True)
_PR_SET_PDEATHSIG = 1
_LAST_BYTES = 4096  # enough for a traceback's end
_LINE = 300  # characters; mongod's run to thousands


def die_with_parent(number: signal.Signals = signal.SIGKILL) -> None:
    """Have the kernel send this process `number` when its parent ends, however that ends (Linux)."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, number)


@dataclass(frozen=True)
class Child:
    """One running process with a group and a log of its own."""

    name: str
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid

    def last_lines(self, count: int = 12) -> str:
        data = self.log.read_bytes()[-_LAST_BYTES:]
        lines = data.decode(errors="replace").splitlines()[-count:]
        return "\n".join(line[:_LINE] for line in lines)

    def check(self) -> None:
        """Raises ChildDied unless the process runs."""
        status = self.process.poll()
        if status is not None:
            raise ChildDied(self.name, status, self.last_lines())

    def signal(self, number: signal.Signals) -> None:
        """Send `number` to the whole group; nothing happens when it is gone."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def end(self, grace: float) -> None:
        """Return when the process is gone: SIGTERM, and SIGKILL after `grace` seconds. Blocks."""
        self.signal(signal.SIGTERM)
        self.reap(time.monotonic() + grace)

    def reap(self, deadline: float) -> None:
        """Wait until `deadline` (monotonic), then kill what is left of the group. Blocks."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.0, deadline - time.monotonic()))
        self.signal(signal.SIGKILL)
        self.process.wait()


class Processes:
    """Starts children, notices when one dies, and ends all of them, the last one first.

    Use from the main thread: the kernel ties a child to the thread that started it.
    """

    def __init__(self, logs: Path, grace: float = 15) -> None:
        """`grace`: seconds between SIGTERM and SIGKILL; a service may finish a batch in them."""
        self._logs = logs
        self._grace = grace
        self._children: list[Child] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self, name: str, command: list[str], env: Mapping[str, str] | None = None) -> Child:
        """Start `command` with exactly the environment `env` (None: this process's own)."""
        child = self._spawn(name, command, env)
        self._children.append(child)
        return child

    async def run(self, name: str, command: list[str], env: Mapping[str, str] | None = None) -> None:
        """Run a command to its end. Raises ChildDied when it fails."""
        child = self._spawn(name, command, env)  # not watched: it may end
        try:
            if await asyncio.to_thread(child.process.wait):
                child.check()
        finally:
            child.end(self._grace)

    def _spawn(self, name: str, command: list[str], env: Mapping[str, str] | None) -> Child:
        self._logs.mkdir(parents=True, exist_ok=True)
        log = self._logs / f"{name}.log"
        return Child(name, log, _spawn(command, env, log))

    def end(self, child: Child) -> None:
        """End one child on purpose. Blocks until it is gone."""
        child.end(self._grace)
        self._children.remove(child)

    def stop(self) -> None:
        """End every child, the last started first. Blocks, so that no cancellation can cut it short."""
        for child in reversed(self._children):
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + self._grace
        for child in reversed(self._children):
            child.reap(deadline)
        self._children.clear()

    async def guard(self, work: Awaitable[Result]) -> Result:
        """Do `work`; when a child dies meanwhile, cancel it and raise ChildDied."""
        working = asyncio.ensure_future(work)
        watching = asyncio.create_task(self._watch())
        try:
            await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
            if watching.done():
                watching.result()
            return await working
        finally:
            for task in (working, watching):
                task.cancel()
            await asyncio.gather(working, watching, return_exceptions=True)

    async def _watch(self) -> None:
        while True:
            for child in self._children:
                child.check()
            await asyncio.sleep(0.1)


async def until_ready(child: Child, ready: Callable[[], Awaitable[bool]], within: float) -> None:
    """Ask `ready` again and again. Raises ChildDied, or NotReady after `within` seconds."""
    deadline = time.monotonic() + within
    while not await ready():
        child.check()
        if time.monotonic() > deadline:
            raise NotReady(child.name, within, child.last_lines())
        await asyncio.sleep(0.05)


def _spawn(command: list[str], env: Mapping[str, str] | None, log: Path) -> subprocess.Popen[bytes]:
    parent = os.getpid()

    def tie() -> None:
        die_with_parent()
        if os.getppid() != parent:  # the parent ended before the tie was made
            os._exit(1)

    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=tie,
        )
