"""What this machine offers: ports, disk, and whether the embedded servers run on it."""

import asyncio
import itertools
import platform
import random
import shutil
import socket
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.errors import DiskFull, NoEmbeddedServers, PortInUse

PORTS = range(20_000, 32_000)
_ports = itertools.cycle(random.sample(PORTS, len(PORTS)))
DISK_NEEDED = 600 * 2**20  # bytes; mongod's files begin at 130 MB and grow with its journal and log


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        # as the servers do it, so that connections which only linger do not count
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return False
        return True


def free_port() -> int:
    """A port that was free a moment ago.

    Below those that the kernel gives to outgoing connections: while a server there is stopped, one of
    its clients could be given its port, and even be connected to itself. A process is given none twice: what
    it asked for may not be bound yet.
    """
    return next(port for port in _ports if is_free(port))


def give_ports(ports: Sequence[int]) -> None:
    """Have `free_port` give these alone, as where several processes share `PORTS` out among themselves."""
    global _ports
    _ports = itertools.cycle(random.sample(ports, len(ports)))


async def require_ports(wanted: Mapping[str, int], patience: float = 2) -> None:
    """Raises PortInUse for the first port still taken after `patience` seconds.

    The patience is for children of a killed demo, which the kernel is just ending.
    """
    deadline = time.monotonic() + patience
    while taken := [(port, name) for name, port in wanted.items() if not is_free(port)]:
        if time.monotonic() > deadline:
            raise PortInUse(*taken[0])
        await asyncio.sleep(0.1)


def require_disk(folder: Path, needed: int = DISK_NEEDED) -> None:
    """Raises DiskFull when fewer than `needed` bytes are free."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise DiskFull(str(folder), free, needed)


def require_embedded_servers() -> None:
    """Raises NoEmbeddedServers where their packages have nothing to offer."""
    system, machine = platform.system(), platform.machine()
    if (system, machine) != ("Linux", "x86_64"):
        raise NoEmbeddedServers(f"they exist for Linux x86_64, this is {system} {machine}")
    if platform.libc_ver()[0] != "glibc":
        raise NoEmbeddedServers("the database needs glibc")


def address(port: int) -> str:
    return f"127.0.0.1:{port}"


async def accepts(port: int) -> bool:
    """Whether something takes connections on this port."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
