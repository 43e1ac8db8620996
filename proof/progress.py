"""How far every office has come, seen from outside: intake, cursors, facts published, mailed, counted."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from shared.contracts import topics

Where = tuple[str, int]
Row = dict[str, Any]
AWAY = (PyMongoError, KafkaError, OSError, TimeoutError)


@dataclass(frozen=True)
class Snapshot:
    """By (office, partition): where intake ends, the cursor's row, numbers mailed and counted up to."""

    ends: dict[Where, int]
    cursors: dict[Where, Row]
    mailed: dict[Where, int]
    counted: dict[Where, int]

    def undecided(self, ends: dict[Where, int]) -> list[Where]:
        return [where for where, end in ends.items() if self.cursors[where]["next"] < end]

    def late(self, numbers: dict[Where, int]) -> str | None:
        """The first stage that is behind one of these numbers."""
        for where, number in numbers.items():
            reached = {
                "published": self.cursors[where]["published"],
                "read by notification": self.mailed[where],
                "counted nationally": self.counted[where],
            }
            for stage, found in reached.items():
                if found < number:
                    return f"{where[0]}-{where[1]}-{number} is not {stage}, which stands at {found}"
        return None

    @property
    def numbers(self) -> dict[Where, int]:
        return {where: int(row["number"]) for where, row in self.cursors.items()}

    @property
    def steps(self) -> int:
        """What was decided, published, read for mails and counted: it grows by work that is done for good."""
        own = sum(int(row["next"] + row["published"]) for row in self.cursors.values())
        return own + sum(self.mailed.values()) + sum(self.counted.values())


class Progress:
    """Asks broker and databases; every question may raise one of `AWAY` while they are."""

    def __init__(self, kafka: str, mongo: str, offices: Iterable[str], partitions: int) -> None:
        self._kafka = kafka
        self._client = AsyncMongoClient[Row](mongo, tz_aware=True, serverSelectionTimeoutMS=3_000)
        self._offices, self._partitions = list(offices), partitions

    async def close(self) -> None:
        await self._client.close()

    async def ends(self) -> dict[Where, int]:
        consumer = AIOKafkaConsumer(bootstrap_servers=self._kafka, enable_auto_commit=False)
        try:
            async with asyncio.timeout(10):
                await consumer.start()
                wanted = [
                    TopicPartition(topics.intake(office), number)
                    for office in self._offices
                    for number in range(self._partitions)
                ]
                found = await consumer.end_offsets(wanted)
        finally:
            await asyncio.wait({asyncio.ensure_future(consumer.stop())}, timeout=5)
        return {
            (office, number): found[TopicPartition(topics.intake(office), number)]
            for office in self._offices
            for number in range(self._partitions)
        }

    async def snapshot(self, ends: dict[Where, int] | None = None) -> Snapshot:
        ends = await self.ends() if ends is None else ends
        cursors: dict[Where, Row] = {}
        mailed, counted = dict.fromkeys(ends, 0), dict.fromkeys(ends, 0)
        for office in self._offices:
            async for row in self._rows(topics.database(office, "registration")):
                del row["epoch"]  # whoever claims a partition again and again gets no further
                cursors[office, row["_id"]] = row
            async for row in self._rows(topics.database(office, "notification")):
                topic, _, partition = row["_id"].rpartition(":")
                if topic == topics.facts(office):
                    mailed[office, int(partition)] = row["number"]
        async for row in self._rows(topics.NATIONAL_DATABASE):
            counted[row["office"], row["partition"]] = row["number"]
        return Snapshot(ends, cursors, mailed, counted)

    def _rows(self, database: str) -> Any:
        return self._client[database]["cursors"].find({})

    async def mails(self) -> tuple[int, int]:
        """How many are owed (deliveries due and not closed, fan-outs not written), and steps taken so far."""
        owed = steps = 0
        for office in self._offices:
            database = self._client[topics.database(office, "notification")]
            deliveries, due = database["deliveries"], {"due": {"$lte": datetime.now(UTC)}}
            owed += await deliveries.count_documents(due | {"state": "pending"})
            owed += await database["fanouts"].count_documents(due | {"done": False})
            steps += await deliveries.count_documents({})
            steps += await deliveries.count_documents({"state": {"$ne": "pending"}})
        return owed, steps

    async def rows_due(self) -> int:
        """Rows of figures that the national topic lacks."""
        return await self._client[topics.NATIONAL_DATABASE]["revisions"].count_documents({"due": True})

    async def recovered(self, ends: dict[Where, int], seconds: float) -> str | None:
        """Wait until all that stood in intake at `ends` is decided, and its facts are published, read for
        mails and counted. What is late after `seconds`, or None."""
        deadline = time.monotonic() + seconds
        numbers: dict[Where, int] = {}
        late: str | None = "nothing could be asked"
        while late and time.monotonic() < deadline:
            try:
                now = await self.snapshot(ends)
            except AWAY as error:
                late = f"{type(error).__name__} when asked"
            else:
                undecided = now.undecided(ends)
                numbers |= {
                    where: number
                    for where, number in now.numbers.items()
                    if where not in undecided and where not in numbers
                }
                late = now.late(numbers)
                for where in undecided[:1]:
                    late = f"{where} stands at {now.cursors[where]['next']} of {ends[where]}"
            await asyncio.sleep(0.2 if late else 0)
        return late

    async def rest(self, seconds: float) -> str | None:
        """Wait until nothing moves: all decided, published, read, counted, mailed, totals stated. What is
        not so when it got no further for `seconds`, or None. Two owners who undo each other's work for ever
        get no further, whatever moves."""
        moved, furthest = time.monotonic(), 0
        before: tuple[Snapshot, int, int] | None = None
        while True:
            try:
                now, (owed, mailed), due = await self.snapshot(), await self.mails(), await self.rows_due()
                unrest = self._unrest(now, owed, due)
            except AWAY as error:
                unrest = f"{type(error).__name__} when asked"
            else:
                seen, done = (now, owed, due), now.steps + mailed
                if unrest is None and before == seen:
                    return None
                before, unrest = seen, unrest or "it still moves"
                if done > furthest:
                    furthest, moved = done, time.monotonic()
            if time.monotonic() > moved + seconds:
                return unrest
            await asyncio.sleep(1)

    def _unrest(self, now: Snapshot, owed: int, due: int) -> str | None:
        if undecided := now.undecided(now.ends):
            return f"{undecided[0]} has undecided commands"
        if late := now.late(now.numbers):
            return late
        for where, row in now.cursors.items():
            if row["number"] > row["totals"]:
                return f"{where} has no control totals yet"
        if due:
            return f"{due} rows of figures are not in the national topic"
        return f"{owed} mails are owed" if owed else None


async def insist(do: Callable[[], Awaitable[Any]], seconds: float = 60) -> Any:
    """Again until it answers, while servers come back."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return await do()
        except AWAY:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.3)
