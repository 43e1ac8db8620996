"""All that is stored of an office's figures at one moment, byte for byte, and where two such differ.

Which measures a version knew when it wrote makes no difference, nor in which order they came to a document.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import bson

from services.reporting.domain.cursor import Cursor
from services.reporting.domain.sums import DIMENSIONS
from services.reporting.storage.cursors import cursor_of
from services.reporting.storage.encoding import comparable_sums
from shared.mongo.driver import Document, Session, Store

BY_OFFICE: Final = ("activities", "cells", "roll_ups", "veiled")
COUNTED: Final = ("ledger", "number", "last_at", "sums", "control")
"""What a cursor holds of the facts; the rest is where and how they were read."""

Keys = dict[str, list[str]]
"""By collection."""


@dataclass(frozen=True, slots=True)
class StoredFigures:
    """`documents`: by collection and key, encoded."""

    cursors: list[Cursor]
    documents: Mapping[str, Mapping[str, bytes]]


async def stored_figures(store: Store, office: str, session: Session) -> StoredFigures:
    where: dict[str, Document] = {name: {"office": office} for name in (*BY_OFFICE, "cursors")}
    found: dict[str, list[Document]] = {}
    for name, match in (where | {"offices": {"_id": office}}).items():
        found[name] = await store[name].find(match, session=session).to_list(None)
    cursors = [row for row in found.pop("cursors") if row["number"]]
    found["cursors"] = [{name: row[name] for name in ("_id", *COUNTED)} for row in cursors]
    documents = {
        name: {row["_id"]: bson.encode(_comparable(name, row)) for row in rows}
        for name, rows in found.items()
    }
    return StoredFigures([cursor_of(row) for row in cursors], documents)


def _comparable(name: str, row: Document) -> Document:
    if name == "cursors":
        return row | {"sums": comparable_sums(row["sums"])}
    if name in ("cells", "roll_ups"):
        beside = {field: value for field, value in row.items() if field in DIMENSIONS or field == "_id"}
        return beside | comparable_sums({field: row[field] for field in row.keys() - beside.keys()})
    return row


def differing_keys(one: StoredFigures, other: StoredFigures) -> Keys:
    """Keys that only one has, or that hold other bytes in it."""
    found: Keys = {}
    for name, rows in one.documents.items():
        others = other.documents[name]
        keys = sorted(key for key in rows.keys() | others.keys() if rows.get(key) != others.get(key))
        if keys:
            found[name] = keys
    return found


async def offices_with_figures(store: Store) -> list[str]:
    """Also those of which nobody has read a fact: there should be none."""
    found = {office for name in (*BY_OFFICE, "cursors") for office in await store[name].distinct("office")}
    return sorted(found.union(await store["offices"].distinct("_id")))
