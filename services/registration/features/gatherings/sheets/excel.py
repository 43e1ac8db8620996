"""Reads an invitation sheet as offices keep it: .xlsx, .xlsm, .xls, .ods, .csv, .txt."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import Final

from pydantic import TypeAdapter, ValidationError

from services.registration.features.gatherings.sheets.list_columns import ListColumns
from services.registration.features.gatherings.sheets.rows import ALL_LISTS, read_rows
from services.registration.features.gatherings.sheets.sheet_report import Problem, SheetReport
from services.registration.workbooks.sheets import Book, SheetRefused
from shared.limited_process import answer_of, running

READER: Final = running("services.registration.workbooks.sheet_reader")
SECONDS: Final = 100.0  # the reader's own limit is 30 of the processor's, which others use, too
MAX_ANSWER: Final = 100_000_000  # bytes: 2,000,000 cells of 40 letters
BROKEN: Final = (
    "Berkas ini tidak dapat dibaca: isinya rusak atau terlalu besar. Salin tabelnya ke berkas baru, simpan "
    "sebagai .xlsx, lalu unggah lagi"
)
_AT_ONCE: Final = BoundedSemaphore(2)  # each may take its limit of memory


@dataclass(frozen=True, slots=True)
class _Refused:
    refused: str


_ANSWERS: Final = TypeAdapter[Book | _Refused](Book | _Refused)


def read_sheet(data: bytes, activity: str, known: ListColumns = ALL_LISTS) -> SheetReport:
    """All visible sheets that have the columns. What cannot be opened is a problem in the report.

    Waits for another process (50,000 rows take some seconds): call it in a thread from a loop.
    """
    try:
        return read_rows(opened(data), activity, known)
    except SheetRefused as refused:
        return SheetReport(problems=(Problem(str(refused)),))


def opened(data: bytes, reader: Sequence[str] = READER, seconds: float = SECONDS) -> Book:
    """What is in a workbook. Raises `SheetRefused`, whatever becomes of the process that reads it."""
    with _AT_ONCE:
        answer = answer_of(reader, data, seconds, MAX_ANSWER)
    try:
        found = _ANSWERS.validate_json(answer)
    except ValidationError:
        raise SheetRefused(BROKEN) from None
    if isinstance(found, _Refused):
        raise SheetRefused(found.refused)
    return found
