"""`make bench`: commands decided through the topic against the bare chain, in turns, on Apache Kafka.

Prints every round; `--write` puts the figures into docs/benchmarks.md.
"""

import argparse
import asyncio
import os
import platform
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.bare import bare_chain
from local.machine import address, free_port
from local.processes import Processes
from shared.contracts import topics
from shared.contracts.commands import SubmitRegistration
from shared.kafka.records import partition_of
from tests.support.deployment import deployment
from tests.support.kafka import Kafka
from tests.support.office import activity
from tests.support.servers import Server, ServerRoom, Servers

NAME = "rakor-uji"
PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"


def submission(number: int) -> SubmitRegistration:
    """A new person each, with a NIP as civil servants have."""
    return SubmitRegistration.model_validate(
        {
            "activity": NAME,
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


async def one_round(servers: Servers, folder: Path, people: int) -> tuple[float, float]:
    """Commands a second: registration as deployed, then the bare chain on the same intake."""
    async with deployment(servers, folder) as running:
        office = running.office
        await office.put(activity(NAME, people * 2), NAME)
        await office.put_many([(submission(n), NAME, f"b{n}") for n in range(people)])
        service = await running.start("registration", "services.registration.main", wait=False)
        ours = await decided_per_second(
            running.office.store, partition_of(NAME.encode(), office.partitions), people
        )
        running.processes.end(service.child)
        seconds = await bare_chain(
            servers.kafka, servers.mongo, topics.intake(office.code), partition_of(NAME.encode(), 6), people
        )
        await office.store.drop()
        return ours, people / seconds


async def decided_per_second(store: object, partition: int, people: int) -> float:
    """From the first decided batch to the last published fact."""
    first: tuple[float, int] | None = None
    while True:
        row = await store["cursors"].find_one({"_id": partition})  # type: ignore[index]
        now = time.perf_counter()
        if first is None and row["published"] > 500:
            first = now, row["published"]
        if row["published"] > people:
            assert first is not None
            return (row["published"] - first[1]) / (now - first[0])
        await asyncio.sleep(0.02)


async def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--people", type=int, default=20_000)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, Processes(Path(name) / "logs") as processes:
        folder = Path(name)
        servers = await kafka_and_mongo(folder, processes)
        rounds = []
        for number in range(options.rounds + 1):
            place = folder / f"round-{number}"
            place.mkdir()
            ours, bare = await one_round(servers, place, options.people)
            warm = " (warming up, not counted)" if number == 0 else ""
            print(
                f"registration {ours:7.0f}/s   bare chain {bare:7.0f}/s   ratio {ours / bare:.2f}{warm}",
                flush=True,
            )
            rounds.append((ours, bare))
    text = report(rounds[1:], options.people)
    print(text)
    if options.write:
        PAGE.write_text(text)


async def kafka_and_mongo(folder: Path, processes: Processes) -> Servers:
    """Apache Kafka compiled for speed, and a real mongod."""
    port = free_port()
    kafka = Kafka(port, folder / "kafka", optimised=True)
    broker = Server(processes, lambda: kafka.start(processes))
    await broker.start()
    mongo, mongod = await ServerRoom(folder, processes).mongod()
    return Servers(address(port), mongo, True, True, broker, mongod)


def report(rounds: list[tuple[float, float]], people: int) -> str:
    def row(name: str, numbers: list[float], form: str) -> str:
        low, middle, high = min(numbers), statistics.median(numbers), max(numbers)
        return f"| {name} | {middle:{form}} | {low:{form}} to {high:{form}} |"

    ours, bare = zip(*rounds, strict=True)
    lines = [
        "# Benchmarks",
        "",
        "Made by `make bench ARGS=--write`: registration as deployed (one process) against the bare chain of",
        "`benchmarks/bare.py`, which does the same reads, writes and records without deciding anything.",
        f"Both read the same intake of {people:,} submissions to one hot activity, every person new. They",
        "take turns in one run on Apache Kafka 4.3.1 (idempotent) and mongod 6.0.5, all on one machine.",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores ({platform.machine()}), Python "
        f"{platform.python_version()}, {len(rounds)} rounds. A speed here is worth its ratio only.",
        "",
        "| | median | range |",
        "|---|---|---|",
        row("registration, commands decided and published a second", list(ours), ",.0f"),
        row("bare chain, the same a second", list(bare), ",.0f"),
        row("ratio", [one / other for one, other in rounds], ".2f"),
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    asyncio.run(main())
