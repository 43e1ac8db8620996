"""Which columns a list may have beside those that all lists have, and which ones staff chose for one."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from services.registration.features.gatherings.sheets.headers import (
    HEADER_SEARCH_ROWS,
    TITLES,
    Header,
    find_header,
    titles_seen,
)
from services.registration.workbooks.sheets import LONGEST_COMPARED, Cell, Sheet, is_address
from shared.contracts.questions import Question

ANSWER: Final = "tanya."
"""Stands before the id of a question, as the field of its column."""
STATUS: Final = "status"


@dataclass(frozen=True, slots=True)
class ColumnChoice:
    """What staff chose for lists with one row of titles. `columns`: title -> field, of those that are read;
    `words`: what a list writes for a category -> the category; `category`: of everybody in it."""

    columns: Mapping[str, str]
    words: Mapping[str, str] = field(default_factory=dict)
    category: str = ""


@dataclass(frozen=True, slots=True)
class ListColumns:
    """`questions`: of the activity; `choices`: by the digest of the titles that they are for."""

    questions: tuple[Question, ...] = ()
    choices: Mapping[str, ColumnChoice] = field(default_factory=dict)

    def header(self, sheet: Sheet) -> Header | None:
        """As staff chose, else as the titles say."""
        for at, row in enumerate(sheet.rows[:HEADER_SEARCH_ROWS] if self.choices else (), start=1):
            if choice := self.choices.get(titles_digest(row)):
                return _chosen(at, row, choice, {ANSWER + one.id for one in self.questions})
        found = find_header(sheet.rows, sheet.merged)
        return found and self._with_questions(found, sheet.rows[found.row - 1])

    def title(self, name: str) -> str:
        """Of a field, as people read it."""
        if name in TITLES:
            return TITLES[name]
        return next((one.words for one in self.questions if ANSWER + one.id == name), name)

    def _with_questions(self, header: Header, titles: Sequence[Cell]) -> Header:
        """A column is a question's where its title is the question's words, or its id."""
        free = {at: _letters(cell) for at, cell in enumerate(titles) if at not in header.columns.values()}
        asked = {
            ANSWER + one.id: at
            for one in self.questions
            for at, letters in free.items()
            if letters and letters in (_letters(one.words), _letters(one.id))
        }
        return replace(header, columns=header.columns | asked) if asked else header


def titles_of(sheet: Sheet) -> tuple[int, list[str]]:
    """The row of titles as Excel counts, and all of its titles; 0 where no row looks like one."""
    header = find_header(sheet.rows, sheet.merged)
    at = header.row if header else titles_seen(sheet.rows)[0] or _first_row(sheet)
    return at, [title_key(cell) for cell in sheet.rows[at - 1]] if at else []


def title_key(cell: Cell) -> str:
    return " ".join(str(cell).split())[:LONGEST_COMPARED]


def titles_digest(row: Sequence[Cell]) -> str:
    """The same for the same titles in whatever order."""
    titles = sorted({title_key(cell).casefold() for cell in row} - {""})
    return hashlib.sha256(json.dumps(titles).encode()).hexdigest()


def word_key(cell: Cell) -> str:
    return title_key(cell).casefold()


def _first_row(sheet: Sheet) -> int:
    """The first one with several titles, long as the questions of a form may be; never one with an
    address."""
    for at, row in enumerate(sheet.rows[:HEADER_SEARCH_ROWS], start=1):
        if sum(bool(str(cell).strip()) for cell in row) > 1:
            return 0 if any(map(is_address, row)) else at
    return 0


def _chosen(at: int, row: Sequence[Cell], choice: ColumnChoice, asked: set[str]) -> Header:
    places: dict[str, int] = {}
    for index, cell in enumerate(row):
        places.setdefault(title_key(cell).casefold(), index)
    found = {name: places[title.casefold()] for title, name in choice.columns.items()}
    status = found.pop(STATUS, None)
    known = {name: index for name, index in found.items() if name in TITLES or name in asked}
    return Header(at, known, status, dict(choice.words), choice.category)


def _letters(text: Cell) -> str:
    return re.sub(r"[\W_]", "", str(text)[:LONGEST_COMPARED].casefold())
