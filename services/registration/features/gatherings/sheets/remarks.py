"""A list handed back: the same rows, and in a column more what there is to say of each."""

from collections import defaultdict
from collections.abc import Sequence
from io import BytesIO
from typing import Final

import xlsxwriter

from services.registration.features.gatherings.sheets.files import PLAIN
from services.registration.features.gatherings.sheets.marks import MarksReport
from services.registration.features.gatherings.sheets.sheet_report import Problem, SheetReport
from services.registration.workbooks.sheets import Book, Cell, Sheet, below_first

TITLE: Final = "Keterangan Simpul"
_NAME_LENGTH: Final = 31
_NOT_IN_NAMES: Final = dict.fromkeys(map(ord, "[]:*?/\\"), "_")


def remarked(book: Book, report: SheetReport | MarksReport) -> bytes:
    """Every cell is text: what begins with `=` is somebody's name, never a formula."""
    data = BytesIO()
    with xlsxwriter.Workbook(data, PLAIN) as made:
        taken: set[str] = set()
        for sheet in book.sheets:
            page = made.add_worksheet(_name(sheet.name, taken))
            remarks = _remarks(sheet, report)
            width = max((len(row) for row in sheet.rows), default=0)
            for number, row in enumerate(_unmerged(sheet), start=1):
                for at, cell in enumerate(row):
                    if text := _text(cell):
                        page.write_string(number - 1, at, text)
                if number in remarks:
                    page.write_string(number - 1, width, remarks[number])
    return data.getvalue()


def _remarks(sheet: Sheet, report: SheetReport | MarksReport) -> dict[int, str]:
    """By row, below a title beside the sheet's own; none of a sheet that was not read."""
    if sheet.name not in report.titles_in:
        return {}
    name = sheet.name if len(report.sheets) > 1 else None
    found: defaultdict[int, list[str]] = defaultdict(list)
    for problem in report.problems:
        if problem.row and problem.sheet == name:
            found[problem.row].append(_told(problem))
    if report.forecast is not None:
        for row, foreseen in zip(report.rows, report.forecast.rows, strict=False):
            if row.sheet == name:
                found[row.number].append(f"Perkiraan: {foreseen}")
    return {report.titles_in[sheet.name]: TITLE} | {row: "; ".join(told) for row, told in found.items()}


def _told(problem: Problem) -> str:
    named = problem.field and not problem.message.startswith(problem.field)
    where = f"{problem.field}: " if named else ""
    mark = "" if problem.refused else "(catatan) "
    return mark + where + problem.message + (f" ({problem.recorded})" if problem.recorded else "")


def _unmerged(sheet: Sheet) -> Sequence[Sequence[Cell]]:
    """What a merged cell says stands in each of its rows."""
    rows = [list(row) for row in sheet.rows]
    for row, column, first in below_first(sheet.merged):
        if row < len(rows) and column < min(len(rows[row]), len(rows[first])):
            rows[row][column] = rows[first][column]
    return rows


def _text(cell: Cell) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _name(sheet: str, taken: set[str]) -> str:
    """As Excel allows it: 31 letters, without some signs, no two alike but for case."""
    plain = sheet.translate(_NOT_IN_NAMES).strip("'")[:_NAME_LENGTH] or "Lembar"
    name, number = plain, 1
    while name.casefold() in taken:
        number += 1
        name = f"{plain[: _NAME_LENGTH - 4]} ({number})"
    taken.add(name.casefold())
    return name
