"""B2: answers over HTTP, closed loop with 16 clients and open loop at half of that."""

import asyncio
import itertools
import time
from collections.abc import Iterator

import httpx

from benchmarks.bare import bare
from benchmarks.deciding import REGISTRATION, announce
from benchmarks.figures import Figure, percentile
from benchmarks.stage import Stage, as_deployed, names, submission

CLIENTS = 16
MODES = {"202": "", "wait=5": "wait=5"}
COUNTS = {"202": 202, "wait=5": 200}


async def answered(figures: list[Figure], stage: Stage, rounds: int, seconds: float) -> None:
    numbers = itertools.count()
    async with as_deployed(stage, "b2") as running:
        name = names(1)[0]
        await announce(running.office, [name], 10**6)
        service = await running.start("registration", REGISTRATION)
        starts = dict(running.office.ends)
        limits = httpx.Limits(max_connections=256, max_keepalive_connections=256)
        async with httpx.AsyncClient(base_url=service.url, limits=limits, timeout=30) as client:
            rates: dict[str, list[float]] = {mode: [] for mode in MODES}
            closed: dict[str, list[list[float]]] = {mode: [] for mode in MODES}
            opened: list[list[float]] = []
            for number in range(rounds + 1):
                for mode in MODES:
                    taken = await closed_loop(client, name, mode, numbers, seconds)
                    if number:
                        closed[mode].append(taken)
                        rates[mode].append(len(taken) / seconds)
                pace = len(taken) / seconds / 2
                taken = await open_loop(client, name, "wait=5", numbers, pace, seconds)
                if number:
                    opened.append(taken)
                print(f"B2 half of {2 * pace:.0f}/s: p50 {percentile(taken, 50):.0f} ms", flush=True)
        async with bare(stage.servers.kafka, stage.servers.mongo, running.office.code) as chain:
            await chain.run(starts, 1)
            # what reading, writing and publishing a record takes when nothing waits
            single = [[1000 * one for one in await chain.one_by_one(50)] for _ in range(rounds)]
    for mode in MODES:
        figures.append(Figure("B2", f"{mode}, {CLIENTS} clients", "answers/s", rates[mode]))
        for share in (50, 99):
            taken = [percentile(one, share) for one in closed[mode]]
            figures.append(Figure("B2", f"{mode}, {CLIENTS} clients, p{share}", "ms", taken))
    for share, target in ((50, "at most 30 ms"), (99, "at most 200 ms")):
        ours = [percentile(one, share) for one in opened]
        chain_ms = [percentile(one, share) for one in single]
        what = f"wait=5, open loop at half of that, p{share}"
        figures.append(Figure("B2", what, "ms", ours, chain_ms, "bare chain, one record", target))


async def ask(client: httpx.AsyncClient, activity: str, mode: str, number: int) -> float:
    """Milliseconds until the answer."""
    body = submission(activity, number).model_dump(mode="json", exclude_none=True)
    del body["activity"]
    headers = {"Idempotency-Key": f"h{number}"} | ({"Prefer": MODES[mode]} if MODES[mode] else {})
    start = time.perf_counter()
    answer = await client.post(f"/api/v1/activities/{activity}/registrations", json=body, headers=headers)
    assert answer.status_code == COUNTS[mode], answer.status_code
    return (time.perf_counter() - start) * 1000


async def closed_loop(
    client: httpx.AsyncClient, activity: str, mode: str, numbers: Iterator[int], seconds: float
) -> list[float]:
    taken: list[float] = []
    end = time.perf_counter() + seconds

    async def one() -> None:
        while time.perf_counter() < end:
            taken.append(await ask(client, activity, mode, next(numbers)))

    await asyncio.gather(*(one() for _ in range(CLIENTS)))
    return taken


async def open_loop(
    client: httpx.AsyncClient, activity: str, mode: str, numbers: Iterator[int], pace: float, seconds: float
) -> list[float]:
    """Asked at its time whether or not those before were answered; counted from the time it was due."""
    begin = time.perf_counter()

    async def one(due: float) -> float:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        late = (time.perf_counter() - due) * 1000
        return late + await ask(client, activity, mode, next(numbers))

    count = int(pace * seconds)
    return list(await asyncio.gather(*(one(begin + number / pace) for number in range(count))))
