"""Making the national database, and what there must be of it and of the topic. Idempotent."""

from typing import Final

from services.reporting.storage.backfill import make_public_figures, make_revisions
from services.reporting.storage.lease import READER, provision_lease
from shared.accounts.accounts_desk import COLLECTIONS as OF_ACCOUNTS
from shared.contracts.topics import NATIONAL_REPORTS, REPORTS_PARTITIONS, REPORTS_SETTINGS
from shared.kafka.connection import KafkaSettings
from shared.kafka.topics import TopicSpec, admin, require_topic
from shared.mongo.driver import DatabaseMisfit, Store
from shared.mongo.formats import mark_formats, require_formats
from shared.mongo.indexes import ascending, make_indexes, require_indexes

FIGURES_OF_OFFICES = ("cursors", "offices", "activities", "cells", "roll_ups", "veiled")
COLLECTIONS = (*FIGURES_OF_OFFICES, "lease", "revisions", *OF_ACCOUNTS)
INDEXES = (
    ascending("cells", "office", "activity"),
    ascending("cells", "month"),
    ascending("veiled", "office", "month"),
    ascending("revisions", "due", sparse=True),
    *(index for indexes in OF_ACCOUNTS.values() for index in indexes),
)
FORMATS: Final = {"cursors": 1, "cells": 1, "roll_ups": 1, "veiled": 1}
"""Versions of the rows that figures are made of."""
REPORTS = TopicSpec(NATIONAL_REPORTS, REPORTS_PARTITIONS, REPORTS_SETTINGS)


async def prepare(store: Store) -> list[str]:
    """Collections, indexes and the lease; what was made, in sentences."""
    made = [name for name in COLLECTIONS if await store.ensure_collection(name)]
    await make_indexes(store, INDEXES)
    await provision_lease(store)
    return [f"made collections {', '.join(made)} in {store.name}"] if made else []


async def provision(store: Store) -> list[str]:
    """As `prepare`, and what a database from before lacks."""
    said = await prepare(store)
    await mark_formats(store, FORMATS)
    if veiled := await make_public_figures(store):
        said.append(f"made what everyone may know of {veiled} activities in {store.name}")
    if rows := await make_revisions(store):
        said.append(f"{rows} rows of figures will be sent to {NATIONAL_REPORTS}")
    return said


async def require_provisioned(store: Store) -> None:
    """Raises `DatabaseMisfit`."""
    if not await store["lease"].find_one({"_id": READER}):
        raise DatabaseMisfit(f"{store.name} was not provisioned: run `simpul provision national`")
    await require_formats(store, FORMATS, "simpul provision national")
    await require_indexes(store, INDEXES, "simpul provision national")


async def require_topic_fits(kafka: KafkaSettings) -> None:
    """Raises `TopicMisfit`."""
    async with admin(kafka.bootstrap) as client:
        await require_topic(client, REPORTS)
