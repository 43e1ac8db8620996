"""A regional system as others build them: librdkafka, an own source, records sent again, late and spoilt."""

import asyncio
import random
import time
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any

from aiokafka.partitioner import murmur2
from confluent_kafka import KafkaError, KafkaException, Message, Producer

from proof.history import History
from proof.offices import OfficeView
from proof.plan import Plan, Wish
from proof.poison import KINDS, Kind, Raw
from shared.contracts import topics
from shared.contracts.envelope import Envelope
from shared.signatures import Signer

POLL_SECONDS = 0.01
STRANGER = Signer("5e" * 32)
AT_ONCE = 1_000  # records in flight while many are put


@dataclass(frozen=True, slots=True)
class Put:
    """A command over Kafka as meant. `late`: how old its own time says that it is; `source`: another one
    than the regional system's."""

    wish: Wish
    late: timedelta = timedelta()
    source: str | None = None


class Foreign:
    """One office's regional system. Records are sent once: what is sent again is another attempt."""

    def __init__(self, office: OfficeView, history: History, seed: int, number: int) -> None:
        self.office = office
        self.source = office.regional
        self.plan = Plan(seed, number, 1, "foreign")
        self._rng = random.Random(f"{seed}/{number}/foreign")
        self._history = history
        self._kinds = cycle(self._rng.sample(KINDS, len(KINDS)))
        self.activities = [f"dapodik-{seed}-{number}" for number in (1, 2)] + [
            f"keg-{seed}-{number}" for number in (1, 2, 3)
        ]
        self._meant: list[Put] = []
        self.unknown: list[Put] = []
        self._producers = {codec: Producer(_settings(office.kafka, codec)) for codec in ("none", "lz4")}
        self._polling: asyncio.Task[None] | None = None

    async def prepare(self) -> None:
        """Publish its own activities. Raises `TimeoutError` where the broker does not take them."""
        quotas = [{"id": "semua", "seats": 25}, {"id": "angkatan-2", "seats": 6, "cohorts": [2]}]
        async with asyncio.timeout(60):
            for name in self.activities[:2]:
                await self.insist(Put(self.plan.publish(name, quotas)))

    async def insist(self, put: Put) -> None:
        """Put a command again and again until the broker has it."""
        while not await self.put(put):
            self.unknown.remove(put)
            await asyncio.sleep(0.5)

    async def run(self, until: asyncio.Event, rate: float, poison: float = 0.01) -> None:
        """Open-loop, `rate` records a second, of which a part is poison; each is drawn in its turn."""
        due = time.monotonic()
        running: set[asyncio.Task[Any]] = set()
        try:
            while not until.is_set():
                due += self._rng.expovariate(rate)
                work = self._spoilt(next(self._kinds)) if self._rng.random() < poison else self._step()
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                running.add(task := asyncio.create_task(work))
                task.add_done_callback(running.discard)
            await asyncio.gather(*running)
        finally:  # cut off, it leaves nothing that would write to a producer that is closed
            for task in running:
                task.cancel()

    async def all_poison(self) -> None:
        """Every kind once, and another payload under an id that was used."""
        for kind in KINDS:
            await self._spoilt(kind)
        activity = self.activities[0]
        await self._other_payload(self.submission(activity), self.submission(activity))

    async def settle(self, until: float) -> int:
        """Send what is unknown again until the broker has it; answers how many it has not at `until`
        (monotonic seconds)."""
        while self.unknown and time.monotonic() < until:
            again, self.unknown = self.unknown, []
            await self.put_many(again)
            await asyncio.sleep(0.5 if self.unknown else 0)
        return len(self.unknown)

    async def put_many(self, puts: Sequence[Put]) -> None:
        """As fast as the broker takes them, in their order within a key."""
        for start in range(0, len(puts), AT_ONCE):
            await asyncio.gather(*(self.put(one) for one in puts[start : start + AT_ONCE]))

    async def close(self) -> None:
        if self._polling is not None:
            self._polling.cancel()
        for producer in self._producers.values():
            await asyncio.to_thread(producer.flush, 5)

    def submission(self, activity: str) -> Put:
        return Put(self.plan.submit(activity, self.plan.person()))

    def _step(self) -> Coroutine[Any, Any, Any]:
        """What comes next, all of it drawn now."""
        rng, activity = self._rng, self._rng.choice(self.activities)
        put = self.submission(activity)
        self._meant.append(put)
        match rng.choices(["new", "again", "thrice", "late", "other", "seats"], [70, 8, 8, 5, 5, 4])[0]:
            case "again":
                return self.put(rng.choice(self._meant[-500:]))
            case "thrice":
                return self.put_many([put] * 3)
            case "late":
                return self.put(Put(put.wish, timedelta(days=1)))
            case "other":
                return self._other_payload(put, self.submission(activity))
            case "seats":
                seats = rng.randint(15, 40)
                quotas = [{"id": "semua", "seats": seats}, {"id": "angkatan-2", "seats": 6, "cohorts": [2]}]
                return self.put(Put(self.plan.change(rng.choice(self.activities[:2]), quotas=quotas)))
        return self.put(put)

    async def _other_payload(self, put: Put, other: Put) -> None:
        """A record with the id of one that the broker has, and another person in it."""
        await self.insist(put)
        envelope = self._envelope(put)
        raw = Raw.of(envelope, _body(other.wish))
        await self._send(raw, put.wish.type, envelope, expect="id_reused", poison="other payload")

    def _spoilt(self, kind: Kind) -> Coroutine[Any, Any, bool]:
        put = self.submission(self.activities[0])
        envelope = self._envelope(put)
        told = {"expect": kind.expect, "poison": kind.name} if kind.expect else {"odd": kind.name}
        return self._send(kind.spoil(Raw.of(envelope, _body(put.wish))), put.wish.type, envelope, **told)

    async def put(self, put: Put) -> bool:
        """One attempt; whether the broker has it."""
        envelope = self._envelope(put)
        raw = Raw.of(envelope, _body(put.wish))
        if put.source is not None:  # whom the office does not know, so that nobody checks a signature
            raw = replace(raw, signed_by=None)
        sent = await self._send(raw, put.wish.type, envelope)
        if not sent:
            self.unknown.append(put)
        return sent

    def _envelope(self, put: Put) -> Envelope:
        at = (datetime.now(UTC) - put.late).strftime("%Y-%m-%dT%H:%M:%SZ")
        kind = f"id.simpul.{put.wish.type}.v1"
        return Envelope(put.wish.id, put.source or self.source, kind, put.wish.key, at)

    async def _send(self, raw: Raw, type_: str, envelope: Envelope, **more: Any) -> bool:
        known = {"office": self.office.code, "key": envelope.subject or "", "source": envelope.source}
        attempt = self._history.invoke(via="kafka", id=envelope.id, type=type_, **known, **more)
        error, message = await self._produced(self._signed(raw))
        if error is None and message is not None:
            self._history.answer(attempt, "ok", partition=message.partition(), offset=message.offset())
        elif error is not None and error.code() == KafkaError.MSG_SIZE_TOO_LARGE:
            self._history.answer(attempt, "fail", status="MSG_SIZE_TOO_LARGE")
        else:
            self._history.answer(attempt, "unknown", error=error.name() if error else None)
        return error is None

    def _signed(self, raw: Raw) -> Raw:
        """As it is when it is sent, spoilt or not, but for what cannot be signed."""
        named = dict(raw.headers)
        source, identifier, type_ = (named.get(f"ce_{name}") for name in ("source", "id", "type"))
        if raw.signed_by is None or not (source and identifier and type_):
            return raw
        signer = self.office.signer if raw.signed_by == "source" else STRANGER
        parts = (raw.key or b"", source, identifier, type_, raw.value or b"")
        return replace(raw, headers=[*raw.headers, signer.header(parts)])

    async def _produced(self, raw: Raw) -> tuple[KafkaError | None, Message | None]:
        self._polling = self._polling or asyncio.create_task(self._poll())
        done: asyncio.Future[tuple[KafkaError | None, Message | None]] = asyncio.Future()
        where: dict[str, Any] = {} if not raw.shift or raw.key is None else {"partition": self._beside(raw)}

        def told(error: KafkaError | None, message: Message) -> None:
            if not done.done():
                done.set_result((error, message))

        try:
            self._producers[raw.codec].produce(
                topics.intake(self.office.code),
                raw.value,
                raw.key,
                headers=raw.headers,  # type: ignore[arg-type]
                on_delivery=told,
                **where,
            )
        except KafkaException as refused:  # by the client itself
            return refused.args[0], None
        return await done

    def _beside(self, raw: Raw) -> int:
        """A partition on which a record of this key has no business."""
        right = (murmur2(raw.key) & 0x7FFFFFFF) % self.office.partitions
        return int(right + raw.shift) % self.office.partitions

    async def _poll(self) -> None:
        """librdkafka tells what became of records while it is asked."""
        while True:
            for producer in self._producers.values():
                producer.poll(0)
            await asyncio.sleep(POLL_SECONDS)


def _settings(bootstrap: str, codec: str) -> dict[str, Any]:
    return {
        "bootstrap.servers": bootstrap,
        "partitioner": "murmur2_random",  # its own default places keys otherwise than the rest of Kafka
        "acks": "all",
        "linger.ms": 5,
        "compression.codec": codec,
        "retries": 0,  # each attempt is one record at most, or the history could not count them
        "message.timeout.ms": 10_000,
        "message.max.bytes": 8_000_000,  # so that the broker is the one who refuses what is too large
        "log_level": 0,
    }


def _body(wish: Wish) -> Any:
    """What HTTP has in its path, a record has in its body."""
    return wish.body if wish.type == "activity.publish" else wish.body | {"activity": wish.key}
