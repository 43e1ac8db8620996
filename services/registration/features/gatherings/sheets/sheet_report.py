"""What a sheet of people came to: the rows that are good, and what staff should look at."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from services.registration.features.gatherings.sheets.forecast import Forecast
from shared.contracts.commands import SubmitRegistration


@dataclass(frozen=True, slots=True)
class Problem:
    """What staff should look at. `row` as in Excel, `column` its letter; the message names no person.

    A problem of the whole sheet has neither. `refused`: the row is not taken; else it is only a note.
    For staff alone, and never kept: `person`, the row's name; `value`, what its cell shows; `recorded`, what
    the office has instead. `sheet`: where several were read. `registration`: where the person can be seen to.
    """

    message: str
    row: int | None = None
    column: str | None = None
    field: str | None = None
    refused: bool = True
    sheet: str | None = None
    person: str | None = None
    value: str | None = None
    recorded: str | None = None
    registration: str | None = None

    def kept(self) -> dict[str, object]:
        """As it may be stored: without what stood in the sheet."""
        names = ("message", "row", "column", "field", "refused", "sheet", "registration")
        return {name: value for name in names if (value := getattr(self, name)) is not None}

    def shown(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class InvitedRow:
    number: int
    command: SubmitRegistration
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class SheetReport:
    """`rows`: the good ones, each person's row once. `columns`: what was read from where (`B`: `Nama`).
    `sheets`, `unread`: names of the visible sheets that were read, and that were not; `titles_in`: the row of
    titles of each that was. `forecast`: what its rows would come to, where somebody looked."""

    rows: tuple[InvitedRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    sheets: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    titles_in: Mapping[str, int] = field(default_factory=dict)
    forecast: Forecast | None = None

    @property
    def refused_rows(self) -> int:
        return refused_rows(self.problems)

    @property
    def readable(self) -> bool:
        """False where the sheet itself could not be read."""
        return all(problem.row for problem in self.problems if problem.refused)


def refused_rows(problems: Collection[Problem]) -> int:
    return len({(one.sheet, one.row) for one in problems if one.refused and one.row})


def as_dict(report: SheetReport, sent: int = 0) -> dict[str, object]:
    """The report as JSON shows it to staff, with the names and the cells that they must look for."""
    return {
        "sheet": ", ".join(report.sheets) or None,
        "unread_sheets": list(report.unread),
        "good": len(report.rows),
        "refused": report.refused_rows,
        "sent": sent,
        "columns": dict(report.columns),
        "problems": [one.shown() for one in report.problems if one.refused],
        "notes": [one.shown() for one in report.problems if not one.refused],
        "forecast": report.forecast.shown() if report.forecast else None,
    }
