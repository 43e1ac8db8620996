"""What is done to a small system so that a mutant shows: each once, under load, and healed again."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from aiokafka.partitioner import murmur2
from confluent_kafka import Producer
from pymongo import AsyncMongoClient, MongoClient

from proof.checks.log import published_bytes
from proof.clients import resolved
from proof.faults.logs import repeated
from proof.faults.processes import killed_at, zombie_at
from proof.faults.row import Fault, Stage
from proof.foreign import Foreign, Put
from proof.plan import Plan, Wish
from proof.witnesses import Document, Fact, fact_of
from shared.contracts import topics

PAST_SESSION = 7.0  # seconds; the embedded broker's members are missed after twice their 3 s
Stimulus = Callable[[Stage], Awaitable[None]]


def _foreign(stage: Stage) -> Foreign:
    return next(iter(stage.load.foreign.values()))


@asynccontextmanager
async def _crowded(stage: Stage) -> AsyncIterator[None]:
    """Registrations in batches, so that a batch is under way whenever something happens."""

    async def feed() -> None:
        foreign = _foreign(stage)
        while True:
            puts = [foreign.submission(name) for name in foreign.activities[:2] for _ in range(10)]
            await foreign.put_many(puts)
            await asyncio.sleep(0.3)

    feeding = asyncio.create_task(feed())
    try:
        yield
    finally:
        feeding.cancel()
        with suppress(asyncio.CancelledError):
            await feeding


def _struck(fault: Fault, times: int = 1) -> Stimulus:
    """More than once where a fault may fall on a batch that is nothing but a tick."""

    async def strike(stage: Stage) -> None:
        for number in range(times):
            await asyncio.sleep(2 * PAST_SESSION if number else 0)  # the killed one's partitions have passed
            async with _crowded(stage), fault(stage):
                pass
        if not stage.struck:
            raise LookupError(stage.missed[0])

    return strike


async def repetitions(stage: Stage) -> None:
    """The same records three times, far enough apart to be decided in several batches."""
    foreign = _foreign(stage)
    puts = [foreign.submission(foreign.activities[0]) for _ in range(10)]
    for _ in range(3):
        await foreign.put_many(puts)
        await asyncio.sleep(0.5)


async def poison(stage: Stage) -> None:
    await _foreign(stage).all_poison()


async def strangers(stage: Stage) -> None:
    await next(iter(stage.load.strangers.values())).each()


async def oddities(stage: Stage) -> None:
    await next(iter(stage.load.oddities.values())).all()


async def seat_for_three(stage: Stage) -> None:
    """Three wait behind one, who goes and comes back."""
    clients = next(iter(stage.load.offices.values()))
    plan = Plan(stage.system.seed, 0, 1, "burst")
    opening = plan.extra("kursi", [{"id": "semua", "seats": 1}])
    await clients.insist(opening)
    people = [plan.person() for _ in range(4)]
    submits = [plan.submit(opening.key, person) for person in people]
    for wish in submits:
        await clients.insist(wish)
    path, code = "/registrations/{}", f"{submits[0].id}-batal"
    leave = Wish("registration.cancel", opening.key, code, "DELETE", path, about=(submits[0].id,))
    cancelling = resolved(leave, clients.registrations)
    assert cancelling is not None, "it was decided"
    await clients.insist(cancelling)
    await clients.insist(replace(plan.submit(opening.key, people[0])))


async def offer_taken_and_left(stage: Stage) -> None:
    """Who is offered a seat takes it, and cancels: the next is offered it, and lets it pass."""
    clients = next(iter(stage.load.offices.values()))
    plan = Plan(stage.system.seed, 1, 1, "burst")
    quotas = [{"id": "semua", "seats": 1}]
    opening = plan.publish(f"keg-{stage.system.seed}-tawaran", quotas, offer_within="PT5S")
    await clients.insist(opening)
    submits = [plan.submit(opening.key, plan.person()) for _ in range(4)]
    for wish in submits:
        await clients.insist(wish)
    doing = [("cancel", 0, "DELETE", ""), ("accept", 1, "POST", "/offer/accept"), ("leave", 1, "DELETE", "")]
    for name, at, method, more in doing:
        path, code, about = f"/registrations/{{}}{more}", f"{submits[at].id}-{name}", (submits[at].id,)
        kind = "offer.accept" if more else "registration.cancel"
        asked = resolved(Wish(kind, opening.key, code, method, path, about=about), clients.registrations)
        assert asked is not None, "it was decided"
        await clients.insist(asked)


async def seats_held_and_wanted(stage: Stage) -> None:
    """Two of three seats are held for who is invited; more come than there are left; then the date passes."""
    clients = next(iter(stage.load.offices.values()))
    plan = Plan(stage.system.seed, 2, 1, "burst")
    name = f"keg-{stage.system.seed}-undangan"
    await clients.insist(plan.publish(name, [{"id": "semua", "seats": 3}]))
    until = datetime.now(UTC) + timedelta(seconds=6)
    invited = {
        "to": {"name": "Kepala SD Kenari", "email": f"sd{stage.system.seed}@kenari.example"},
        "seats": 2,
        "until": until.isoformat(),
        "category": "guru",
    }
    path = f"/activities/{name}/invitations"
    await clients.insist(Wish("invitation.send", name, f"{name}-kirim", "POST", path, invited))
    for _ in range(4):
        await clients.insist(plan.submit(name, plan.person()))


async def one_person_twice(stage: Stage) -> None:
    """New people register at once for an activity of each partition: both instances own some of them."""
    foreign = _foreign(stage)
    names = {_partition(foreign, name): name for name in foreign.activities}.values()
    for _ in range(5):
        people = [foreign.plan.person() for _ in range(20)]
        await foreign.put_many(
            [Put(foreign.plan.submit(name, person)) for person in people for name in names]
        )


def _partition(foreign: Foreign, key: str) -> int:
    return int((murmur2(key.encode()) & 0x7FFFFFFF) % foreign.office.partitions)


async def handed_over(stage: Stage) -> None:
    """Each instance in turn is held past its session, so that partitions go to the other and come back."""
    async with _crowded(stage):
        for service in stage.system.of_kind("registration"):
            stage.fault(service.name)
            stage.system.signal(service.name, signal.SIGSTOP)
            await asyncio.sleep(PAST_SESSION)
            stage.system.signal(service.name, signal.SIGCONT)
            await asyncio.sleep(4)


async def two_owners(stage: Stage) -> None:
    """One instance is held before its transaction until the other has claimed the partition, and commits
    before that one has decided anything."""
    system, name = stage.system, topics.database(_foreign(stage).office.code, "registration")
    async with AsyncMongoClient[Document](system.mongo) as client:

        async def cursors(field: str) -> list[int]:
            return [row[field] async for row in client[name]["cursors"].find({}).sort("_id", 1)]

        async def until_moved(field: str, before: list[int]) -> None:
            while await cursors(field) == before:
                await asyncio.sleep(0.002)

        await cursors("epoch")  # the connection stands before it is needed
        async with _crowded(stage), zombie_at("registration", "before-transaction")(stage):
            if stage.missed:
                raise LookupError(stage.missed[0])
            zombie = next(one for one in system.of_kind("registration") if one.stopped)
            (other,) = (one for one in system.of_kind("registration") if one is not zombie)
            async with asyncio.timeout(30):
                await until_moved("epoch", await cursors("epoch"))
                system.arm(other.name, "before-transaction", "stop")  # it claims all before it decides any
                while not other.stopped:
                    await asyncio.sleep(0.01)
            before = await cursors("next")
            system.signal(zombie.name, signal.SIGCONT)
            with suppress(TimeoutError):  # where there is a guard it commits nothing
                async with asyncio.timeout(3):
                    await until_moved("next", before)
            system.signal(other.name, signal.SIGCONT)


async def ahead_of_its_turn(stage: Stage) -> None:
    """As a zombie's late record may: the last fact of a batch is in the topic before those it follows."""
    names = [service.name for service in stage.system.of_kind("registration")]
    async with _crowded(stage):
        for _ in range(20):
            for name in names:
                stage.system.arm(name, "after-commit", "stop")
            while not any(stage.system.sprung(name) for name in names):
                await asyncio.sleep(0.02)
            await asyncio.sleep(0.1)  # whoever is not stopped publishes what it has
            done = await asyncio.to_thread(_publish_the_last, stage)
            for name in names:
                stage.system.disarm(name)
                stage.system.signal(name, signal.SIGCONT)
            if done:
                stage.fault(names[0], point="after-commit", action="published ahead")
                return
            await asyncio.sleep(1)
    raise LookupError("no batch left two facts unpublished")


def _publish_the_last(stage: Stage) -> bool:
    """The last committed fact of a partition that lacks two or more in the topic; False if none does."""
    office = _foreign(stage).office
    with MongoClient[Document](stage.system.mongo, tz_aware=True) as client:
        database = client[topics.database(office.code, "registration")]
        for cursor in database["cursors"].find({}):
            if cursor["number"] > cursor["published"] + 1:
                row = database["facts"].find_one({"_id": cursor["_id"] << 40 | cursor["number"]})
                if row is not None:
                    _produce(office.kafka, fact_of(office.code, row), cursor["ledger"])
                    return True
    return False


def _produce(kafka: str, fact: Fact, ledger: str) -> None:
    told = {"specversion": "1.0", "id": fact.id, "source": f"/{fact.office}/registration"}
    told |= {"type": fact.row["type"], "subject": fact.key, "time": fact.at}
    headers: list[tuple[str, Any]] = [(f"ce_{name}", value.encode()) for name, value in told.items()]
    producer = Producer({"bootstrap.servers": kafka, "log_level": 0, "acks": "all"})
    producer.produce(
        topics.facts(fact.office),
        published_bytes(fact, ledger, fact.key),
        fact.key.encode(),
        partition=fact.partition,
        headers=[*headers, ("content-type", b"application/json")],
    )
    producer.flush(10)


STIMULI: Final[dict[str, Stimulus]] = {
    "repetitions": repetitions,
    "poison": poison,
    "strangers": strangers,
    "oddities": oddities,
    "a seat for three": seat_for_three,
    "an offer taken and left": offer_taken_and_left,
    "seats held and wanted": seats_held_and_wanted,
    "one person twice at once": one_person_twice,
    "killed in a transaction": _struck(killed_at("registration", "in-transaction"), times=2),
    "killed half published": _struck(killed_at("registration", "half-published")),
    "facts again": _struck(repeated(topics.facts, 1, 1)),
    "killed before DATA": _struck(killed_at("notification", "before-data")),
    "two owners of one partition": two_owners,
    "handed over and back": handed_over,
    "a fact ahead of its turn": ahead_of_its_turn,
}
