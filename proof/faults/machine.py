"""What a machine runs out of, and clocks that are wrong; members that come and go."""

import asyncio
import contextlib
import importlib.util
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiokafka import AIOKafkaConsumer

from local.errors import LocalError
from proof.faults.row import Fault, Stage
from proof.system import BROKER_DISK
from shared.contracts import topics
from tests.support.servers import Server

MEMORY = 250_000_000  # bytes of its own that a service may have
OFFSETS = {"+1 h": "+3600", "-1 h": "-3600", "+1 day": "+86400"}
FULL_SECONDS = 8.0
ENDS_WITHIN = 3.0  # seconds for a server that gave up to be gone


def storm(seconds: float) -> Fault:
    """Members join an office's registration and leave it every 2 s, and decide nothing."""

    @asynccontextmanager
    async def fault(stage: Stage) -> AsyncIterator[None]:
        office = stage.dice.choice(list(stage.system.offices))
        for _ in range(int(seconds / 2)):
            stage.fault(topics.group(office, "registration"), how="a member joins and leaves")
            member = AIOKafkaConsumer(
                topics.intake(office),
                bootstrap_servers=stage.system.kafka,
                group_id=topics.group(office, "registration"),
                enable_auto_commit=False,
                heartbeat_interval_ms=500,
                session_timeout_ms=6_000,
                rebalance_timeout_ms=60_000,
            )
            joining = asyncio.ensure_future(member.start())
            await asyncio.wait({joining}, timeout=2)
            await asyncio.wait({asyncio.ensure_future(member.stop())}, timeout=2)
            joining.cancel()
        yield

    return fault


@asynccontextmanager
async def little_memory(stage: Stage) -> AsyncIterator[None]:
    """One instance of each kind of service has 250 MB."""
    system = stage.system
    names = [stage.pick(kind).name for kind in ("registration", "notification", "reporting")]
    for name in names:
        stage.fault(name, how="250 MB")
        system.kill(name)
        system.start(name, "prlimit", f"--data={MEMORY}", "--")
    yield
    for name in names:
        system.kill(name)
        system.start(name)


def clock_library() -> Path | None:
    """libfaketime, as its wheel brings it."""
    found = importlib.util.find_spec("libfaketime")
    if found is None or found.origin is None:
        return None
    library = Path(found.origin).parent / "vendor/libfaketime/src/libfaketime.so.1"
    return library if library.exists() else None


def no_clock() -> str | None:
    return None if clock_library() else "libfaketime is not installed"


def wrong_clock(kind: str) -> Fault:
    """The clock of one running instance jumps, and jumps back."""

    @asynccontextmanager
    async def fault(stage: Stage) -> AsyncIterator[None]:
        system, name = stage.system, stage.pick(kind).name
        file = system.folder / f"{name}.clock"
        file.write_text("+0\n")
        system.kill(name)
        system.start(
            name,
            LD_PRELOAD=str(clock_library()),
            FAKETIME_TIMESTAMP_FILE=str(file),
            FAKETIME_CACHE_DURATION="1",
            DONT_FAKE_MONOTONIC="1",
        )
        with contextlib.suppress(LocalError):  # another row may kill it meanwhile
            await system.until_ready(name)
        said = stage.dice.choice(list(OFFSETS))
        stage.fault(name, how=said)
        file.write_text(f"{OFFSETS[said]}\n")
        try:
            yield
        finally:
            file.write_text("+0\n")

    return fault


def no_disks() -> str | None:
    """Why disks of a set size cannot be made here."""
    if os.geteuid() == 0 and shutil.which("mount"):
        return None
    return "only root may mount a tmpfs"


def full_disk(disk: str) -> Fault:
    """The server's own tmpfs is full for a while; then there is room again, and it is started if it ended."""

    @asynccontextmanager
    async def fault(stage: Stage) -> AsyncIterator[None]:
        server: Server = stage.system.broker if disk == BROKER_DISK else stage.system.mongods[0]
        filler = stage.system.folder / disk / "filler"
        stage.fault(disk, how="full")
        await asyncio.to_thread(_fill, filler)
        try:
            await asyncio.sleep(FULL_SECONDS)
            yield
        finally:
            filler.unlink()
            await asyncio.sleep(ENDS_WITHIN)
            if not server.runs:
                server.kill()
                await _started(server)

    return fault


def _fill(filler: Path) -> None:
    """Until nothing more fits."""
    subprocess.run(["dd", "if=/dev/zero", f"of={filler}", "bs=64k"], capture_output=True, check=False)


async def _started(server: Server) -> None:
    try:
        await server.start()
    except LocalError:
        await server.restart()
