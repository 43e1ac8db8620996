"""An invitation sheet as commands, and a report by row and column of what was not taken."""

from collections.abc import Sequence
from typing import Final

from services.registration.features.gatherings.sheets.headers import TITLES, Header, titles_seen
from services.registration.features.gatherings.sheets.list_columns import ListColumns
from services.registration.features.gatherings.sheets.sheet_reading import Place, SheetReading
from services.registration.features.gatherings.sheets.sheet_report import Problem, SheetReport
from services.registration.workbooks.sheets import Book, Sheet, is_blank

MAX_ROWS: Final = 50_000
ALL_LISTS: Final = ListColumns()


def read_rows(book: Book, activity: str, known: ListColumns = ALL_LISTS) -> SheetReport:
    """All sheets that have the columns -> commands of the good rows and the problems of the others."""
    filled = [sheet for sheet in book.sheets if not all(map(is_blank, sheet.rows))]
    headers = [(sheet, known.header(sheet)) for sheet in filled]
    whole = [(sheet, header) for sheet, header in headers if header and not header.missing]
    notes = [Problem(note, refused=False) for note in book.notes]
    if not whole:
        return SheetReport(problems=(_without_columns(headers), *notes), unread=_names(filled))
    if sum(len(sheet.rows) - header.row for sheet, header in whole) > MAX_ROWS:
        return SheetReport(problems=(Problem(f"Lebih dari {MAX_ROWS} baris; bagilah berkasnya"),))
    left = [(sheet, header) for sheet, header in headers if not header or header.missing]
    notes += [Problem(_why_left(sheet, header), refused=False) for sheet, header in left if _is_table(sheet)]
    seen: dict[str, Place] = {}
    readings = [SheetReading(sheet, header, activity, len(whole) > 1, seen, known) for sheet, header in whole]
    for reading in readings:
        reading.read()
    return SheetReport(
        tuple(row for reading in readings for row in reading.rows),
        (*(problem for reading in readings for problem in reading.problems), *notes),
        readings[0].columns,
        _names([sheet for sheet, _ in whole]),
        _names([sheet for sheet, _ in left]),
        {sheet.name: header.row for sheet, header in whole},
    )


def _names(sheets: Sequence[Sheet]) -> tuple[str, ...]:
    return tuple(sheet.name for sheet in sheets)


def _is_table(sheet: Sheet) -> bool:
    return any(sum(bool(str(cell).strip()) for cell in row) > 1 for row in sheet.rows)


def _why_left(sheet: Sheet, header: Header | None) -> str:
    names = ", ".join(TITLES[field] for field in header.missing) if header else "Nama, Email, dan Unsur"
    return f"Lembar {sheet.name} tidak dibaca: kolom {names} tidak ada"


def _without_columns(headers: Sequence[tuple[Sheet, Header | None]]) -> Problem:
    """What is missing where most is there, and which titles were seen."""
    best = max(headers, key=lambda one: len(one[1].columns) if one[1] else 0, default=None)
    if best is None:
        return Problem("Lembar ini kosong")
    sheet, header = best
    where = f" lembar {sheet.name}" if len(headers) > 1 else ""
    if header is not None:
        names = ", ".join(TITLES[field] for field in header.missing)
        titles = [str(cell) for cell in sheet.rows[header.row - 1] if str(cell).strip()]
        told = f"Kolom {names} tidak ada pada baris judul {header.row}{where}"
        return Problem(f"{told}; judul yang terbaca: {_joined(titles)}")
    row, titles = titles_seen(sheet.rows)
    told = "Baris judul kolom tidak ditemukan: perlu Nama, Email, dan Unsur"
    return Problem(f"{told}; yang terlihat pada baris {row}{where}: {_joined(titles)}" if row else told)


def _joined(titles: Sequence[str]) -> str:
    return ", ".join(" ".join(title.split()) for title in titles)
