"""What stood in a workbook: plain cells, and what its sender saw of them besides."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

_ERROR: Final = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)", re.IGNORECASE)
NO_RESULT: Final = "rumus tanpa hasil"
LONGEST_COMPARED: Final = 200  # characters of a cell: comparing takes the square of them


class SheetRefused(ValueError):
    """Its text is an Indonesian sentence that says what to do."""


UNREADABLE: Final = (
    "Berkas ini tidak dapat dibaca sebagai lembar. Buka di Excel, simpan sebagai .xlsx, lalu unggah lagi"
)


@dataclass(frozen=True, slots=True)
class Unread:
    """A cell that holds something and no value: an error (`#N/A`), a formula that was never worked out."""

    shows: str

    def __str__(self) -> str:
        return self.shows


Cell = str | int | float | Unread
"""What a cell holds; an empty one is ''."""

Area = tuple[int, int, int, int]
"""First row and column, last row and column, from 0."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """`merged`: areas that look like one cell; `hidden`: rows, as Excel counts; `struck`: row and column,
    both from 0, of cells that are crossed out."""

    name: str
    rows: Sequence[Sequence[Cell]]
    merged: Sequence[Area] = ()
    hidden: Sequence[int] = ()
    struck: Sequence[tuple[int, int]] = ()


@dataclass(frozen=True, slots=True)
class Book:
    """The visible sheets in their order. `notes`: sentences on how the file was read."""

    sheets: Sequence[Sheet]
    notes: Sequence[str] = field(default=())


def seen(cell: Cell) -> Cell:
    """An error is one, whether the file says so or only its text does."""
    return Unread(cell.strip().upper()) if isinstance(cell, str) and _ERROR.fullmatch(cell.strip()) else cell


def is_blank(row: Iterable[Cell]) -> bool:
    return not any(str(cell).strip() for cell in row)


def below_first(merged: Sequence[Area]) -> Iterator[tuple[int, int, int]]:
    """Of merged cells: row and column, both from 0, of each cell below the first, and the first's row."""
    for top, left, bottom, _ in merged:
        for row in range(top + 1, bottom + 1):
            yield row, left, top


def is_address(cell: Cell) -> bool:
    """Whether a cell holds an email address and nothing else."""
    return (
        isinstance(cell, str) and "@" in cell and re.fullmatch(r"[^\s@]+@[^\s@]+", cell.strip()) is not None
    )


def is_word(cell: Cell) -> bool:
    return isinstance(cell, str) and any(map(str.isalpha, cell))
