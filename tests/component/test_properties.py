"""One partition's owner on a real database, with records that hypothesis makes up."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from bson import json_util
from hypothesis import Phase, event, example, given, settings
from hypothesis import strategies as st

from services.registration.features.people.people import KnownPerson
from services.registration.features.people.store import person_row
from services.registration.kernel.batch import OfficeStatements, partition_key
from services.registration.kernel.partition_processor import PartitionProcessor
from services.registration.kernel.partition_status import PartitionStatus
from services.registration.kernel.ports import Ports
from services.registration.kernel.received_commands import CommandReader, PoisonRecord, ReceivedCommand
from services.registration.kernel.sources import Sources
from services.registration.storage.directory_writer import DirectoryWriter
from services.registration.storage.documents import position
from services.registration.storage.intake import Intake
from services.registration.storage.ledger import Ledger
from services.registration.storage.loader import Loader
from services.registration.storage.outcomes import Outcomes
from services.registration.storage.provision import LONG_AGO
from services.registration.storage.publisher import Publisher
from services.registration.storage.state_check import check_states
from shared.contracts.commands import (
    CancelActivity,
    CancelRegistration,
    ChangeActivity,
    Command,
    Participant,
    RecordAttendance,
    SubmitRegistration,
    Tick,
)
from shared.contracts.envelope import Envelope
from shared.kafka.records import partition_of
from shared.mongo.driver import is_passing
from tests.support.features import ALL
from tests.support.office import TestOffice, activity, new_office, office_file, person
from tests.support.servers import Servers
from tests.unit.registration.test_reading import ANYTHING, Anything

pytestmark = pytest.mark.broker

PARTITION = partition_of(b"rakor-bali-2024", 6)  # which the golden samples are about
BEGUN = datetime(2026, 1, 5, tzinfo=UTC)
ACTIVITIES = [
    name for name in (f"keg-{n}" for n in range(60)) if partition_of(name.encode(), 6) == PARTITION
][:2]
PEOPLE = 8
KEPT = ("facts", "private", "outcomes", "parked", "registrations", "activities")
UNREADABLE: Any = None  # a store of which nothing can be read
CATEGORIES = ["guru", "dinas", "komunitas"]
SESSION = {
    "id": "sesi-1",
    "title": "Pertemuan 1",
    "starts": BEGUN,
    "ends": BEGUN + timedelta(hours=2),
    "zone": "WITA",
    "jp": 4,
}


@dataclass(repr=False)
class Desk:
    """The office with its people, of whom the last two are met for the first time in each run."""

    office: TestOffice
    ports: Ports
    ids: dict[tuple[str, int, int], str] = field(default_factory=dict)

    async def play(self, records: Sequence[Anything], cuts: Sequence[int], claims: Sequence[bool]) -> str:
        """Decide the records from an empty register, cut and handed over as told; all that is then stored."""
        owner = await self.begin()
        left, number = [*records], 0
        while left:
            size = cuts[number % len(cuts)]
            if claims[number % len(claims)]:
                owner = await self.owner()
            assert await owner.decide(left[:size]) is None
            left, number = left[size:], number + 1
        return await self._stored()

    async def begin(self) -> PartitionProcessor:
        """Of an empty register."""
        await self._empty()
        return await self.owner()

    async def owner(self) -> PartitionProcessor:
        """Who has just claimed the partition."""
        held = PartitionStatus(PARTITION)
        held.claim(await self.ports.ledger.claim(PARTITION))
        return PartitionProcessor(held, self.ports)

    async def _empty(self) -> None:
        store = self.office.store
        for name in KEPT:
            await store[name].delete_many({})
        known = {"next": 0, "number": 0, "totals": 0, "totals_at": LONG_AGO, "time": LONG_AGO}
        await store["cursors"].update_one({"_id": PARTITION}, {"$set": known})
        fresh = [self.office.digests.person(participant(n)).email for n in (PEOPLE - 2, PEOPLE - 1)]
        await store["people"].delete_many({"known_by": {"$in": fresh}})

    async def _stored(self) -> str:
        store = self.office.store
        rows = {name: await store[name].find({}).sort("_id", 1).to_list(None) for name in KEPT}
        # who is met for the first time gets a random ref, from which the registration's id follows
        people = {row["ref"]: row["who"]["email"] for row in await store["people"].find({}).to_list(None)}
        names = {row["_id"]: (people[row["who"]["ref"]], row["round"]) for row in rows["registrations"]}
        names |= {row["who"]["ref"]: people[row["who"]["ref"]] for row in rows["registrations"]}
        rows["registrations"].sort(key=lambda row: str(names[row["_id"]]) + row["activity"])
        text = json_util.dumps(rows, sort_keys=True)
        for random, stable in names.items():
            text = text.replace(random, str(stable))
        return text


def participant(number: int) -> Participant:
    return Participant.model_validate(person(number)["participant"])


@pytest_asyncio.fixture(scope="module")
async def desk(servers: Servers) -> AsyncIterator[Desk]:
    async with new_office(servers) as office:
        store, digests = office.store, office.digests
        of = office.of
        ledger = Ledger(of, ALL)
        desk = Desk(
            office,
            Ports(
                features=ALL,
                reading=CommandReader(Sources(office.code), office.partitions, digests, ALL),
                ledger=ledger,
                register=Loader(of, ALL),
                publisher=Publisher(
                    of,
                    ledger,
                    ALL,
                    office.producer,
                    DirectoryWriter(office.code, office.producer, office.partitions, None),
                    office.partitions,
                ),
                intake=Intake(office.code, office.cluster, office.producer, office.partitions),
                standing=OfficeStatements.of(office_file(office.code).described(), timedelta(seconds=1)),
                is_passing=is_passing,
                trim_every=None,
            ),
        )
        for number in range(PEOPLE):
            who, ref = participant(number), f"{number:024x}"
            found = digests.person(who)
            known = KnownPerson(ref, ref, {found.email}, {found.address}, who.name)
            await store["people"].insert_one(person_row(known, who.model_dump(exclude_none=True)))
            for name in ACTIVITIES:
                for round_ in (1, 2, 3):
                    desk.ids[name, number, round_] = digests.registration(name, ref, round_)
        yield desk


NUMBERS = st.integers(0, PEOPLE - 1)
KNOWN = st.integers(0, PEOPLE - 3)
WHERE = st.sampled_from(ACTIVITIES)
SEATS = st.lists(st.integers(0, 5), min_size=2, max_size=2)
KINDS: dict[str, tuple[st.SearchStrategy[Any], ...]] = {
    "submit": (WHERE, NUMBERS),
    "cancel": (WHERE, KNOWN, st.sampled_from([1, 1, 1, 2, 3])),
    "seats": (WHERE, SEATS),
    "attend": (WHERE, KNOWN, st.booleans()),
    "tick": (WHERE,),
    "again": (st.integers(0, 100),),
    "other": (st.integers(0, 100),),
    "end": (st.sampled_from([ACTIVITIES[1]] * 3 + [ACTIVITIES[0]]),),
}
OFTEN = ["submit"] * 5 + ["cancel"] * 7 + ["seats"] * 3 + ["attend"] * 3 + ["tick"] * 2 + ["again", "other"]
ASKED = st.sampled_from(OFTEN * 3 + ["end"]).flatmap(lambda kind: st.tuples(st.just(kind), *KINDS[kind]))


def quotas(seats: Sequence[int]) -> list[dict[str, Any]]:
    return [{"id": "semua", "seats": seats[0]}, {"id": "guru", "seats": seats[1], "categories": ["guru"]}]


def command(desk: Desk, asked: tuple[Any, ...]) -> Command:
    match asked:
        case ("submit", name, number):
            who = person(number, category=CATEGORIES[number % 3])
            return SubmitRegistration.model_validate(who | {"activity": name})
        case ("cancel", name, number, round_):
            return CancelRegistration(registration=desk.ids[name, number, round_])
        case ("attend", name, number, present):
            one = desk.ids[name, number, 1]
            return RecordAttendance(activity=name, session="sesi-1", registration=one, present=present)
        case ("seats", name, seats):
            return ChangeActivity.model_validate({"activity": name, "quotas": quotas(seats)})
        case ("end", name):
            return CancelActivity(activity=name)
    return Tick()


def headers(identifier: str, kind: str, key: str | None = None) -> tuple[tuple[str, bytes], ...]:
    return tuple(Envelope(identifier, "urn:uji", kind, key).headers())


def is_tick(item: ReceivedCommand | PoisonRecord) -> bool:
    return isinstance(item, ReceivedCommand) and isinstance(item.command, Tick)


def intake(desk: Desk, asked: Sequence[tuple[Any, ...]]) -> list[Anything]:
    """The log of a partition: both activities are published, then comes what was asked."""
    published = [
        activity(
            name,
            quotas=quotas([2, 1]),
            opens=BEGUN - timedelta(days=1),
            closes=BEGUN + timedelta(days=9),
            sessions=[SESSION],
        )
        for name in ACTIVITIES
    ]
    sent: list[tuple[str, str, Command]] = [(one.id, f"terbit-{one.id}", one) for one in published]
    for number, one in enumerate(asked):
        if one[0] == "again":
            sent.append(sent[one[1] % len(sent)])
        elif one[0] == "other":
            key, identifier, _ = sent[one[1] % len(sent)]
            sent.append((key, identifier, command(desk, ("seats", key, [9, 9]))))
        else:
            key = partition_key(PARTITION) if one[0] == "tick" else one[1]
            sent.append((key, f"id-{number}", command(desk, one)))
    return [
        Anything(
            key.encode(),
            what.encoded(),
            headers(identifier, what.type, key),
            timestamp=int(BEGUN.timestamp() * 1000) + 300 * offset,
            partition=PARTITION,
            offset=offset,
        )
        for offset, (key, identifier, what) in enumerate(sent)
    ]


PHASES = [Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink]  # explaining would take minutes
CUTS = st.lists(st.integers(1, 12), min_size=1, max_size=6)
CLAIMS = st.lists(st.booleans(), min_size=1, max_size=6)


@example(came=[*range(PEOPLE)], asked=[("seats", ACTIVITIES[0], [3, 1])], cuts=[1], claims=[False])
@given(
    came=st.permutations(range(PEOPLE)),
    asked=st.lists(ASKED, min_size=20, max_size=50),
    cuts=CUTS,
    claims=CLAIMS,
)
@settings(max_examples=8, phases=PHASES)
async def test_any_cut_of_the_same_commands_into_batches_gives_the_same_facts(
    desk: Desk, came: list[int], asked: list[tuple[Any, ...]], cuts: list[int], claims: list[bool]
) -> None:
    full = [("submit", ACTIVITIES[0], number) for number in came]
    records = intake(desk, [*full, *asked])
    whole = await desk.play(records, [len(records)], [False])
    for kind in (
        "promoted",
        "registration.cancelled",
        "activity.cancelled",
        "recorded",
        "totals",
        "id_reused",
    ):
        event(f"{kind}: {kind in whole}")
    assert await desk.play(records, cuts, claims) == whole
    findings = await check_states(desk.office.store, ALL)
    assert (findings.mismatches, findings.surplus, findings.facts_without_row) == ([], {}, 0)
    assert findings.states == len(ACTIVITIES) + await desk.office.store["registrations"].count_documents({})


@given(asked=st.lists(ASKED, min_size=10, max_size=40), cuts=CUTS, claims=CLAIMS)
@settings(max_examples=8, phases=PHASES)
async def test_what_was_just_committed_is_told_and_sent_as_it_stands_in_the_ledger(
    desk: Desk, asked: list[tuple[Any, ...]], cuts: list[int], claims: list[bool]
) -> None:
    code, store = desk.office.code, desk.office.store
    told, standing = Outcomes(UNREADABLE, code, ALL), Outcomes(store, code, ALL)
    ledger, reading = Ledger(desk.office.of, ALL, told.tell), Ledger(desk.office.of, ALL)
    desk = replace(desk, ports=replace(desk.ports, ledger=ledger))
    owner, left, number, sent = await desk.begin(), intake(desk, asked), 0, 0
    met: set[bytes] = set()
    while left:
        size = cuts[number % len(cuts)]
        if claims[number % len(claims)]:
            owner = await desk.owner()
        read = [desk.ports.reading.read(one) for one in left[:size]]
        fresh = {one.digest: one.key for one in read if isinstance(one, ReceivedCommand) and not is_tick(one)}
        waiting = {
            digest: asyncio.create_task(told.wait(digest, key, 20))
            for digest, key in fresh.items()
            if digest not in met
        }
        await asyncio.sleep(0)  # they wait now
        assert await owner.decide(left[:size]) is None
        heard = {digest: await answer for digest, answer in waiting.items()}
        assert heard == await standing.find(list(heard))
        rows = await ledger.unpublished(PARTITION, sent)
        there = await reading.unpublished(PARTITION, sent)
        assert rows == there[: len(rows)]
        assert bool(rows) == bool(there), "some of them while there are any"
        sent += len(rows) // (1 + number % 2)  # half of them are sent again
        met |= fresh.keys()
        left, number = left[size:], number + 1


@given(sent=st.lists(ANYTHING, min_size=1, max_size=40), cuts=CUTS)
@settings(max_examples=25, phases=PHASES)
async def test_whatever_bytes_come_each_record_has_an_outcome_or_is_parked(
    desk: Desk, sent: list[Anything], cuts: list[int]
) -> None:
    before = intake(desk, [("submit", ACTIVITIES[0], 0)])
    strange = [replace(one, partition=PARTITION, offset=at) for at, one in enumerate(sent, len(before))]
    after = intake(desk, [("submit", ACTIVITIES[0], 1)])[-1]
    after = replace(
        after, offset=len(before) + len(sent), headers=headers("sesudah", SubmitRegistration.type)
    )
    await desk.play([*before, *strange, after], cuts, [False])
    store = desk.office.store
    cursor = await store["cursors"].find_one({"_id": PARTITION})
    assert cursor["next"] == after.offset + 1
    places = {row["intake"] async for row in store["facts"].find({"intake": {"$exists": True}})}
    places |= {row["_id"] for name in ("outcomes", "parked") async for row in store[name].find({})}
    known = {row.get("command") for name in ("facts", "outcomes") async for row in store[name].find({})}
    assert position(PARTITION, after.offset) in places, "what is behind them is decided"
    for one in strange:
        item = desk.ports.reading.read(one)
        repeated = isinstance(item, ReceivedCommand) and item.digest in known
        assert position(PARTITION, one.offset) in places or repeated or is_tick(item)
    assert not await store["parked"].count_documents({"reason": "failed"})
