"""B8: memory and CPU of each service at rest, and from its start until it is ready."""

import asyncio
import time

from benchmarks.deciding import announce, settled, submit
from benchmarks.figures import Figure
from benchmarks.stage import Stage, as_deployed, cpu_seconds, memory_megabytes, names
from services.notification.provision import provision_office
from services.reporting.cli import provision_national

SERVICES = ("registration", "notification", "reporting")
REST_SECONDS = 10.0


async def rested(figures: list[Figure], stage: Stage, rounds: int, people: int) -> None:
    async with as_deployed(stage, "b8") as running:
        office = running.office
        await provision_office(office.code, stage.servers.mongo, "motor", office.kafka)
        await provision_national(stage.servers.mongo, "motor", office.kafka)
        await running.start_mailbox()
        running.env["SIMPUL_SEND_FROM"] = "2999-01-01T00:00:00Z"  # counted and kept, not sent
        starts: dict[str, list[float]] = {name: [] for name in SERVICES}
        for number in range(rounds):
            for name in SERVICES:
                start = time.perf_counter()
                service = await running.start(name, f"services.{name}.main")
                starts[name].append(time.perf_counter() - start)
                if number < rounds - 1:
                    running.processes.end(service.child)
                    await asyncio.sleep(7)  # the group forgets its member
        children = {name: running.services[name].child for name in SERVICES}
        await asyncio.sleep(5)
        before = {name: cpu_seconds([child.pid]) for name, child in children.items()}
        await asyncio.sleep(REST_SECONDS)
        for name, child in children.items():
            used = (cpu_seconds([child.pid]) - before[name]) / REST_SECONDS * 100
            figures.append(Figure("B8", f"{name}, start to ready", "s", starts[name]))
            figures.append(Figure("B8", f"{name}, CPU at rest", "% of a core", [used], target="under 2 %"))
            figures.append(
                Figure(
                    "B8", f"{name}, memory at rest", "MB", [memory_megabytes(child)], target="at most 110 MB"
                )
            )
        await announce(office, names(1), people)
        for begin in range(0, people, 10_000):
            await submit(running, begin, 10_000)
            await settled(office)
        for name in SERVICES[:2]:
            what = f"{name}, memory after {people:,} registrations"
            figures.append(
                Figure("B8", what, "MB", [memory_megabytes(children[name])], target="at most 110 MB")
            )
