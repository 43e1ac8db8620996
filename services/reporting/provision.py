"""Making the national database. Idempotent."""

from services.reporting.backfill import veil_all
from shared.contracts.topics import NATIONAL_DATABASE
from shared.kafka.connection import KafkaSettings
from shared.mongo.driver import DatabaseMisfit, Driver, Store, connect

COLLECTIONS = ("cursors", "offices", "activities", "cells", "roll_ups", "veiled")


async def provision_national(mongo_url: str, driver: Driver, _kafka: KafkaSettings) -> list[str]:
    """Make what is missing; returns what was made, in sentences. Topics of offices are theirs to make."""
    store = connect(mongo_url, NATIONAL_DATABASE, driver)
    try:
        return await provision(store)
    finally:
        await store.close()


async def provision(store: Store) -> list[str]:
    made = [name for name in COLLECTIONS if await store.ensure_collection(name)]
    await store["cells"].create_index([("office", 1), ("activity", 1)])
    await store["cells"].create_index("month")
    await store["veiled"].create_index([("office", 1), ("month", 1)])
    said = [f"made collections {', '.join(made)} in {store.name}"] if made else []
    if veiled := await veil_all(store):
        said.append(f"made what everyone may know of {veiled} activities in {store.name}")
    return said


async def require_provisioned(store: Store) -> None:
    """Raises `DatabaseMisfit`."""
    if not await store.exists():
        raise DatabaseMisfit(f"{store.name} was not provisioned: run `simpul provision national`")
