"""Figures to take along: the rows of an answer as CSV, and as a workbook that says how good they are."""

import csv
import io
from collections.abc import Sequence
from typing import Any, Final

import xlsxwriter

from services.reporting.domain.measures import MEASURES
from services.reporting.domain.questions import Report
from services.reporting.domain.standing import OfficeStanding
from services.reporting.domain.suppression import cell_text
from shared.contracts.types import rfc3339
from shared.mongo.driver import Document

SHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ABOUT: Final = (
    "Satu orang di dua kegiatan dihitung dua kali.",
    "<5: kurang dari lima orang, atau kurang dari lima di setiap kegiatan dan unsurnya.",
    "–: kegiatan dan kursi tidak dibagi menurut unsur, angkatan, atau asal peserta.",
    "≥n: sedikitnya n; selebihnya tidak ditampilkan agar kelompok di bawah lima orang tidak dapat dihitung.",
)
UNSPLIT: Final = "–"
STANDING: Final = ("office", "name", "last_fact_at", "facts", "gaps", "control")


def as_csv(by: Sequence[str], rows: Sequence[Document]) -> str:
    """RFC 4180. Every value is a slug, a code, an integer, `<5`, `≥n` or a dash: none can begin a formula
    but a negative sum."""
    written = io.StringIO()
    writer = csv.DictWriter(written, [*by, *MEASURES])
    writer.writeheader()
    writer.writerows({name: _cell(name, value) for name, value in row.items()} for row in rows)
    return written.getvalue()


def as_workbook(by: Sequence[str], found: Report) -> bytes:
    """No text in it is a formula or a link, whatever it begins with."""
    written = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(written, options) as book:
        columns = [*by, *MEASURES]
        rows = [[_cell(name, row[name]) for name in columns] for row in found.tables[0]]
        _fill(book, "Angka", [columns, *rows])
        _fill(book, "Balai", [list(STANDING), *map(_standing, found.offices)])
        about = [["Keadaan", rfc3339(found.as_of)], *([line] for line in ABOUT)]
        _fill(book, "Keterangan", about + [[name, measure.label] for name, measure in MEASURES.items()])
    return written.getvalue()


def _cell(name: str, value: Any) -> Any:
    """A dimension that is not known is left empty; a figure that cannot be split is a dash."""
    return UNSPLIT if value is None and name in MEASURES else cell_text(value)


def _standing(office: OfficeStanding) -> list[Any]:
    last = rfc3339(office.last_fact_at) if office.last_fact_at else None
    return [office.office, office.name, last, office.facts, office.gaps, office.control]


def _fill(book: Any, name: str, lines: list[list[Any]]) -> None:
    sheet = book.add_worksheet(name)
    bold = book.add_format({"bold": True})
    for number, line in enumerate(lines):
        for column, value in enumerate(line):
            write = sheet.write_number if isinstance(value, int) else sheet.write_string
            if value is not None:
                write(number, column, value, bold if number == 0 else None)
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(lines[0]) - 1, 16)
