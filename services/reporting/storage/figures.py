"""The figures that are asked for, and how far they can be relied upon, read at one moment."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from services.reporting.domain.cursor import Cursor
from services.reporting.domain.measures import MEASURES, of_activities
from services.reporting.domain.questions import WITHIN, Filters, Question, Report
from services.reporting.domain.standing import OfficeStanding, standing_of
from services.reporting.domain.suppression import PublicFigure, mask
from services.reporting.storage.cursors import all_cursors
from shared.mongo.driver import Document, Session, Store

ROLLED_UP: Final = {"office", "month", "kind", "category"}


class Unchanged(Exception):
    """Nothing that the answer depends on is other than what the asker knows."""


State = str
"""What every answer depends on beside its question: how far each partition was read, and its troubles."""


async def report(
    store: Store,
    *questions: Question,
    titles_of: str | None = None,
    is_known: Callable[[State], bool] = lambda state: False,
) -> Report:
    """All in one snapshot, so that rows of different tables and what is said of the offices agree.

    Raises `Unchanged` where the state `is_known`, before any figure is read.
    """

    async def work(session: Session) -> Report:
        as_of, cursors = datetime.now(UTC), await all_cursors(store, session)
        if is_known(_state(cursors)):
            raise Unchanged
        tables = await _tables(store, questions, session)
        titles = await _titles(store, titles_of, session) if titles_of else {}
        return Report(as_of, tables, await _standings(store, cursors, as_of, session), titles)

    return await store.snapshot(work)


def _state(cursors: list[Cursor]) -> State:
    told = [
        (one.office, one.partition, one.ledger, one.number, one.gap, one.stopped, one.control, one.rebuilt)
        for one in cursors
    ]
    return repr(told)


async def _titles(store: Store, office: str, session: Session) -> dict[str, str]:
    rows = await store["activities"].find({"office": office}, session=session).to_list(None)
    return {row["activity"]: row["title"] for row in rows if row["title"]}


async def _tables(store: Store, questions: Sequence[Question], session: Session) -> list[list[Document]]:
    """Questions to the same collection go there together: a page waits for the database once or twice."""
    together: dict[str, list[int]] = {}
    for number, question in enumerate(questions):
        together.setdefault(_collection(question), []).append(number)
    found: dict[int, list[Document]] = {}
    for collection, numbers in together.items():
        pipelines = [_pipeline(questions[number]) for number in numbers]
        if len(numbers) == 1:
            found[numbers[0]] = await store.aggregate(collection, pipelines[0], session)
        else:
            facets = {f"t{number}": one for number, one in zip(numbers, pipelines, strict=True)}
            (answer,) = await store.aggregate(collection, [{"$facet": facets}], session)
            found |= {number: answer[f"t{number}"] for number in numbers}
    return [_rows(question, found[number]) for number, question in enumerate(questions)]


def _rows(question: Question, found: list[Document]) -> list[Document]:
    """Of a part of the participants, what is of an activity as a whole is no figure, which is not zero."""
    unsplit = dict.fromkeys(of_activities())
    return [row | unsplit if _within(question, row) else row for row in _figures(question, found)]


def _within(question: Question, row: Document) -> bool:
    """Whether a row is of a part of the participants."""
    return any(name in question.filters.named or row.get(name) is not None for name in WITHIN)


def _figures(question: Question, found: list[Document]) -> list[Document]:
    rows: list[Document] = []
    for one in found:
        dimensions = {str(name): (one["_id"] or {}).get(name) for name in question.by}
        if question.exact:
            figures = {measure: one[measure] for measure in MEASURES}
        else:
            figures = {
                measure: mask(*(one[f"{measure}_{part}"] for part in PublicFigure._fields))
                for measure in MEASURES
            }
        if any(figures.values()):
            rows.append(dimensions | figures)
    if not rows and not question.by:
        return [dict.fromkeys(MEASURES, 0)]
    return sorted(rows, key=lambda row: _order(row, question.by))


def _collection(question: Question) -> str:
    if not question.exact:
        return "veiled"
    return "roll_ups" if ROLLED_UP.issuperset(question.named) else "cells"


def _pipeline(question: Question) -> list[Document]:
    if not question.exact:
        return _public_pipeline(question)
    group: Document = {"_id": {name: f"${name}" for name in question.by} or None}
    group |= {measure: {"$sum": f"${measure}"} for measure in MEASURES}
    return [{"$match": _match(question.filters)}, {"$group": group}]


def _match(filters: Filters) -> Document:
    months = {"$gte": filters.first, "$lte": filters.last}
    bounds = {operator: month for operator, month in months.items() if month}
    return filters.named | ({"month": bounds} if bounds else {})


def _public_pipeline(question: Question) -> list[Document]:
    """By category from the parts of activities, else from whole ones."""
    split = "category" in question.named
    match = {name: value for name, value in _match(question.filters).items() if name != "category"}
    pipeline: list[Document] = [{"$match": match}]
    if split:
        pipeline.append({"$unwind": "$parts"})
    if question.filters.category:
        pipeline.append({"$match": {"parts.category": question.filters.category}})
    within = "parts" if split else "whole"
    names = {name: f"$parts.{name}" if name == "category" else f"${name}" for name in question.by}
    sums = {
        f"{measure}_{part}": {"$sum": f"${within}.{measure}.{part}"}
        for measure in MEASURES
        for part in PublicFigure._fields
    }
    return [*pipeline, {"$group": {"_id": names or None} | sums}]


def _order(row: Document, by: Sequence[str]) -> list[tuple[bool, Any]]:
    return [(row[name] is not None, row[name] if row[name] is not None else 0) for name in by]


async def _standings(
    store: Store, cursors: list[Cursor], as_of: datetime, session: Session | None
) -> list[OfficeStanding]:
    described = {row["_id"]: row for row in await store["offices"].find({}, session=session).to_list(None)}
    offices: dict[str, list[Cursor]] = {}
    for cursor in cursors:
        offices.setdefault(cursor.office, []).append(cursor)
    return [standing_of(code, described.get(code, {}), offices[code], as_of) for code in sorted(offices)]


async def standings(store: Store) -> list[OfficeStanding]:
    return await _standings(store, await all_cursors(store), datetime.now(UTC), None)
