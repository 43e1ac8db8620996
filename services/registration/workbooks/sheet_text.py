"""Lists that are no workbook: CSV and text as Excel saves them; for what is neither, the way out."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Sequence
from io import StringIO
from itertools import islice
from typing import Final

from services.registration.workbooks.sheets import UNREADABLE, Book, Sheet, SheetRefused

DELIMITERS: Final = ";,\t|"
LOOKED_AT: Final = 50  # rows, to find out what parts the columns
MAX_ROWS, MAX_COLUMNS = 100_000, 256
GUESSED: Final = (
    "Berkas teks ini tidak menyebut pengkodeannya dan dibaca sebagai Windows-1252; periksa huruf beraksen"
)
UNCLOSED: Final = (
    'Tanda kutip (") pada baris {} tidak ditutup, sehingga baris di bawahnya terbaca sebagai isi satu sel. '
    "Hapus tanda kutip itu, lalu unggah lagi"
)
_MARKS: Final = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_WAYS_OUT: Final = {
    b"%PDF": "Berkas ini PDF, bukan lembar. Minta berkas Excel-nya, atau salin isinya ke templat kosong",
    b"<?xml": "Berkas ini XML. Buka di Excel, simpan sebagai .xlsx, lalu unggah lagi",
    b"<": "Ini halaman web, bukan lembar Excel. Buka di Excel, simpan sebagai .xlsx, lalu unggah lagi",
    b"{\\rtf": "Berkas ini dokumen teks. Salin tabelnya ke Excel, simpan sebagai .xlsx, lalu unggah lagi",
}


def text_book(data: bytes) -> Book:
    """Raises `SheetRefused`."""
    start = data.removeprefix(codecs.BOM_UTF8).lstrip()[:16].lower()
    for sign, told in _WAYS_OUT.items():
        if start.startswith(sign.lower()):
            raise SheetRefused(told)
    text, notes = _decoded(data)
    first, _, rest = text.partition("\n")
    named = first.strip("\r ").lower()
    if named.startswith("sep="):  # Excel's own word for the delimiter; the rows keep their numbers
        text = f"\n{rest}"
    try:
        delimiter = named[4:] if named[:4] == "sep=" and named[4:] in DELIMITERS else _delimiter(text)
        rows = list(csv.reader(StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        raise SheetRefused(UNREADABLE) from None
    if swallowing := _swallowing(rows, delimiter):
        raise SheetRefused(UNCLOSED.format(swallowing))
    if len(rows) > MAX_ROWS or max(map(len, rows)) > MAX_COLUMNS:
        raise SheetRefused(f"Lebih dari {MAX_ROWS} baris atau {MAX_COLUMNS} kolom; bagilah berkasnya")
    return Book((Sheet("CSV", rows),), notes)


def _decoded(data: bytes) -> tuple[str, tuple[str, ...]]:
    encoding = next((name for mark, name in _MARKS.items() if data.startswith(mark)), "utf-8")
    try:
        text, guessed = data.decode(encoding), False
    except UnicodeDecodeError:
        if encoding != "utf-8":
            raise SheetRefused(UNREADABLE) from None
        text, guessed = data.decode("cp1252", "replace"), True
    if "\0" in text or not text.strip():
        raise SheetRefused(UNREADABLE)
    return text, (GUESSED,) if guessed else ()


def _swallowing(rows: Sequence[Sequence[str]], delimiter: str) -> int:
    """The first row that holds rows below it in a cell, after a quote that was never closed; else 0. An
    address may have lines, too, but none with as many columns as the list."""
    widths = Counter(len(row) for row in rows if len(row) > 1)
    columns = max(widths, key=lambda width: (widths[width], width), default=0)
    between = re.compile(rf"{re.escape(delimiter)}(?! )")
    for at, row in enumerate(rows, start=1):
        below = [line for cell in row if "\n" in cell or "\r" in cell for line in cell.splitlines()[1:]]
        if any(len(between.findall(line)) + 1 >= columns > 1 for line in below):
            return at
    return 0


def _delimiter(text: str) -> str:
    """The sign at which most rows fall into the same number of columns. Raises `SheetRefused`."""
    found = {sign: _regular(text, sign) for sign in DELIMITERS}
    best = max(found, key=lambda sign: found[sign])
    if found[best] == (0, 0):
        raise SheetRefused(UNREADABLE)
    return best


def _regular(text: str, delimiter: str) -> tuple[int, int]:
    """How many rows have the commonest number of columns above one, and that number."""
    rows = islice(csv.reader(StringIO(text, newline=""), delimiter=delimiter), LOOKED_AT)
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return 0, 0
    width, number = max(widths.items(), key=lambda item: (item[1], item[0]))
    return number, width
