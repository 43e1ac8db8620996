"""The figures that are asked for, and how far they can be relied upon, read at one moment."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final, Literal, get_args

from services.reporting.cursors import Cursor, all_cursors
from services.reporting.veil import Told, mark
from shared.contracts.facts import MEASURES, Measure
from shared.mongo.driver import Document, Session, Store

Dimension = Literal[
    "office", "month", "kind", "category", "cohort", "province", "regency", "home_regency", "activity"
]
DIMENSIONS: Final[tuple[Dimension, ...]] = get_args(Dimension)
OF_PERSONS: Final = {"cohort", "home_regency"}
"""What sets people of one category apart: for the directorate alone."""
WITHIN: Final[tuple[Dimension, ...]] = ("category", "cohort", "home_regency")
"""Of participants, by which an activity and its seats are not split."""
WHOLE: Final[dict[Measure, None]] = {"activities": None, "seats": None}
"""Measures of an activity as a whole, where they say nothing: no figure, which is not zero."""
ROLLED_UP: Final = {"office", "month", "kind", "category"}
STOPPED: Final = "its facts are not read until someone has looked at them"
ControlWord = Literal["equal", "differs", "waiting"]


@dataclass(frozen=True, slots=True)
class Filters:
    """`first` and `last`: months `YYYY-MM`, both included."""

    office: str | None = None
    province: str | None = None
    kind: str | None = None
    category: str | None = None
    cohort: int | None = None
    first: str | None = None
    last: str | None = None

    @property
    def named(self) -> dict[str, str | int]:
        """Those by one value, by their dimension."""
        found = {name: getattr(self, name) for name in ("office", "province", "kind", "category", "cohort")}
        return {name: value for name, value in found.items() if value is not None}

    @property
    def match(self) -> Document:
        months = {"$gte": self.first, "$lte": self.last}
        bounds = {operator: month for operator, month in months.items() if month}
        return self.named | ({"month": bounds} if bounds else {})


@dataclass(frozen=True, slots=True)
class Question:
    """Without `by` there is one row. `exact`: for the directorate; else as anyone may know it (ADR 20),
    and neither `by` nor `filters` name one of `OF_PERSONS`."""

    by: tuple[Dimension, ...] = ()
    filters: Filters = Filters()
    exact: bool = True

    @property
    def named(self) -> set[str]:
        return {*self.by, *self.filters.named}


@dataclass(frozen=True, slots=True)
class OfficeStanding:
    """`facts`: how many were applied, None for who may not know; `gaps`: partitions of which a number lacks;
    `stopped`: why none of its facts is read, in the words for technicians.

    `control` is `differs` if any partition's sums differed from the totals that it stated last, `waiting`
    while a partition with facts has stated none, else `equal`: what came after the last totals is not yet
    checked.
    """

    office: str
    name: str
    ledger: str | None
    last_fact_at: datetime | None
    facts: int | None
    gaps: int
    control: ControlWord
    stopped: str | None

    @property
    def sound(self) -> bool:
        return self.control == "equal" and not self.gaps and not self.stopped


@dataclass(frozen=True, slots=True)
class Report:
    """`tables`: the rows of each question, in its order. `as_of`: when they were read (UTC).
    `titles`: of the activities of one office, if they were asked for."""

    as_of: datetime
    tables: list[list[Document]]
    offices: list[OfficeStanding] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)

    def for_anyone(self) -> "Report":
        """Without how many facts there were: they bound how many people there are."""
        told = [replace(one, facts=None, stopped=one.stopped and STOPPED) for one in self.offices]
        return replace(self, offices=told)


class Unchanged(Exception):
    """Nothing that the answer depends on is other than what the asker knows."""


State = str
"""What every answer depends on beside its question: how far each partition was read, and its troubles."""


async def report(
    store: Store,
    *questions: Question,
    titles_of: str | None = None,
    known: Callable[[State], bool] = lambda state: False,
) -> Report:
    """All in one snapshot, so that rows of different tables and what is said of the offices agree.

    Raises `Unchanged` where the state is `known`, before any figure is read.
    """

    async def work(session: Session) -> Report:
        as_of, cursors = datetime.now(UTC), await all_cursors(store, session)
        if known(_state(cursors)):
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
    return [row | WHOLE if _within(question, row) else row for row in _counted(question, found)]


def _within(question: Question, row: Document) -> bool:
    """Whether a row is of a part of the participants."""
    return any(name in question.filters.named or row.get(name) is not None for name in WITHIN)


def _counted(question: Question, found: list[Document]) -> list[Document]:
    rows: list[Document] = []
    for one in found:
        dimensions = {str(name): (one["_id"] or {}).get(name) for name in question.by}
        if question.exact:
            figures = {measure: one[measure] for measure in MEASURES}
        else:
            figures = {
                measure: mark(*(one[f"{measure}_{told}"] for told in Told._fields)) for measure in MEASURES
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
        return _veiled(question)
    group: Document = {"_id": {name: f"${name}" for name in question.by} or None}
    group |= {measure: {"$sum": f"${measure}"} for measure in MEASURES}
    return [{"$match": question.filters.match}, {"$group": group}]


def _veiled(question: Question) -> list[Document]:
    """By category from the parts of activities, else from whole ones."""
    split = "category" in question.named
    match = {name: value for name, value in question.filters.match.items() if name != "category"}
    pipeline: list[Document] = [{"$match": match}]
    if split:
        pipeline.append({"$unwind": "$parts"})
    if question.filters.category:
        pipeline.append({"$match": {"parts.category": question.filters.category}})
    within = "parts" if split else "whole"
    names = {name: f"$parts.{name}" if name == "category" else f"${name}" for name in question.by}
    sums = {
        f"{measure}_{told}": {"$sum": f"${within}.{measure}.{told}"}
        for measure in MEASURES
        for told in Told._fields
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
    return [_standing(code, described.get(code, {}), offices[code], as_of) for code in sorted(offices)]


async def standings(store: Store) -> list[OfficeStanding]:
    return await _standings(store, await all_cursors(store), datetime.now(UTC), None)


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
