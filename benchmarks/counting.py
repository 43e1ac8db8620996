"""B5, B6, B7: a fact until it is seen in the national figures, figures over many facts, and a rebuild."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from pydantic_core import to_json

from benchmarks.figures import Figure, percentile
from benchmarks.stage import Stage, as_deployed, memory_megabytes, names
from services.reporting.cli import provision_national
from shared.contracts import topics
from shared.contracts.envelope import Envelope
from shared.contracts.facts import AnyFact
from shared.kafka.connection import KafkaSettings
from shared.mongo.driver import Document, Store, connect
from tests.support.deployment import Deployment, Service
from tests.support.office import AS_DIRECTORATE, activity

SIZES = (10_000, 100_000, 1_000_000)
PLACES = ("51.01", "51.02", "51.03", "51.04", "51.71")
CATEGORIES = ("guru", "guru-penggerak", "kepala-sekolah", "pengawas", "dinas")
ACTIVITIES = 24
QUESTION = "/api/v1/figures?by=month,category"


@dataclass
class Writer:
    """Writes made-up facts of one office, as its registration would: numbered, partition by partition."""

    office: str
    ledger: str
    producer: AIOKafkaProducer
    named: list[str]
    number: dict[int, int] = field(default_factory=dict)
    written: int = 0

    def fact(self, partition: int, type: str, data: Document) -> tuple[bytes, list[tuple[str, bytes]]]:
        number = self.number[partition] = self.number.get(partition, 0) + 1
        place = {"office": self.office, "ledger": self.ledger, "partition": partition, "number": number}
        source = f"/{self.office}/registration"
        envelope = Envelope(f"{self.office}-{partition}-{number}", source, type, data["activity"])
        return to_json(place | {"at": "2026-01-12T01:00:00Z"} | data), envelope.headers()

    async def send(self, partition: int, type: str, data: Document) -> "asyncio.Future[object]":
        value, headers = self.fact(partition, type, data)
        self.written += 1
        sent: asyncio.Future[object] = await self.producer.send(
            topics.facts(self.office), value, data["activity"].encode(), partition, None, headers
        )
        return sent

    async def announce(self) -> None:
        for number, name in enumerate(self.named):
            stated = activity(name).model_dump(mode="json", exclude_none=True)
            facts = {key: stated[key] for key in ("title", "kind")}
            quotas = [{"id": "semua", "seats": 10**6}]
            when = {"id": "sesi-1", "starts": "2026-01-12T01:00:00Z", "ends": "2026-01-12T03:00:00Z", "jp": 4}
            data = facts | {
                "activity": name, "month": f"2026-{number % 12 + 1:02d}", "province": "51",
                "regency": "51.03", "seats": 10**6, "quotas": quotas, "sessions": [when],
                "changes": [{"cell": {"activity": name}, "add": {"activities": 1, "seats": 10**6}}],
            }  # fmt: skip
            await self.send(number % 6, "id.simpul.activity.published.v1", data)

    async def confirm(self) -> "asyncio.Future[object]":
        """One more registration, in one of a few hundred cells."""
        turn = self.written
        name = self.named[turn % ACTIVITIES]
        home, category = PLACES[turn // 24 % 5], CATEGORIES[turn // 120 % 5]
        cell = {"activity": name, "category": category, "home_regency": home, "cohort": turn // 600 % 3}
        data = {
            "activity": name, "registration": "a" * 29, "round": 1, "quotas": ["semua"],
            "changes": [{"cell": cell, "add": {"confirmed": 1}}],
        }  # fmt: skip
        return await self.send(turn % ACTIVITIES % 6, "id.simpul.registration.confirmed.v1", data)

    async def grow(self, facts: int) -> None:
        sent = []
        while self.written < facts:
            sent.append(await self.confirm())
            if len(sent) == 5_000:
                await asyncio.gather(*sent)
                sent.clear()
        await asyncio.gather(*sent)


async def counted(figures: list[Figure], stage: Stage, rounds: int, sizes: tuple[int, ...]) -> None:
    async with as_deployed(stage, "b5") as running:
        producer = AIOKafkaProducer(bootstrap_servers=stage.servers.kafka, acks="all", linger_ms=2)
        await producer.start()
        writer = Writer(running.office.code, "a" * 32, producer, names(ACTIVITIES))
        await writer.announce()
        store = connect(stage.servers.mongo, topics.NATIONAL_DATABASE)
        try:
            await rebuilt(figures, stage, running, writer, store, rounds, sizes)
            await seen(figures, stage, running, writer, rounds)
        finally:
            await producer.stop()
            await store.drop()
            await store.close()


async def begun(running: Deployment, stage: Stage) -> Service:
    await provision_national(stage.servers.mongo, "motor", KafkaSettings(stage.servers.kafka))
    return await running.start("reporting", "services.reporting.main", wait=False)


async def applied(store: Store, facts: int) -> None:
    while True:
        rows = await store["cursors"].find({}).to_list(None)
        if sum(row.get("number", 0) for row in rows) >= facts:
            return
        await asyncio.sleep(0.02)


async def rebuilt(
    figures: list[Figure], stage: Stage, running: Deployment, writer: Writer, store: Store,
    rounds: int, sizes: tuple[int, ...],
) -> None:  # fmt: skip
    """B7 at the middle size, and B6 and the memory at each size on the way."""
    raw = connect(stage.servers.mongo, "bench_raw")
    api: dict[int, list[float]] = {}
    page: dict[int, list[float]] = {}
    group: dict[int, list[float]] = {}
    service, copied = await begun(running, stage), 0
    try:
        for size in sizes:
            await writer.grow(size)
            await applied(store, size)
            copied = await copy(raw, copied, size)
            await service.ready()
            async with httpx.AsyncClient(base_url=service.url) as client:
                api[size], page[size] = [], []
                group[size] = []
                for _ in range(rounds):
                    api[size].append(
                        await timed(lambda: client.get(QUESTION, headers=AS_DIRECTORATE), 99, 200)
                    )
                    page[size].append(await timed(lambda: client.get("/"), 99, 200))
                    group[size].append(await timed(lambda: grouped(raw), 50, 3))
            print(
                f"B6 {size:,}: API p99 {min(api[size]):.1f} ms, page p99 {min(page[size]):.1f} ms", flush=True
            )
            if size == sizes[1]:
                running.processes.end(service.child)
                await rebuild_rounds(figures, stage, running, writer, store, rounds)
                service = await begun(running, stage)
                await applied(store, size)
        memory = memory_megabytes(service.child)
        figures.append(
            Figure(
                "B8", f"reporting, memory after {sizes[-1]:,} facts", "MB", [memory], target="at most 110 MB"
            )
        )
    finally:
        await raw.drop()
        await raw.close()
    for what, found in (("figures by month and category, p99", api), ("national page, p99", page)):
        for size in sizes:
            figures.append(
                Figure(
                    "B6",
                    f"{what}, {size:,} facts",
                    "ms",
                    found[size],
                    group[size],
                    "$group when asked",
                    "at most 15 ms",
                )
            )
        flat = f"{what}, {sizes[-1]:,} facts"
        figures.append(
            Figure(
                "B6",
                flat,
                "ms",
                found[sizes[-1]],
                found[sizes[0]],
                f"{sizes[0]:,} facts",
                "flat: at most 1.1",
            )
        )


async def rebuild_rounds(
    figures: list[Figure], stage: Stage, running: Deployment, writer: Writer, store: Store, rounds: int
) -> None:
    values = await all_values(stage, writer)
    speeds, bare_speeds = [], []
    for number in range(rounds + 1):
        await store.drop()
        service = await begun(running, stage)
        while not await store["cursors"].find_one({"number": {"$gt": 0}}):
            await asyncio.sleep(0.01)
        rows = await store["cursors"].find({}).to_list(None)
        before, start = sum(row.get("number", 0) for row in rows), time.perf_counter()
        await applied(store, len(values))
        seconds = time.perf_counter() - start
        running.processes.end(service.child)
        start = time.perf_counter()
        for value in values:
            AnyFact.read(value)
        bare = len(values) / (time.perf_counter() - start)
        if number:
            speeds.append((len(values) - before) / seconds)
            bare_speeds.append(bare)
            print(f"B7 {speeds[-1]:.0f}/s, pydantic alone {bare:.0f}/s", flush=True)
    await store.drop()
    what = f"rebuild from the first fact, {len(values):,} facts"
    figures.append(Figure("B7", what, "facts/s", speeds, bare_speeds, "pydantic alone", "at least 0.4"))


async def all_values(stage: Stage, writer: Writer) -> list[bytes]:
    consumer = AIOKafkaConsumer(bootstrap_servers=stage.servers.kafka, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(topics.facts(writer.office), number) for number in range(6)])
        found: list[bytes] = []
        while len(found) < writer.written:
            for records in (await consumer.getmany(timeout_ms=200)).values():
                found += [record.value for record in records]
        return found
    finally:
        await consumer.stop()


async def copy(raw: Store, begin: int, size: int) -> int:
    """The same facts as documents, for whoever would add them up when asked."""
    for start in range(begin, size, 10_000):
        rows: list[Document] = [
            {"month": n % ACTIVITIES % 12, "category": CATEGORIES[n // 120 % 5], "confirmed": 1}
            for n in range(start, min(start + 10_000, size))
        ]
        await raw["facts"].insert_many(rows, ordered=False)
    return size


async def grouped(raw: Store) -> None:
    by = {"_id": {"month": "$month", "category": "$category"}, "confirmed": {"$sum": "$confirmed"}}
    await raw.aggregate("facts", [{"$group": by}])


async def timed(ask: Callable[[], object], share: float, times: int) -> float:
    """So much of a hundred answers came within that many milliseconds."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        await ask()  # type: ignore[misc]
        taken.append((time.perf_counter() - start) * 1000)
    return percentile(taken, share)


async def seen(figures: list[Figure], stage: Stage, running: Deployment, writer: Writer, rounds: int) -> None:
    """B5, with little and with 5,000 facts a second coming in."""
    service = running.services["reporting"]
    async with httpx.AsyncClient(base_url=service.url) as client:
        for pace, seconds, name in ((20, 5.0, "at rest"), (5_000, 5.0, "under 5,000 facts/s")):
            ours: dict[int, list[float]] = {50: [], 99: []}
            bare: dict[int, list[float]] = {50: [], 99: []}
            for _ in range(rounds):
                visible = await until_visible(client, writer, pace, seconds)
                consumed = await until_consumed(stage, writer, pace, seconds)
                for share in (50, 99):
                    ours[share].append(percentile(visible, share))
                    bare[share].append(percentile(consumed, share))
                print(f"B5 {name}: p50 {ours[50][-1]:.0f} ms, p99 {ours[99][-1]:.0f} ms", flush=True)
            for share in (50, 99):
                target = "at most 500 ms" if share == 99 else ""
                what = f"fact published until seen in the figures, {name}, p{share}"
                figures.append(
                    Figure("B5", what, "ms", ours[share], bare[share], "produce to consume", target)
                )


async def figure(client: httpx.AsyncClient) -> int:
    answer = (await client.get("/api/v1/figures?by=office", headers=AS_DIRECTORATE)).json()
    return int(answer["rows"][0]["confirmed"])


async def until_visible(
    client: httpx.AsyncClient, writer: Writer, pace: float, seconds: float
) -> list[float]:
    """Milliseconds of each fact, from its sending to the first answer that has it."""
    await asyncio.sleep(0.5)
    begin, sent = await figure(client), list[float]()
    looks = [(time.perf_counter(), begin)]
    sending = asyncio.create_task(write(writer, pace, seconds, sent))
    while not sending.done() or looks[-1][1] < begin + len(sent):
        value = await figure(client)
        looks.append((time.perf_counter(), value))
        await asyncio.sleep(0.002)
    found = []
    for (_, before), (at, now) in pairwise(looks):
        found += [(at - sent[n]) * 1000 for n in range(before - begin, now - begin)]
    return found


async def write(writer: Writer, pace: float, seconds: float, sent: list[float]) -> None:
    """Evenly, in steps of 10 ms where one fact at a time would be too many wake-ups."""
    step = max(1, int(pace / 100))
    start = time.perf_counter()
    for number in range(0, int(pace * seconds), step):
        await asyncio.sleep(max(0.0, start + number / pace - time.perf_counter()))
        for _ in range(step):
            sent.append(time.perf_counter())
            await writer.confirm()


async def until_consumed(stage: Stage, writer: Writer, pace: float, seconds: float) -> list[float]:
    """The same facts read by a bare consumer, one partition's order after another's."""
    consumer = AIOKafkaConsumer(bootstrap_servers=stage.servers.kafka, fetch_max_wait_ms=50)
    await consumer.start()
    try:
        where = [TopicPartition(topics.facts(writer.office), number) for number in range(6)]
        consumer.assign(where)
        await consumer.seek_to_end()
        sent: list[float] = []
        sending = asyncio.create_task(write(writer, pace, seconds, sent))
        found: list[float] = []
        while not sending.done() or len(found) < len(sent):
            records = await consumer.getmany(timeout_ms=50)
            now = time.perf_counter()
            for _ in range(sum(map(len, records.values()))):
                found.append((now - sent[len(found)]) * 1000)
        return found
    finally:
        await consumer.stop()
