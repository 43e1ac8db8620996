"""Making an office: its topics, its database with a cursor per partition, its ledger's id. Idempotent."""

import uuid
from contextlib import suppress
from datetime import UTC, datetime

from services.registration.adapters.people_upgrade import mark_fresh, require_upgraded
from services.registration.application.digests import Digests
from shared.contracts import topics
from shared.kafka.connection import KafkaSettings
from shared.kafka.offsets import GroupBusy, commit_first_offsets, survey
from shared.kafka.topics import TopicSpec, admin, ensure_topic, require_topic
from shared.mongo.driver import DatabaseMisfit, ReturnDocument, Store
from shared.mongo.indexes import ascending, make_indexes, require_indexes

COLLECTIONS = (
    "cursors",
    "facts",
    "outcomes",
    "parked",
    "activities",
    "registrations",
    "people",
    "perhaps_same",
    "keys",
    "counted",
    "forms",
    "uploads",
)
FORM_SECONDS = 86_400  # as long as a form may stay open
INDEXES = (
    *(ascending(collection, "command", unique=True, sparse=True) for collection in ("facts", "outcomes")),
    ascending("facts", "source", "intake", sparse=True),
    ascending("outcomes", "source", "_id"),
    ascending("parked", "digest", sparse=True),
    ascending("people", "ref", only={"who": {"$exists": True}}),
    ascending("people", "known_by", unique=True, sparse=True),
    ascending("people", "hints", sparse=True),
    ascending("registrations", "activity", "line", "arrival", only={"status": "waitlisted"}),
    ascending("activities", "promoting", only={"promoting": True}),
    ascending("counted", "until", expires=0),
    ascending("forms", "at", expires=FORM_SECONDS),
    ascending("uploads", "until", expires=0),
)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def specs(office: str, partitions: int) -> list[TopicSpec]:
    return [
        TopicSpec(topics.intake(office), partitions, topics.INTAKE_SETTINGS),
        TopicSpec(topics.facts(office), partitions, topics.FACTS_SETTINGS),
        TopicSpec(topics.directory(office), partitions, topics.DIRECTORY_SETTINGS),
    ]


async def provision(
    office: str, store: Store, kafka: KafkaSettings, partitions: int, replication: int
) -> list[str]:
    """Safe to repeat; says what it made. Raises `TopicMisfit`, `DatabaseMisfit`, `GroupBusy`."""
    said = await make_topics(office, kafka, partitions, replication)
    intake = topics.intake(office)
    bounds = await survey(kafka.bootstrap, [(intake, number) for number in range(partitions)])
    said += await _database(store, [bounds[intake, number][0] for number in range(partitions)])
    return said + await commit_offsets(office, kafka, partitions)


async def make_topics(office: str, kafka: KafkaSettings, partitions: int, replication: int) -> list[str]:
    """Raises `TopicMisfit`."""
    said: list[str] = []
    async with admin(kafka.bootstrap) as client:
        for spec in specs(office, partitions):
            said += await ensure_topic(client, spec, replication)
    return said


async def make_again(office: str, kafka: KafkaSettings, partitions: int, replication: int) -> list[str]:
    """Topics and first offsets that lack of an office that was there before. Raises `TopicMisfit`."""
    said = await make_topics(office, kafka, partitions, replication)
    with suppress(GroupBusy):  # members that are there seek by themselves
        said += await commit_offsets(office, kafka, partitions)
    return said


async def commit_offsets(office: str, kafka: KafkaSettings, partitions: int) -> list[str]:
    """Raises `GroupBusy`."""
    intake = topics.intake(office)
    group = topics.group(office, "registration")
    committed = await commit_first_offsets(kafka.bootstrap, group, intake, partitions)
    return [f"committed the first offsets of {committed} partitions of {intake}"] if committed else []


async def _database(store: Store, first_offsets: list[int]) -> list[str]:
    partitions = len(first_offsets)
    made = [name for name in COLLECTIONS if await store.ensure_collection(name)]
    await make_indexes(store, INDEXES)
    said = [f"made collections {', '.join(made)} in {store.name}"] if made else []
    await mark_fresh(store)
    existing = {row["_id"]: row for row in await store["cursors"].find({}).to_list(None)}
    if not existing:
        ledger = uuid.uuid4().hex
        await store["cursors"].insert_many(
            [_cursor(number, ledger, first) for number, first in enumerate(first_offsets)]
        )
        return [*said, f"minted ledger {ledger} with {partitions} cursors in {store.name}"]
    if len(existing) != partitions:
        raise DatabaseMisfit(f"{store.name} has {len(existing)} cursors, not {partitions}")
    return said


def _cursor(partition: int, ledger: str, first_offset: int) -> dict[str, object]:
    return {
        "_id": partition,
        "ledger": ledger,
        "epoch": 0,
        "next": first_offset,
        "number": 0,
        "published": 0,
        "published_offset": -1,
        "time": LONG_AGO,
        "totals": 0,
        "totals_at": LONG_AGO,
        "described": None,
    }


async def require_fit(office: str, store: Store, kafka: KafkaSettings) -> int:
    """The office's number of partitions. Raises `DatabaseMisfit` or `TopicMisfit` unless all is in place."""
    partitions = await store["cursors"].count_documents({})
    if not partitions:
        raise DatabaseMisfit(f"{store.name} was not provisioned: run `simpul provision office {office}`")
    await require_indexes(store, INDEXES, f"simpul provision office {office}")
    await require_upgraded(store, office)
    async with admin(kafka.bootstrap) as client:
        for spec in specs(office, partitions):
            await require_topic(client, spec)
    return partitions


async def require_key(store: Store, digests: Digests) -> None:
    """Keep the first key's fingerprint. Raises `DatabaseMisfit` where another key made the digests."""
    mark = {"_id": "person", "fingerprint": digests.fingerprint}
    row = await store["keys"].find_one_and_update(
        {"_id": "person"}, {"$setOnInsert": mark}, upsert=True, return_document=ReturnDocument.AFTER
    )
    if row is None or bytes(row["fingerprint"]) != digests.fingerprint:
        raise DatabaseMisfit(
            f"SIMPUL_PERSON_KEY is not the one that {store.name} was made with: nobody would be known again; "
            "set the former one"
        )
