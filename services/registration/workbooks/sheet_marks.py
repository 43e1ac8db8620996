"""What Excel shows of a worksheet and its cells' values do not say: errors, formulas that were never worked
out, rows that are hidden, cells that are crossed out, and ticks that are letters of a font of signs.

Read from the parts of an .xlsx (ECMA-376 part 1: 18.3 worksheets, 18.8 styles) or of an .ods (OpenDocument
1.2, part 1: 9.1 tables); there an error is what its cell's text says.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final
from xml.etree import ElementTree

from services.registration.workbooks.sheets import NO_RESULT

_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_MARKED: Final = re.compile(rb"""t=["']e|<(\w+:)?f[\s>/]|hidden=""")
"""Most lists have none of it, and looking through 50,000 rows takes seconds."""
_REPEATED: Final = 1_000  # rows alike that are told one by one
_SIGNS: Final = {
    "wingdings": {"ü": "✓", "þ": "☑", "û": "✗", "ý": "☒", "x": "☒", "o": "☐", "¨": "☐"},
    "wingdings 2": {"P": "✓", "R": "☑", "O": "✗", "S": "☒", "£": "☐"},
}
"""Letters of fonts of signs, as what they show (Unicode's mapping of Microsoft's fonts)."""


@dataclass(frozen=True, slots=True)
class Font:
    struck: bool = False
    signs: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Marks:
    """Of one worksheet; cells by row and column from 0, hidden rows as Excel counts."""

    unread: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden: list[int] = field(default_factory=list)
    struck: list[tuple[int, int]] = field(default_factory=list)
    signs: dict[tuple[int, int], dict[str, str]] = field(default_factory=dict)


def marks_of(data: bytes) -> dict[str, Marks]:
    """By the sheet's name. Raises `KeyError`, `ValueError` or `ParseError` for what is neither."""
    with zipfile.ZipFile(BytesIO(data)) as book:
        if "content.xml" in book.namelist():
            return _of_open_document(book.read("content.xml"))
        parts = {one.get("Id"): one for one in _tree(book, "xl/_rels/workbook.xml.rels")}
        looks = [one for one in parts.values() if str(one.get("Type")).endswith("/styles")]
        fonts = _fonts(_tree(book, _path(looks[0]))) if looks else []
        found = {}
        for sheet in _tree(book, "xl/workbook.xml").iter():
            if _name(sheet) == "sheet":
                part = next(parts[value] for key, value in sheet.items() if key.endswith("}id"))
                found[sheet.get("name", "")] = _marks(book.read(_path(part)), fonts)
        return found


def _tree(book: zipfile.ZipFile, path: str) -> ElementTree.Element:
    return ElementTree.fromstring(book.read(path))  # noqa: S314 (measured before, and without a doctype)


def _path(part: ElementTree.Element) -> str:
    target = part.get("Target", "")
    return target[1:] if target.startswith("/") else posixpath.normpath(f"xl/{target}")


def _name(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _fonts(styles: ElementTree.Element) -> list[Font]:
    """By the number that a cell's `s` names."""
    fonts = [_font(one) for group in styles if _name(group) == "fonts" for one in group]
    formats = [one for group in styles if _name(group) == "cellXfs" for one in group]
    return [fonts[int(one.get("fontId", 0))] for one in formats]


def _font(element: ElementTree.Element) -> Font:
    parts = {_name(one): one.get("val", "1") for one in element}
    struck = parts.get("strike", "0") not in ("0", "false")
    return Font(struck, _SIGNS.get(parts.get("name", "").casefold(), {}))


def _marks(worksheet: bytes, fonts: list[Font]) -> Marks:
    found, number = Marks(), 0
    if not (_MARKED.search(worksheet) or any(font.struck or font.signs for font in fonts)):
        return found
    for _, row in ElementTree.iterparse(BytesIO(worksheet), ("end",)):  # noqa: S314
        if _name(row) == "row":
            number = int(row.get("r", number + 1))
            if row.get("hidden") in ("1", "true"):
                found.hidden.append(number)
            for at, cell in _cells(row):
                _mark(found, (number - 1, at), cell, fonts)
            row.clear()
    return found


def _cells(row: ElementTree.Element) -> Iterator[tuple[int, ElementTree.Element]]:
    at = -1
    for cell in row:
        match = _REFERENCE.fullmatch(cell.get("r", ""))
        at = _index(match[1]) if match else at + 1
        yield at, cell


def _index(letters: str) -> int:
    found = 0
    for letter in letters:
        found = found * 26 + ord(letter) - 64
    return found - 1


def _mark(found: Marks, at: tuple[int, int], cell: ElementTree.Element, fonts: list[Font]) -> None:
    parts = {_name(one): one.text or "" for one in cell}
    if cell.get("t") == "e":
        found.unread[at] = parts.get("v", "") or "#N/A"
    elif "f" in parts and not parts.get("v") and cell.get("t") != "str":
        found.unread[at] = NO_RESULT
    look = int(cell.get("s", 0))
    font = fonts[look] if look < len(fonts) else Font()
    if font.struck and ("v" in parts or "is" in parts):
        found.struck.append(at)
    if font.signs:
        found.signs[at] = font.signs


def _of_open_document(content: bytes) -> dict[str, Marks]:
    found, marks, lined, number = dict[str, Marks](), Marks(), set[str | None](), 0
    for event, one in ElementTree.iterparse(BytesIO(content), ("start", "end")):  # noqa: S314
        match event, _name(one):
            case "end", "style":
                if any(_given(part, "text-line-through-style") not in (None, "none") for part in one):
                    lined.add(_given(one, "name"))
            case "start", "table":
                marks, number = found.setdefault(_given(one, "name") or "", Marks()), 0
            case "end", "table-row":
                repeated = int(_given(one, "number-rows-repeated") or 1)
                if _given(one, "visibility") in ("collapse", "filter"):
                    marks.hidden += range(number + 1, number + min(repeated, _REPEATED) + 1)
                marks.struck += [(number, at) for at in _lined(one, lined)]
                number += repeated
                one.clear()
    return found


def _lined(row: ElementTree.Element, lined: set[str | None]) -> Iterator[int]:
    at = 0
    for cell in row:
        if _given(cell, "style-name") in lined and _given(cell, "value-type"):
            yield at
        at += int(_given(cell, "number-columns-repeated") or 1)


def _given(element: ElementTree.Element, name: str) -> str | None:
    return next((value for key, value in element.items() if key.rpartition("}")[2] == name), None)
