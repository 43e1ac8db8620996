"""What a sheet unpacks to, measured without unpacking it into memory: a small file may hold a large one.

Limits: 1,000 entries, 200 MB unpacked, 100,000 rows, 256 columns, 2,000,000 cells between the first and the
last one; 50,000 rows of the invitation sheet with 30 columns are within.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from xml.parsers import expat

from services.registration.workbooks.sheets import UNREADABLE, SheetRefused

MAX_ENTRIES, MAX_UNPACKED = 1_000, 200_000_000
MAX_ROWS, MAX_COLUMNS, MAX_AREA = 100_000, 256, 2_000_000
_CHUNK = 1 << 16
_REFERENCE = re.compile(r"([A-Z]{1,4})([0-9]{1,9})$")


def require_bounds(data: bytes) -> None:
    """Raises `SheetRefused`. An old `.xls` is not packed, and bounds its rows and columns itself."""
    if not data.startswith(b"PK"):
        return
    try:
        book = zipfile.ZipFile(BytesIO(data))
        entries = book.infolist()
        if len(entries) > MAX_ENTRIES:
            raise SheetRefused(f"Berkas berisi lebih dari {MAX_ENTRIES} bagian; salin isinya ke berkas baru")
        _measure(data, entries)
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, IndexError):
        raise SheetRefused(UNREADABLE) from None


def _measure(data: bytes, entries: list[zipfile.ZipInfo]) -> None:
    unpacked = 0
    for entry in entries:
        if entry.filename == "xl/workbook.bin":
            raise SheetRefused("Berkas ini .xlsb; simpan sebagai .xlsx, lalu unggah lagi")
        extent: _Extent | None = None
        for number, chunk in enumerate(_unpacked(data, entry)):
            unpacked += len(chunk)
            if unpacked > MAX_UNPACKED:
                raise SheetRefused(
                    f"Isi berkas melebihi {MAX_UNPACKED // 1_000_000} MB setelah dibuka; bagilah berkasnya"
                )
            if number == 0 and _is_xml(chunk) and not entry.filename.endswith(".vml"):
                extent = _Extent()
            if extent:
                extent.read(chunk)
        if extent:
            extent.end()


def _is_xml(start: bytes) -> bool:
    return start.lstrip()[:1] == b"<" or start.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"))


def _unpacked(data: bytes, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """By our own count: what the entry says of its size need not be so."""
    at = entry.header_offset
    lengths = int.from_bytes(data[at + 26 : at + 28], "little") + int.from_bytes(
        data[at + 28 : at + 30], "little"
    )
    packed = data[at + 30 + lengths : at + 30 + lengths + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        yield from (packed[start : start + _CHUNK] for start in range(0, len(packed), _CHUNK))
    elif entry.compress_type == zipfile.ZIP_DEFLATED:
        stream = zlib.decompressobj(-15)
        for start in range(0, len(packed), _CHUNK):
            rest = packed[start : start + _CHUNK]
            while rest:
                yield stream.decompress(rest, _CHUNK)
                rest = stream.unconsumed_tail
        yield stream.flush()
    else:
        raise SheetRefused(UNREADABLE)


class _Extent:
    """How far the filled cells of one part reach, in Excel (`c`) or OpenDocument (`table-cell`)."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.StartElementHandler = self._start
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._row = self._column = self._last_row = self._last_column = 0
        self._repeated = 1

    def read(self, chunk: bytes) -> None:
        self._parser.Parse(chunk, False)

    def end(self) -> None:
        self._parser.Parse(b"", True)

    def _doctype(self, *_: object) -> None:
        raise SheetRefused(UNREADABLE)

    def _start(self, name: str, given: dict[str, str]) -> None:
        match name.rpartition(":")[2]:
            case "row":
                self._row, self._column = _number(given.get("r"), self._row + 1), 0
            case "c":
                self._to(given.get("r"))
            case "v" | "is" | "f":
                self._filled()
            case "table-row":
                self._row += self._repeated
                self._repeated, self._column = _repeat(given, "rows"), 0
            case "table-cell" | "covered-table-cell":
                self._column += _repeat(given, "columns")
                if any(key.endswith("value-type") for key in given):
                    self._filled(self._repeated)

    def _to(self, reference: str | None) -> None:
        self._column += 1
        if reference and (match := _REFERENCE.match(reference)):
            self._column, self._row = 0, int(match[2])
            for letter in match[1]:
                self._column = self._column * 26 + ord(letter) - 64

    def _filled(self, below: int = 0) -> None:
        self._last_row = max(self._last_row, self._row + below)
        self._last_column = max(self._last_column, self._column)
        if self._last_row > MAX_ROWS:
            raise SheetRefused(f"Lembar lebih panjang dari {MAX_ROWS} baris; bagilah berkasnya")
        if self._last_column > MAX_COLUMNS:
            raise SheetRefused(f"Lembar lebih lebar dari {MAX_COLUMNS} kolom; hapus kolom yang tidak dipakai")
        if self._last_row * self._last_column > MAX_AREA:
            raise SheetRefused("Lembar terlalu besar; hapus kolom yang tidak dipakai atau bagilah berkasnya")


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else otherwise


def _repeat(given: dict[str, str], what: str) -> int:
    repeated = (value for key, value in given.items() if key.endswith(f"number-{what}-repeated"))
    return _number(next(repeated, None), 1)
