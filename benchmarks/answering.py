"""B2: answers over HTTP under `wrk`, 64 clients, while the office decides, mails and the nation counts.

Ours and a bare route that only sends the same record take turns; right answers alone are counted. The
client is a process in C of its own, since one in Python would take from what it measures.
"""

import asyncio
import json
import shutil
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import httpx

from benchmarks.deciding import REGISTRATION, announce
from benchmarks.figures import Figure
from benchmarks.stage import Stage, as_deployed, names
from local.machine import accepts, free_port
from services.notification.provision import provision_office
from services.reporting.cli import provision_national
from shared.contracts import topics
from shared.kafka.topics import TopicSpec, admin, ensure_topic
from shared.mongo.driver import connect
from tests.support.deployment import Deployment
from tests.support.office import PARTITIONS

WRK = "wrk"
LOAD = Path(__file__).with_name("load.lua")
CLIENTS = 64
DRIVERS = ("motor", "pymongo")
MODES = ("202", "wait=5")
TOPIC = "bench.bare.v1"
CAUGHT_UP_SECONDS = 30.0
REST_SECONDS = 300.0
_MARKS = count()


@dataclass(frozen=True)
class Told:
    """What `wrk` saw: right answers a second, and of all answers the milliseconds."""

    rate: float
    p50: float
    p99: float


async def answered(figures: list[Figure], stage: Stage, rounds: int, seconds: int) -> None:
    """Left out, with a word, where Debian's wrk is not installed. The first round warms up."""
    if not shutil.which(WRK):
        print("B2 left out: it needs wrk (Debian's package of that name) on PATH", flush=True)
        return
    taken: dict[str, list[Told]] = defaultdict(list)
    late: dict[str, list[float]] = defaultdict(list)
    async with as_deployed(stage, "b2") as running:
        activity = names(1)[0]
        await announce(running.office, [activity], 10**6)
        await around(running)
        path = f"/api/v1/activities/{activity}/registrations"
        for number in range(rounds + 1):
            async with bare(stage, running, TOPIC) as url:
                seen = {"bare": await load(url + path, "202", seconds)}
            for driver in DRIVERS:
                async with registration(running, driver) as url:
                    for mode in MODES:
                        name = f"{mode}, {driver}"
                        seen[name] = await load(url + path, mode, seconds)
                        late[name] += [await rest(running)]
                    pause = 2 * CLIENTS / seen[f"wait=5, {driver}"].rate
                    seen[f"half, {driver}"] = await load(url + path, "wait=5", seconds, pause)
                    await rest(running)
            async with registration(running, DRIVERS[-1]), bare(stage, running) as url:
                seen["beside"] = await load(url + path, "202", seconds)
                await rest(running)
            for name, told in seen.items():
                print(f"B2 {name}: {told.rate:.0f}/s, p50 {told.p50:.0f}, p99 {told.p99:.0f} ms", flush=True)
                taken[name] += [told] if number else []
            assert max(map(max, late.values())) <= CAUGHT_UP_SECONDS, dict(late)
    figures += told_of(taken)


def told_of(taken: dict[str, list[Told]]) -> list[Figure]:
    def rates(name: str) -> list[float]:
        return [one.rate for one in taken[name]]

    found = []
    alone, beside = "bare route", "bare route, the same deciding, mailing and counting beside it"
    for driver in DRIVERS:
        ours = rates(f"202, {driver}")
        what = f"202, {CLIENTS} clients, {driver}"
        found.append(Figure("B2", what, "answers/s", ours, rates("bare"), alone, "at least 0.5"))
        found.append(Figure("B2", what, "answers/s", ours, rates("beside"), beside, "at least 0.7"))
        what = f"wait=5, {CLIENTS} clients, {driver}"
        ours = rates(f"wait=5, {driver}")
        found.append(Figure("B2", what, "answers/s", ours, rates("bare"), alone, "at least 0.3"))
        half = taken[f"half, {driver}"]
        for share, target in (("p50", "at most 30 ms"), ("p99", "at most 150 ms")):
            what = f"wait=5 at half of that, {driver}, {share}"
            found.append(Figure("B2", what, "ms", [getattr(one, share) for one in half], target=target))
    return found


async def around(running: Deployment) -> None:
    """What mails and counts while registration answers."""
    servers, office = running.office.servers, running.office
    await provision_office(office.code, servers.mongo, "motor", office.kafka)
    await provision_national(servers.mongo, "motor", office.kafka)
    await running.start_mailbox()
    running.env |= {"SIMPUL_MAILS_PER_MINUTE": "6000000"}
    await running.start("notification", "services.notification.main")
    await running.start("reporting", "services.reporting.main")


@asynccontextmanager
async def registration(running: Deployment, driver: str) -> AsyncIterator[str]:
    running.env["SIMPUL_MONGO_DRIVER"] = driver
    service = await running.start("registration", REGISTRATION)
    try:
        yield service.url
    finally:
        running.processes.end(service.child)
        del running.services["registration"]


@asynccontextmanager
async def bare(stage: Stage, running: Deployment, topic: str = "") -> AsyncIterator[str]:
    """`topic`: where it sends; unless given, on the office's intake, where registration decides it."""
    if topic:
        async with admin(stage.servers.kafka) as client:
            await ensure_topic(client, TopicSpec(topic, PARTITIONS, {}), 1)
    port, code = free_port(), running.office.code
    where = [stage.servers.kafka, topic or f"simpul.{code}.intake.v1", code]
    command = [sys.executable, "-m", "benchmarks.bare_route", str(port), *where]
    child = running.processes.start("bare", command, running.env)
    while not await accepts(port):
        await asyncio.sleep(0.05)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        running.processes.end(child)


async def load(url: str, mode: str, seconds: int, pause: float = 0) -> Told:
    """`pause`: seconds from one request of a client to its next, on average."""
    options = ["-t1", f"-c{CLIENTS}", f"-d{seconds}s", "--timeout", "30s", "-s", str(LOAD), url]
    arguments = ["--", f"m{next(_MARKS)}", mode, f"{pause:.4f}"]
    run = await asyncio.create_subprocess_exec(WRK, *options, *arguments, stdout=asyncio.subprocess.PIPE)
    said, _ = await run.communicate()
    told = json.loads(said.decode().strip().splitlines()[-1])
    return Told(told["right"] / told["seconds"], told["p50"], told["p99"])


async def rest(running: Deployment) -> float:
    """Seconds until all is decided; returns once everything is mailed, too."""
    began = time.perf_counter()
    await running.office.at_rest(REST_SECONDS)
    decided = time.perf_counter() - began
    asked = await running.office.store["registrations"].count_documents({})
    servers, code = running.office.servers, running.office.code
    store = connect(servers.mongo, topics.database(code, "notification"), "pymongo")
    while await store["deliveries"].count_documents({"state": "sent"}) < asked:
        await asyncio.sleep(0.5)
    await store.close()
    async with httpx.AsyncClient() as client:
        await client.delete(f"{running.mailbox_url}/api/v1/messages")
    return decided
