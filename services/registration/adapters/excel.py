"""Reads an invitation sheet as offices keep it: .xlsx, .xlsm, .xls, .ods."""

from io import BytesIO

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from services.registration.adapters.bounds import UNREADABLE, SheetRefused, require_bounds
from services.registration.application.headers import HEADER_SEARCH_ROWS, Cell, find_header
from services.registration.application.rows import MAX_ROWS, Problem, SheetReport, read_rows

_ROWS_READ = MAX_ROWS + HEADER_SEARCH_ROWS + 1


def read_sheet(data: bytes, activity: str) -> SheetReport:
    """The first visible sheet that has a header row. What cannot be opened is a problem in the report.

    Pure, but slow for a large file (50,000 rows take some seconds): call it in a thread from a loop.
    """
    try:
        sheets = sheets_of(data)
    except SheetRefused as refused:
        return SheetReport(problems=(Problem(str(refused)),))
    return read_rows(next((cells for cells in sheets if find_header(cells)), []), activity)


def sheets_of(data: bytes) -> list[list[list[Cell]]]:
    """The cells of the visible sheets. Raises `SheetRefused`, before it is opened where it is too large."""
    require_bounds(data)
    try:
        return _visible_sheets(data)
    except (CalamineError, ValueError, OverflowError):
        raise SheetRefused(UNREADABLE) from None


def _visible_sheets(data: bytes) -> list[list[list[Cell]]]:
    book = CalamineWorkbook.from_filelike(BytesIO(data))
    visible = [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]
    return [
        [[_plain(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False, nrows=_ROWS_READ)]
        for sheet in map(book.get_sheet_by_name, visible)
    ]


def _plain(cell: object) -> Cell:
    return cell if isinstance(cell, str | int | float) and not isinstance(cell, bool) else str(cell)
