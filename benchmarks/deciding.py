"""B1, B3, B9: commands decided and published, against the bare chain and against a smaller register."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from benchmarks.bare import Bare, bare
from benchmarks.figures import Figure
from benchmarks.stage import Stage, as_deployed, cpu_seconds, names, submission
from shared.contracts.commands import CancelRegistration, Command, RecordAttendance
from shared.kafka.records import partition_of
from tests.support.deployment import Deployment
from tests.support.office import PARTITIONS, TestOffice, activity

REGISTRATION = "services.registration.main"
WARMING = 500  # commands decided before the clock starts


@dataclass(frozen=True)
class Shape:
    what: str
    activities: int
    processes: int = 1


SHAPES = (
    Shape("one hot activity", 1),
    Shape("32 activities", 32),
    Shape("6 partitions, 2 processes", 6, 2),
)


async def decided(figures: list[Figure], stage: Stage, rounds: int, people: int) -> None:
    """B1 and B9. The first round of each warms up and does not count."""
    for shape in SHAPES:
        taken = [await one_round(stage, shape, people, number) for number in range(rounds + 1)][1:]
        ours, chain, ours_cpu, chain_cpu = map(list, zip(*taken, strict=True))
        figures.append(Figure("B1", shape.what, "commands/s", ours, chain, "bare chain", "at least 1.0"))
        if shape is SHAPES[0]:
            nine = "CPU of one registration, service and servers together"
            figures.append(Figure("B9", nine, "ms", ours_cpu, chain_cpu, "bare chain", ""))
    pairs = [await attendance_round(stage, people, number) for number in range(rounds + 1)][1:]
    ours, chain = map(list, zip(*pairs, strict=True))
    figures.append(
        Figure("B1", "attendance", "commands/s", ours, chain, "chain without new people", "at least 1.0")
    )


async def one_round(
    stage: Stage, shape: Shape, people: int, number: int
) -> tuple[float, float, float, float]:
    async with as_deployed(stage, f"b1-{shape.activities}-{number}") as running:
        office, named = running.office, names(shape.activities)
        await announce(office, named, people)
        starts = dict(office.ends)
        asked = [
            (submission(named[n % len(named)], n), named[n % len(named)], f"b{n}") for n in range(people)
        ]
        await office.put_many([(command, key, identifier) for command, key, identifier in asked])
        ours, cpu = await decided_per_second(stage, running, shape.processes, people)
        async with bare(stage.servers.kafka, stage.servers.mongo, office.code) as chain:
            seconds, bare_cpu = await bare_run(stage, chain, starts, people)
        await office.store.drop()
        print(f"B1 {shape.what}: {ours:.0f}/s, bare {people / seconds:.0f}/s", flush=True)
        return ours, people / seconds, cpu * 1000, bare_cpu * 1000


async def announce(office: TestOffice, named: Sequence[str], seats: int) -> None:
    for name in named:
        await office.put(activity(name, seats), name)


async def bare_run(stage: Stage, chain: Bare, starts: dict[int, int], count: int) -> tuple[float, float]:
    """Seconds in all, and CPU seconds for each command: this process is the chain."""
    before = cpu_seconds(stage.server_pids) + time.process_time()
    seconds = await chain.run(starts, count)
    return seconds, (cpu_seconds(stage.server_pids) + time.process_time() - before) / count


async def decided_per_second(
    stage: Stage, running: Deployment, processes: int, count: int
) -> tuple[float, float]:
    """From the first decided batches to the last published fact; and CPU seconds for each command."""
    store, before = running.office.store, await published(running.office)
    services = [await running.start(f"r{n}", REGISTRATION, wait=False) for n in range(processes)]
    pids = [service.child.pid for service in services] + stage.server_pids
    while (begun := await published(running.office) - before) < WARMING:
        await asyncio.sleep(0.01)
    start, cpu = time.perf_counter(), cpu_seconds(pids)
    goal = before + count
    while (now := await published(running.office)) < goal:
        await asyncio.sleep(0.02)
    seconds, used = time.perf_counter() - start, cpu_seconds(pids) - cpu
    for name, service in zip(list(running.services), services, strict=True):
        running.processes.end(service.child)
        del running.services[name]
    assert await store["outcomes"].count_documents({}) == 0, "a command was refused"
    done = now - before - begun
    return done / seconds, used / done


async def published(office: TestOffice) -> int:
    rows = await office.store["cursors"].find({}, {"published": 1}).to_list(None)
    return int(sum(row["published"] for row in rows))


async def attendance_round(stage: Stage, people: int, number: int) -> tuple[float, float]:
    async with as_deployed(stage, f"b1-attendance-{number}") as running:
        office, name = running.office, names(1)[0]
        await announce(office, [name], people)
        await office.put_many([(submission(name, n), name, f"b{n}") for n in range(people)])
        await decided_per_second(stage, running, 1, people)
        rows = await office.store["registrations"].find({}).to_list(None)
        ends = dict(office.ends)
        present: list[tuple[Command, str, str]] = [
            (RecordAttendance(activity=name, session="sesi-1", registration=row["_id"]), name, f"h{n}")
            for n, row in enumerate(rows)
        ]
        await office.put_many(present)
        ours, _ = await decided_per_second(stage, running, 1, people)
        async with bare(stage.servers.kafka, stage.servers.mongo, office.code) as chain:
            await chain.store["registrations"].insert_many(rows)
            partition = partition_of(name.encode(), PARTITIONS)
            seconds = await chain.run({partition: ends[partition]}, people)
        await office.store.drop()
        print(f"B1 attendance: {ours:.0f}/s, bare {people / seconds:.0f}/s", flush=True)
        return ours, people / seconds


async def grown(figures: list[Figure], stage: Stage, rounds: int, sizes: Sequence[int], step: int) -> None:
    """B3: the cost of a registration in registers of several sizes, in turns."""
    async with AsyncExitStack() as stack:
        registers = [await filled(stack, stage, f"b3-{size}", size, seats=10**6) for size in sizes]
        costs: dict[int, list[float]] = {size: [] for size in sizes}
        for number in range(rounds):
            for size, running in zip(sizes, registers, strict=True):
                await submit(running, size + number * step, step)
                costs[size].append(await settled(running.office) / step * 1000)
        for size in sizes[1:]:
            what = f"cost of a registration among {size:,}"
            figures.append(
                Figure("B3", what, "ms", costs[size], costs[sizes[0]], f"among {sizes[0]:,}", "at most 1.1")
            )


async def filled(stack: AsyncExitStack, stage: Stage, name: str, people: int, seats: int) -> Deployment:
    """An office whose one activity has so many registrations; its service runs on."""
    running = await stack.enter_async_context(as_deployed(stage, name))
    await announce(running.office, names(1), seats)
    await running.start("registration", REGISTRATION)
    for begin in range(0, people, 10_000):
        await submit(running, begin, min(10_000, people - begin))
        await settled(running.office)
    return running


async def submit(running: Deployment, begin: int, count: int) -> None:
    name = names(1)[0]
    await running.office.put_many([(submission(name, n), name, f"b{n}") for n in range(begin, begin + count)])


async def settled(office: TestOffice) -> float:
    """Seconds until all that was put is decided and published."""
    start = time.perf_counter()
    while True:
        rows = await office.store["cursors"].find({}).to_list(None)
        behind = [row for row in rows if row["next"] < office.ends.get(row["_id"], 0)]
        if not behind and all(row["published"] == row["number"] for row in rows):
            return time.perf_counter() - start
        await asyncio.sleep(0.005)


async def promoted(figures: list[Figure], stage: Stage, rounds: int, sizes: Sequence[int], step: int) -> None:
    """B3: the cost of a cancellation that promotes the next, with few and with many waiting, in turns."""
    seats = rounds * step
    async with AsyncExitStack() as stack:
        registers = [
            await filled(stack, stage, f"b3-line-{size}", seats + size + rounds * step, seats)
            for size in sizes
        ]
        costs: dict[int, list[float]] = {size: [] for size in sizes}
        for _ in range(rounds):
            for size, running in zip(sizes, registers, strict=True):
                await cancel(running, step)
                costs[size].append(await settled(running.office) / step * 1000)
        what = f"cost of a cancellation with promotion, {sizes[1]:,} waiting"
        figures.append(
            Figure("B3", what, "ms", costs[sizes[1]], costs[sizes[0]], f"{sizes[0]:,} waiting", "at most 1.1")
        )


async def cancel(running: Deployment, count: int) -> None:
    name = names(1)[0]
    found = running.office.store["registrations"].find({"status": "confirmed"}, {"_id": 1}).limit(count)
    asked: list[tuple[Command, str, str]] = [
        (CancelRegistration(registration=row["_id"]), name, f"c{row['_id']}")
        for row in await found.to_list(None)
    ]
    await running.office.put_many(asked)
