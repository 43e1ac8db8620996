"""What a run of facts adds up to, before anything is written: plain functions."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from services.reporting.domain.cursor import Control, Cursor
from services.reporting.domain.keys import ActivityKey, Attributes, CellKey, Placement
from services.reporting.domain.sums import Sums, add_to, agree, storable, zeros
from shared.contracts.facts import (
    ActivityChanged,
    ActivityPublished,
    OfficeDescribed,
    OfficeTotals,
)
from shared.contracts.types import INT_BOUND
from shared.kafka.facts import Fact, FactUnfoldable, OfficeStopped, read_fact, run_after
from shared.kafka.records import Record

READ_WHOLE: Final = {
    model.type for model in (ActivityPublished, ActivityChanged, OfficeDescribed, OfficeTotals)
}
"""Fact types of which more than the changes is read. All others, known or not, are counted alone."""


@dataclass(frozen=True, slots=True)
class Step:
    """From one cursor to the next, with all that the facts between them say."""

    before: Cursor
    after: Cursor
    facts: int
    cells: dict[CellKey, Sums] = field(default_factory=dict)
    activities: dict[ActivityKey, Attributes] = field(default_factory=dict)
    described: OfficeDescribed | None = None
    gap: int | None = None

    def then(self, other: "Step") -> "Step":
        """Both as one, where the other begins at the cursor at which this one ends. This one is used up."""
        for key, sums in other.cells.items():
            add_to(self.cells.setdefault(key, zeros()), sums)
        return Step(
            self.before,
            other.after,
            self.facts + other.facts,
            self.cells,
            self.activities | other.activities,
            other.described or self.described,
            other.gap,
        )


def advance(cursor: Cursor, facts: Sequence[Fact]) -> Step:
    """Count the facts that follow the cursor. Raises `OfficeStopped`."""
    run = run_after(cursor.number, cursor.ledger, facts)
    control = cursor.control
    step = Step(cursor, cursor, len(run.facts), gap=run.gap)
    cells, office = step.cells, cursor.office
    for fact in run.facts:
        for change in fact.stated.changes:
            of = change.cell
            key = (office, of.activity, of.category, of.home_regency, of.cohort)
            cell = cells.get(key)  # type: ignore[call-overload]  # equal to a `CellKey`
            if cell is None:
                cell = cells[CellKey(*key)] = zeros()
            for measure, value in change.add.items():
                try:
                    cell[measure] += value
                except KeyError:  # one that is not known here comes to a cell for the first time
                    cell[measure] = value
        if fact.type not in READ_WHOLE:
            continue
        body = fact.body()
        if isinstance(body, ActivityPublished):
            step.activities[ActivityKey(office, body.activity)] = _attributes(body)
        elif isinstance(body, OfficeDescribed):
            step = replace(step, described=body)
        elif isinstance(body, OfficeTotals):
            control = Control(fact.stated.number, agree(_sums_of_all(cursor, cells), body.totals))
    sums = _sums_of_all(cursor, cells)
    if not storable(sums):
        raise OfficeStopped(f"{cursor.office} counts too many measures, or one by a name that cannot be one")
    if any(abs(value) > INT_BOUND for cell in (sums, *step.cells.values()) for value in cell.values()):
        raise OfficeStopped(f"figures of {cursor.office} are beyond {INT_BOUND}")
    return replace(step, after=_cursor_after(cursor, run.facts, facts, sums, control))


def advance_until_stop(cursor: Cursor, records: Sequence[Record]) -> tuple[Step | None, str | None]:
    """Count the records before the first that stops the office, however they were cut into batches.

    Returns the step, None if there is nothing to count, and the sentence that says why it stops; so does
    whatever else goes wrong in a fact, since a fact that is passed over is a wrong figure.
    """
    step, stop = _advance(cursor, records)
    if stop is None:
        return step, None
    good, bad = 0, len(records)
    while bad - good > 1:
        middle = (good + bad) // 2
        tried, failed = _advance(cursor, records[:middle])
        if failed is None:
            step, good = tried, middle
        else:
            stop, bad = failed, middle
    return step, str(stop)


def _advance(cursor: Cursor, records: Sequence[Record]) -> tuple[Step | None, OfficeStopped | None]:
    """What the records add up to, or what stops at one of them; of a failure at the last of them."""
    facts = list[Fact]()
    try:
        facts += map(read_fact, records)
        return advance(cursor, facts), None
    except OfficeStopped as stop:
        return None, stop
    except Exception as error:
        return None, FactUnfoldable(facts[-1].stated, error)


def _cursor_after(
    cursor: Cursor, applied: list[Fact], read: Sequence[Fact], sums: Sums, control: Control | None
) -> Cursor:
    number = applied[-1].stated.number if applied else cursor.number
    unapplied = [fact.offset for fact in read if fact.stated.number > number]
    offset = unapplied[0] if unapplied else read[-1].offset + 1
    moved = replace(cursor, number=number, offset=offset, stopped=None)
    if not applied:
        return moved
    last = applied[-1].stated
    return replace(moved, ledger=last.ledger, last_at=last.at, sums=sums, control=control, gap=None)


def _sums_of_all(cursor: Cursor, cells: dict[CellKey, Sums]) -> Sums:
    """Sums of all changes: up to the cursor, and of what was added since."""
    sums = dict(cursor.sums)
    for cell in cells.values():
        add_to(sums, cell)
    return sums


def _attributes(body: ActivityPublished) -> Attributes:
    return Attributes(body.title, Placement(body.month, body.kind, body.province, body.regency))
