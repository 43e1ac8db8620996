"""What every benchmark stands on: Apache Kafka compiled for speed, a real mongod, offices of its own."""

import os
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from local.machine import address, free_port
from local.processes import Child, Processes
from shared.contracts.commands import SubmitRegistration
from shared.kafka.records import partition_of
from tests.support.deployment import Deployment, deployment
from tests.support.kafka import Kafka
from tests.support.office import PARTITIONS
from tests.support.servers import Server, ServerRoom, Servers

# what a test hurries, at the values that a deployment has
UNHURRIED = {
    "SIMPUL_CONTROL_TOTALS_SECONDS": "3600",
    "SIMPUL_MAIL_LEASE_SECONDS": "120",
    "SIMPUL_SMTP_SECONDS": "20",
}

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Stage:
    servers: Servers
    processes: Processes
    folder: Path

    @property
    def server_pids(self) -> list[int]:
        return [self.servers.broker.pid, self.servers.mongod.pid]


@asynccontextmanager
async def stage() -> AsyncIterator[Stage]:
    with tempfile.TemporaryDirectory() as name, Processes(Path(name) / "logs") as processes:
        folder, port = Path(name), free_port()
        kafka = Kafka(port, folder / "kafka", optimised=True)
        broker = Server(processes, lambda: kafka.start(processes))
        await broker.start()
        mongo, mongod = await ServerRoom(folder, processes).mongod()
        yield Stage(Servers(address(port), mongo, True, True, broker, mongod), processes, folder)


@asynccontextmanager
async def as_deployed(on: Stage, name: str) -> AsyncIterator[Deployment]:
    """A provisioned office of its own with nothing running yet."""
    folder = on.folder / name
    folder.mkdir()
    async with deployment(on.servers, folder) as running:
        running.env |= UNHURRIED
        yield running


def cpu_seconds(pids: Sequence[int]) -> float:
    """CPU time that processes have used so far, in user and kernel."""
    used = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        used += int(fields[11]) + int(fields[12])
    return used / _TICKS


def memory_megabytes(child: Child) -> float:
    """Resident memory now."""
    return int(Path(f"/proc/{child.pid}/statm").read_text().split()[1]) * _PAGE_BYTES / 1e6


def submission(activity: str, number: int) -> SubmitRegistration:
    """A new person each, with a NIP as civil servants have."""
    return SubmitRegistration.model_validate(
        {
            "activity": activity,
            "participant": {
                "name": f"Ni Wayan Sari {number}",
                "email": f"sari{number}@sekolah.example",
                "nip": str(193504012005012000 + number % 1000),
                "phone": "0000-1111-2222",
            },
            "category": "guru-penggerak",
            "regency": "51.03",
            "institution": {"name": "SMPN 1 Uji"},
            "cohort": 2,
        }
    )


def names(count: int) -> list[str]:
    """Activities spread evenly over the partitions."""
    by_partition: dict[int, list[str]] = {number: [] for number in range(PARTITIONS)}
    candidates = (f"rakor-{number}" for number in range(100_000))
    while sum(map(len, by_partition.values())) < count:
        name = next(candidates)
        mine = by_partition[partition_of(name.encode(), PARTITIONS)]
        if len(mine) < -(-count // PARTITIONS):
            mine.append(name)
    return [name for names in by_partition.values() for name in names]
