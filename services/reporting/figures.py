"""The figures that are asked for, and how far they can be relied upon, read at one moment."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal, get_args

from services.reporting.cursors import Cursor, all_cursors
from shared.contracts.facts import MEASURES
from shared.mongo.driver import Document, Session, Store

Dimension = Literal[
    "office", "month", "kind", "category", "cohort", "province", "regency", "home_regency", "activity"
]
DIMENSIONS: Final[tuple[Dimension, ...]] = get_args(Dimension)
ROLLED_UP: Final = {"office", "month", "kind", "category"}
ControlWord = Literal["equal", "differs", "waiting"]


@dataclass(frozen=True, slots=True)
class Question:
    """`first` and `last`: months `YYYY-MM`, both included. Without `by` there is one row."""

    by: tuple[Dimension, ...] = ()
    office: str | None = None
    first: str | None = None
    last: str | None = None


@dataclass(frozen=True, slots=True)
class OfficeStanding:
    """`facts`: how many were applied; `gaps`: partitions of which a number lacks; `stopped`: why none of its
    facts is read, in the words for technicians.

    `control` is `differs` if any partition's sums differed from the totals that it stated last, `waiting`
    while a partition with facts has stated none, else `equal`: what came after the last totals is not yet
    checked.
    """

    office: str
    name: str
    ledger: str | None
    last_fact_at: datetime | None
    facts: int
    gaps: int
    control: ControlWord
    stopped: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """`tables`: the rows of each question, in its order. `as_of`: when they were read (UTC)."""

    as_of: datetime
    tables: list[list[Document]]
    offices: list[OfficeStanding] = field(default_factory=list)


async def report(store: Store, *questions: Question) -> Report:
    """All in one snapshot, so that rows of different tables and what is said of the offices agree."""

    async def work(session: Session) -> Report:
        as_of = datetime.now(UTC)
        tables = [await _rows(store, question, session) for question in questions]
        return Report(as_of, tables, await _standings(store, as_of, session))

    return await store.transaction(work)


async def _rows(store: Store, question: Question, session: Session) -> list[Document]:
    match: Document = {"office": question.office} if question.office else {}
    months = {"$gte": question.first, "$lte": question.last}
    if bounds := {operator: month for operator, month in months.items() if month}:
        match["month"] = bounds
    group: Document = {"_id": {name: f"${name}" for name in question.by} or None}
    group |= {measure: {"$sum": f"${measure}"} for measure in MEASURES}
    collection = "roll_ups" if ROLLED_UP.issuperset(question.by) else "cells"
    found = await store.aggregate(collection, [{"$match": match}, {"$group": group}], session)
    rows: list[Document] = []
    for one in found:
        dimensions = {str(name): one["_id"].get(name) for name in question.by}
        rows.append(dimensions | {measure: one[measure] for measure in MEASURES})
    if not rows and not question.by:
        return [dict.fromkeys(MEASURES, 0)]
    return sorted(rows, key=lambda row: _order(row, question.by))


def _order(row: Document, by: Sequence[str]) -> list[tuple[bool, Any]]:
    return [(row[name] is not None, row[name] if row[name] is not None else 0) for name in by]


async def _standings(store: Store, as_of: datetime, session: Session | None) -> list[OfficeStanding]:
    described = {row["_id"]: row for row in await store["offices"].find({}, session=session).to_list(None)}
    offices: dict[str, list[Cursor]] = {}
    for cursor in await all_cursors(store, session):
        offices.setdefault(cursor.office, []).append(cursor)
    return [_standing(code, described.get(code, {}), offices[code], as_of) for code in sorted(offices)]


async def standings(store: Store) -> list[OfficeStanding]:
    return await _standings(store, datetime.now(UTC), None)


def _standing(code: str, described: Document, cursors: list[Cursor], as_of: datetime) -> OfficeStanding:
    return OfficeStanding(
        office=code,
        name=_name(described.get("names", []), as_of) or code,
        ledger=described.get("ledger"),
        last_fact_at=max((cursor.last_at for cursor in cursors if cursor.last_at), default=None),
        facts=sum(cursor.number for cursor in cursors),
        gaps=sum(cursor.gap is not None for cursor in cursors),
        control=_control(cursors),
        stopped=next((cursor.stopped for cursor in cursors if cursor.stopped), None),
    )


def _name(names: list[dict[str, str]], as_of: datetime) -> str | None:
    """As it is called now; a name that begins later waits until then."""
    today = as_of.date().isoformat()
    borne = sorted((name["since"], name["name"]) for name in names if name["since"] <= today)
    return borne[-1][1] if borne else names[0]["name"] if names else None


def _control(cursors: list[Cursor]) -> ControlWord:
    seen = [cursor.control for cursor in cursors if cursor.number]
    if any(control is not None and not control.equal for control in seen):
        return "differs"
    return "equal" if seen and all(seen) else "waiting"
