"""The cursors of all partitions, in the database."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

from bson import Int64

from services.reporting.domain.cursor import Control, Cursor
from services.reporting.domain.sums import zeros
from services.reporting.storage.encoding import encode_sums
from shared.contracts.topics import office_of
from shared.kafka.records import Where
from shared.mongo.driver import Document, Session, Store, UpdateOne


class CursorMoved(Exception):
    """Facts of the partition were applied meanwhile: read its cursor again."""


def cursor_of(row: Document) -> Cursor:
    known = {name: value for name, value in row.items() if name != "_id"}
    control = Control(**row["control"]) if row["control"] else None
    return Cursor(**(known | {"control": control, "sums": zeros() | row["sums"]}))


def document_of(cursor: Cursor) -> Document:
    numbers = {"number": Int64(cursor.number), "offset": Int64(cursor.offset)}
    return asdict(cursor) | numbers | {"sums": encode_sums(cursor.sums)}


def cursor_id(where: Where) -> str:
    return f"{office_of(where[0])}|{where[1]}"


async def ensure_cursors(store: Store, wheres: Iterable[Where]) -> dict[Where, Cursor]:
    """The cursors of these partitions; those that are new begin before the first fact."""
    fresh = [Cursor(office_of(topic), partition) for topic, partition in wheres]
    ids = [cursor_id(one.where) for one in fresh]
    found = await _found(store, ids)
    if len(found) < len(fresh):
        for one in fresh:
            await store["cursors"].update_one(
                {"_id": cursor_id(one.where)}, {"$setOnInsert": document_of(one)}, upsert=True
            )
        found = await _found(store, ids)
    return found


async def _found(store: Store, ids: list[str]) -> dict[Where, Cursor]:
    rows = await store["cursors"].find({"_id": {"$in": ids}}).to_list(None)
    return {cursor.where: cursor for cursor in map(cursor_of, rows)}


async def all_cursors(store: Store, session: Session | None = None) -> list[Cursor]:
    rows = await store["cursors"].find({}, session=session).sort("_id").to_list(None)
    return [cursor_of(row) for row in rows]


async def stopped_partitions(store: Store) -> dict[str, set[int]]:
    """Office -> its partitions that stopped: none of the office is read while there is one."""
    stopped: dict[str, set[int]] = {}
    async for row in store["cursors"].find({"stopped": {"$ne": None}}):
        stopped.setdefault(row["office"], set()).add(row["partition"])
    return stopped


async def move_cursors(store: Store, moves: list[tuple[Cursor, Cursor]], session: Session) -> None:
    """Compare-and-set on the number, and on which figures it stands for.

    Raises `CursorMoved` unless all of them stood where they were read.
    """
    writes = [
        UpdateOne(
            {"_id": cursor_id(after.where), "number": before.number, "rebuilt": before.rebuilt},
            {"$set": document_of(after)},
        )
        for before, after in moves
    ]
    result = await store["cursors"].bulk_write(writes, ordered=False, session=session)
    if result.matched_count < len(moves):
        raise CursorMoved


async def mark_cursor(store: Store, cursor: Cursor, **fields: Any) -> None:
    """Write a gap or a stop beside a cursor that still stands where it was read."""
    replace(cursor, **fields)  # a misspelt field is an error here, not a new field there
    await store["cursors"].update_one(
        {"_id": cursor_id(cursor.where), "number": cursor.number}, {"$set": fields}
    )
