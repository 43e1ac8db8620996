"""Making an office: its topics, its database with a cursor per partition, its ledger's id. Idempotent."""

import uuid
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from services.registration.kernel.digests import Digests
from services.registration.kernel.features import Features
from services.registration.storage.formats import FACTS, formats, holds_private
from shared.contracts import topics
from shared.kafka.cluster import Cluster
from shared.kafka.connection import KafkaSettings
from shared.kafka.offsets import GroupBusy, commit_first_offsets, survey
from shared.kafka.topics import TopicSpec, admin, ensure_topic
from shared.mongo.driver import DatabaseMisfit, ReturnDocument, Store
from shared.mongo.formats import mark_formats, require_formats
from shared.mongo.indexes import Index, ascending, make_indexes, require_indexes

BY_STAFF: Final = {"actor": {"$exists": True}}
COLLECTIONS: Final[Mapping[str, tuple[Index, ...]]] = {
    "cursors": (),
    "facts": (
        ascending("facts", "command", unique=True, sparse=True),
        ascending("facts", "source", "intake", sparse=True),
        Index("facts", (("at", -1), ("_id", -1)), only=BY_STAFF),
        Index("facts", (("key", 1), ("at", -1)), only=BY_STAFF),
    ),
    "private": (),
    "outcomes": (
        ascending("outcomes", "command", unique=True, sparse=True),
        ascending("outcomes", "source", "_id"),
    ),
    "parked": (ascending("parked", "digest", sparse=True),),
    "keys": (),
    "formats": (),
}
"""Of every office, whatever its features; with their indexes."""
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
RESTART: Final = timedelta(minutes=15)  # in which all instances of an office get its first key


def collections(features: Features) -> dict[str, tuple[Index, ...]]:
    found = dict(COLLECTIONS)
    for feature in features.features:
        found |= feature.collections
    return found


def indexes(features: Features) -> list[Index]:
    return [index for of_collection in collections(features).values() for index in of_collection]


def specs(office: str, partitions: int) -> list[TopicSpec]:
    return [
        TopicSpec(topics.intake(office), partitions, topics.INTAKE_SETTINGS),
        TopicSpec(topics.facts(office), partitions, topics.FACTS_SETTINGS),
        TopicSpec(topics.directory(office), partitions, topics.DIRECTORY_SETTINGS),
    ]


async def provision(
    office: str,
    store: Store,
    features: Features,
    kafka: KafkaSettings,
    partitions: int,
    replication: int,
) -> list[str]:
    """Safe to repeat; says what it made. Raises `TopicMisfit`, `DatabaseMisfit`, `GroupBusy`."""
    said = await make_topics(office, kafka, partitions, replication)
    intake = topics.intake(office)
    bounds = await survey(kafka.bootstrap, [(intake, number) for number in range(partitions)])
    said += await provision_database(
        store, features, [bounds[intake, number][0] for number in range(partitions)]
    )
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


async def provision_database(store: Store, features: Features, first_offsets: list[int]) -> list[str]:
    """`first_offsets`: where each partition of intake begins. Raises `DatabaseMisfit`."""
    partitions = len(first_offsets)
    made = [name for name in collections(features) if await store.ensure_collection(name)]
    await make_indexes(store, indexes(features))
    said = [f"made collections {', '.join(made)} in {store.name}"] if made else []
    for upgrade in features.upgrades:
        await upgrade.mark_fresh(store)
    written = formats(features)
    if await holds_private(store):
        del written[FACTS]  # until they are moved
    await mark_formats(store, written)
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


async def require_fit(office: str, store: Store, features: Features, cluster: Cluster) -> int:
    """The office's number of partitions. Raises `DatabaseMisfit` or `TopicMisfit` unless all is in place."""
    partitions = await store["cursors"].count_documents({})
    if not partitions:
        raise DatabaseMisfit(f"{store.name} was not provisioned: run `simpul provision office {office}`")
    await require_indexes(store, indexes(features), f"simpul provision office {office}")
    await require_formats(store, formats(features), f"simpul provision office {office}")
    for upgrade in features.upgrades:
        await upgrade.require(store, office)
    await cluster.require(specs(office, partitions))
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


async def signed_from(store: Store) -> datetime:
    """From when on the office's own commands must be signed, once it has a key: always in an office that has
    decided nothing yet, else from a while after the first instance had one, since others still write."""
    begun = await store["cursors"].find_one({"number": {"$gt": 0}}) is not None
    since = await store.now() + RESTART if begun else LONG_AGO
    row = await store["keys"].find_one_and_update(
        {"_id": "records"},
        {"$setOnInsert": {"signed_from": since}},
        upsert=True,
        return_document=ReturnDocument.AFTER,
    )
    found: datetime = row["signed_from"] if row else since
    return found
