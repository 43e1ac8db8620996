"""The columns that staff name for a list, looked up in it: by letter, by title, or as they are offered."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, get_args

from services.registration.features.gatherings.sheets.categories import categories
from services.registration.features.gatherings.sheets.headers import TITLES, column_letter
from services.registration.features.gatherings.sheets.list_columns import (
    ANSWER,
    STATUS,
    ColumnChoice,
    ListColumns,
    title_key,
    titles_digest,
    titles_of,
    word_key,
)
from services.registration.workbooks.sheets import Book, Cell, Sheet
from shared.contracts.questions import Question
from shared.contracts.types import Category

NEEDED: Final = ("name", "email")
EVERYBODY: Final = "semua"
WORD: Final = "kata."
MEANT: Final = "arti."
MOST_WORDS: Final = 12
MOST_REMEMBERED: Final = 100
ELSEWHERE: Final = {
    "attendee name": "name",
    "name": "name",
    "attendee email": "email",
    "email address": "email",
    "e-mail": "email",
    "company": "institution",
    "affiliation": "institution",
    "registration state": STATUS,
    "status": STATUS,
}
"""Titles of pretix's and Indico's lists, the better one of a field first -> what is proposed for them."""
UNKNOWN: Final = "Kolom “{}” tidak ada di berkas ini"
MISSING: Final = {"name": "Pilih kolom nama", "email": "Pilih kolom email"}
NO_CATEGORY: Final = "Pilih kolom unsur, atau unsur untuk semua orang"
TWICE: Final = "Kolom {} dipilih untuk dua hal"


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet with a row of titles. `at`: that row, as Excel counts; `titles`: all of it."""

    rows: Sequence[Sequence[Cell]]
    at: int
    titles: Sequence[str]

    @property
    def digest(self) -> str:
        return titles_digest(self.rows[self.at - 1])

    @property
    def offered(self) -> dict[str, str]:
        """Title -> how it is named here: by its letter, too. Of two with one title the first."""
        named: dict[str, str] = {}
        for index, title in enumerate(self.titles):
            if title:
                named.setdefault(title, f"{column_letter(index)}: {title[:60]}")
        return named

    def column(self, title: str) -> list[Cell]:
        at = self.titles.index(title)
        return [row[at] for row in self.rows[self.at :] if at < len(row)]

    def title(self, written: str) -> str | None:
        key, offered = written.casefold(), self.offered
        letters = {column_letter(at).casefold(): title for at, title in enumerate(self.titles)}
        named = {label.casefold(): title for title, label in offered.items()}
        found = named.get(key) or {title.casefold(): title for title in offered}.get(key) or letters.get(key)
        return found or None


@dataclass
class TypedColumns:
    """`errors`: field -> what to do. `choice`: what is chosen so far."""

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    choice: ColumnChoice = field(default_factory=lambda: ColumnChoice({}))


def table_of(book: Book) -> Table | None:
    for sheet in book.sheets:
        at, titles = titles_of(sheet)
        if at and sum(map(bool, titles)) > 1:
            return Table(sheet.rows, at, titles)
    return None


def fields_of(questions: Sequence[Question]) -> dict[str, str]:
    """What a column may hold -> how that is named."""
    asked = {ANSWER + one.id: one.words for one in questions}
    return dict(TITLES) | {STATUS: "Status (yang batal tidak diambil)"} | asked


def proposed(table: Table, questions: Sequence[Question]) -> dict[str, str]:
    """Field -> the column that its title tells of, as it is offered."""
    row, offered = table.rows[table.at - 1], table.offered
    header = ListColumns(tuple(questions)).header(Sheet("", [row]))
    found = (
        {} if header is None else {name: offered[title_key(row[at])] for name, at in header.columns.items()}
    )
    by_title = {title.casefold(): label for title, label in offered.items()}
    for title, name in ELSEWHERE.items():
        if title in by_title and by_title[title] not in found.values():
            found.setdefault(name, by_title[title])
    for one in questions:
        if one.words.casefold() in by_title:
            found.setdefault(ANSWER + one.id, by_title[one.words.casefold()])
    return found


def read_columns(
    sent: Mapping[str, object],
    table: Table,
    questions: Sequence[Question],
    before: Mapping[str, str] = MappingProxyType({}),
) -> TypedColumns:
    """`before`: words that were explained for such a list."""
    names = fields_of(questions)
    typed = TypedColumns({name: str(sent.get(name, "")).strip()[:300] for name in names})
    everybody = str(sent.get(EVERYBODY, ""))
    typed.values[EVERYBODY] = everybody = everybody if everybody in get_args(Category) else ""
    columns = dict[str, str]()
    for name in names:
        if not (written := typed.values[name]):
            continue
        title = table.title(written)
        if title is None:
            typed.errors[name] = UNKNOWN.format(written[:60])
        elif title in columns:
            typed.errors[name] = TWICE.format(title[:60])
        else:
            columns[title] = name
            typed.values[name] = table.offered[title]
    for name in NEEDED:
        if name not in columns.values():
            typed.errors.setdefault(name, MISSING[name])
    if "category" not in columns.values() and not everybody:
        typed.errors.setdefault("category", NO_CATEGORY)
    explained = [(str(sent.get(f"{WORD}{at}", "")), sent.get(f"{MEANT}{at}")) for at in range(MOST_WORDS)]
    words = {word_key(word): str(meant) for word, meant in explained if meant in get_args(Category)}
    typed.choice = ColumnChoice(columns, dict([*{**before, **words}.items()][:MOST_REMEMBERED]), everybody)
    return typed


def unknown_words(table: Table, choice: ColumnChoice) -> list[str]:
    """What stands in the column of categories and means none, or several; the commonest first."""
    title = next((title for title, name in choice.columns.items() if name == "category"), None)
    if title is None:
        return []
    found = Counter(word_key(cell) for cell in table.column(title))
    return [word for word, _ in found.most_common() if word and len(categories(word)) != 1][:MOST_WORDS]
