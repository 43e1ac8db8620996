"""What newer offices count and this version does not know: it is added up, and operators are told of it."""

from collections import defaultdict
from typing import NamedTuple

from services.reporting.domain.sums import unknown_measures
from services.reporting.storage.cursors import all_cursors
from shared.mongo.driver import Document, Store


class UnknownCounts(NamedTuple):
    """Of one office: how many measures are not known, and how many cells are of no activity."""

    measures: int
    cells: int


async def unknown_counts(store: Store) -> dict[str, UnknownCounts]:
    measures: dict[str, set[str]] = defaultdict(set)
    for cursor in await all_cursors(store):
        measures[cursor.office].update(unknown_measures(cursor.sums))
    of_none: Document = {"office": {"$in": list(measures)}, "activity": None}
    group = {"_id": "$office", "cells": {"$sum": 1}}
    rows = await store.aggregate("cells", [{"$match": of_none}, {"$group": group}])
    cells = {row["_id"]: row["cells"] for row in rows}
    return {office: UnknownCounts(len(names), cells.get(office, 0)) for office, names in measures.items()}
