"""In what format a database's rows lie: a version for each kind, so that no older program reads them."""

from collections.abc import Mapping

from shared.mongo.driver import DatabaseMisfit, Store

COLLECTION = "formats"
Formats = Mapping[str, int]
"""Kind of row -> version. What has none is of version 1."""


async def stored_formats(store: Store) -> dict[str, int]:
    return {row["_id"]: row["version"] for row in await store[COLLECTION].find({}).to_list(None)}


async def mark_formats(store: Store, formats: Formats) -> None:
    """Say that rows may be of these versions from now on; a newer one that stands is left. Idempotent."""
    for kind, version in formats.items():
        await store[COLLECTION].update_one({"_id": kind}, {"$max": {"version": version}}, upsert=True)


async def require_formats(store: Store, formats: Formats, mended_by: str) -> None:
    """Raises `DatabaseMisfit` unless rows are of the versions that this program writes."""
    stored = await stored_formats(store)
    for kind, version in formats.items():
        there = stored.get(kind, 1)
        if there > version:
            raise DatabaseMisfit(
                f"{store.name} holds {kind} in version {there}, and this program knows {version}: it was "
                "written by a newer one; start that one, or restore a backup from before"
            )
        if there < version:
            raise DatabaseMisfit(
                f"{store.name} holds {kind} in version {there}, not {version}: run `{mended_by}`"
            )
