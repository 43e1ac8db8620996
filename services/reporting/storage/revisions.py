"""Which rows the national topic lacks: beside the roll-ups, so that these stay the same bytes.

A document of `revisions` for each row that ever was: `rev`, of the transaction that changed it last;
`published_rev`; and `due` while the topic lacks it. A row that is zero is no roll-up, but has its revision.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bson import Int64

from services.reporting.storage.lease import FIGURES, LeaseLost
from shared.contracts.facts import MEASURES
from shared.contracts.reports import Row, national_row
from shared.mongo.driver import Document, Session, Store, UpdateOne

PAGE_ROWS: Final = 500


@dataclass(frozen=True, slots=True)
class Revision:
    """`row` is None where nothing is counted any more."""

    key: str
    rev: int
    row: Row | None


async def mark_changed(store: Store, keys: Sequence[str], rev: int, session: Session) -> None:
    fresh = {"published_rev": Int64(0)}
    writes = [
        UpdateOne(
            {"_id": key}, {"$set": {"rev": Int64(rev), "due": True}, "$setOnInsert": fresh}, upsert=True
        )
        for key in keys
    ]
    if writes:
        await store["revisions"].bulk_write(writes, ordered=False, session=session)


async def mark_unknown_due(store: Store, keys: Sequence[str]) -> int:
    """Make those rows due that have no revision; how many they are."""
    fresh: Document = {"rev": Int64(0), "published_rev": Int64(0), "due": True}
    writes = [UpdateOne({"_id": key}, {"$setOnInsert": fresh}, upsert=True) for key in keys]
    return (await store["revisions"].bulk_write(writes, ordered=False)).upserted_count if writes else 0


async def mark_all_due(store: Store) -> None:
    await store["revisions"].update_many({}, {"$set": {"due": True}})


async def count_due(store: Store) -> int:
    return await store["revisions"].count_documents({"due": True})


async def due_revisions(store: Store, epoch: int) -> list[Revision]:
    """Some rows that the topic lacks, each with its rev as of one moment. Raises `LeaseLost`."""
    if await store["revisions"].find_one({"due": True}) is None:
        return []

    async def work(session: Session) -> list[Revision]:
        if await store["lease"].find_one({"_id": FIGURES, "epoch": epoch}, session=session) is None:
            raise LeaseLost
        found = store["revisions"].find({"due": True}, session=session).limit(PAGE_ROWS)
        revs = {row["_id"]: row["rev"] for row in await found.to_list(None)}
        rows = store["roll_ups"].find({"_id": {"$in": list(revs)}}, session=session)
        rolled = {row["_id"]: row for row in await rows.to_list(None)}
        return [Revision(key, rev, _row(rev, rolled.get(key))) for key, rev in revs.items()]

    return await store.transaction(work)


async def mark_published(store: Store, sent: Iterable[Revision]) -> None:
    """Of rows that the topic has. One whose rev is another by now is sent once more, whoever sent it:
    what we sent may have come after the newer."""
    writes: list[UpdateOne] = []
    for one in sent:
        ours, another = {"rev": one.rev}, {"rev": {"$ne": one.rev}}
        done: Document = {"$set": {"published_rev": Int64(one.rev)}, "$unset": {"due": ""}}
        writes.append(UpdateOne({"_id": one.key} | ours, done))
        writes.append(UpdateOne({"_id": one.key} | another, {"$set": {"due": True}}))
    if writes:
        await store["revisions"].bulk_write(writes)


def _row(rev: int, row: Document | None) -> Row | None:
    if row is None:
        return None
    figures: Document = {measure: row.get(measure, 0) for measure in MEASURES}
    if not any(figures.values()):
        return None  # all that it holds are measures that the topic has no column for
    key = {name: row[name] for name in ("office", "month", "kind", "category")}
    return national_row(tuple(MEASURES))(**(key | figures | {"rev": rev}))
