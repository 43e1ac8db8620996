"""Opens one workbook in a process of its own: `python -m services.registration.workbooks.sheet_reader`.

Bytes on stdin, a `Book` or `{"refused": sentence}` as JSON on stdout. Sheets come from anybody, and what
opens them may abort, run out of memory or go on for ever: so it does that here, under limits, without the
office's settings, and whoever asked goes on.
"""

import json
import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any, Final
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from services.registration.workbooks.bounds import MAX_AREA, require_bounds
from services.registration.workbooks.sheet_marks import Marks, marks_of
from services.registration.workbooks.sheet_text import text_book
from services.registration.workbooks.sheets import (
    UNREADABLE,
    Area,
    Book,
    Cell,
    Sheet,
    SheetRefused,
    Unread,
    seen,
)
from shared.limited_process import limit_this_process

MEMORY: Final = 1_500_000_000  # address space: 2,000,000 cells take about 700 MB
CPU_SECONDS: Final = 30  # 50,000 rows with 30 columns take about 8
OLE: Final = b"\xd0\xcf\x11\xe0"
LOCKED: Final = (
    "Berkas terkunci sandi atau rusak. Buka di Excel, hapus sandinya (File, Info, Protect Workbook), "
    "simpan sebagai .xlsx, lalu unggah lagi"
)
WITHOUT_LOOKS: Final = (
    "Dari berkas jenis ini tidak terlihat baris tersembunyi, baris yang dicoret, dan sel yang galat; "
    "simpan sebagai .xlsx bila ada"
)


def main() -> None:
    _limit()
    try:
        answer: object = book_of(sys.stdin.buffer.read())
    except SheetRefused as refused:
        answer = {"refused": str(refused)}
    json.dump(answer, sys.stdout, default=_fields)


def _limit() -> None:
    limit_this_process(MEMORY, CPU_SECONDS)


def book_of(data: bytes) -> Book:
    """Raises `SheetRefused`, before it is opened where it is too large."""
    packed = data.startswith(b"PK")
    if not packed and not data.startswith(OLE):
        return text_book(data)
    require_bounds(data)
    marks = _marks(data) if packed else None
    try:
        sheets = tuple(_visible(CalamineWorkbook.from_filelike(BytesIO(data)), marks or {}))
    except SheetRefused:  # a ValueError itself, and it says what to do
        raise
    except (CalamineError, ValueError, OverflowError):
        raise SheetRefused(UNREADABLE if packed else LOCKED) from None
    return Book(sheets, () if marks is not None else (WITHOUT_LOOKS,))


def _marks(data: bytes) -> dict[str, Marks] | None:
    """None where the parts of an .xlsx are not where they should be: its values may be read all the same."""
    try:
        return marks_of(data)
    except (ParseError, BadZipFile, LookupError, ValueError, StopIteration):
        return None


def _visible(book: CalamineWorkbook, marks: dict[str, Marks]) -> Iterator[Sheet]:
    left = MAX_AREA
    for one in book.sheets_metadata:
        if one.typ == SheetTypeEnum.WorkSheet and one.visible == SheetVisibleEnum.Visible:
            found, mark = book.get_sheet_by_name(one.name), marks.get(one.name, Marks())
            rows = [
                list(_plain(row, number, mark))
                for number, row in enumerate(found.to_python(skip_empty_area=False))
            ]
            if (left := left - sum(map(len, rows))) < 0:
                raise SheetRefused("Lembar-lembarnya terlalu besar; bagilah berkasnya")
            merged = _within(found.merged_cell_ranges or (), len(rows))
            yield Sheet(one.name, rows, merged, mark.hidden, mark.struck)


def _within(areas: Iterable[tuple[tuple[int, int], tuple[int, int]]], rows: int) -> list[Area]:
    """The merged cells as far as the sheet has rows: areas that lie over each other have no end of them."""
    found = [
        (top, left, min(bottom, rows - 1), right) for (top, left), (bottom, right) in areas if top < rows
    ]
    if sum(bottom - top + 1 for top, _, bottom, _ in found) > MAX_AREA:
        raise SheetRefused("Sel gabungannya terlalu banyak; pisahkan selnya (Unmerge), lalu unggah lagi")
    return found


def _plain(row: Iterable[object], number: int, marks: Marks) -> Iterator[Cell]:
    for at, cell in enumerate(row):
        place = number, at
        if place in marks.unread:
            yield Unread(marks.unread[place])
        elif isinstance(cell, bool):
            yield str(cell).upper()
        elif isinstance(cell, str):
            yield _sign(cell, marks.signs[place]) if place in marks.signs else seen(cell)
        else:
            yield cell if isinstance(cell, int | float) else str(cell)


def _sign(cell: str, signs: dict[str, str]) -> str:
    """Of a font of signs, whose letters may also stand in Unicode's private area from F000 on."""
    letter = cell.strip()
    if len(letter) == 1 and 0xF000 <= ord(letter) <= 0xF0FF:
        letter = chr(ord(letter) - 0xF000)
    return signs.get(letter, cell)


def _fields(one: Any) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


if __name__ == "__main__":
    main()
