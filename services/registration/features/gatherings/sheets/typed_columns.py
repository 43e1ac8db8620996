"""The columns that staff name for a list, looked up in it: by letter, by title, or as they are offered."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, get_args

from services.registration.features.gatherings.sheets.categories import categories
from services.registration.features.gatherings.sheets.headers import TITLES, column_letter
from services.registration.features.gatherings.sheets.list_columns import (
    ANSWER,
    STATUS,
    ColumnChoice,
    titles_digest,
    titles_of,
    word_key,
)
from services.registration.workbooks.sheets import Book, Cell
from shared.contracts.questions import Question
from shared.contracts.types import Category

NEEDED: Final = ("name", "email")
EVERYBODY: Final = "semua"
WORD: Final = "kata."
MOST_WORDS: Final = 20
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


def read_columns(sent: Mapping[str, object], table: Table, questions: Sequence[Question]) -> TypedColumns:
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
    for name in NEEDED:
        if name not in columns.values():
            typed.errors.setdefault(name, MISSING[name])
    if "category" not in columns.values() and not everybody:
        typed.errors.setdefault("category", NO_CATEGORY)
    words = {
        name.removeprefix(WORD): str(value)
        for name, value in sent.items()
        if name.startswith(WORD) and value in get_args(Category)
    }
    typed.choice = ColumnChoice(columns, dict([*words.items()][:MOST_WORDS]), everybody)
    return typed


def unknown_words(table: Table, choice: ColumnChoice) -> list[str]:
    """What stands in the column of categories and means none, or several; the commonest first."""
    title = next((title for title, name in choice.columns.items() if name == "category"), None)
    if title is None:
        return []
    found = Counter(word_key(cell) for cell in table.column(title))
    return [word for word, _ in found.most_common() if word and len(categories(word)) != 1][:MOST_WORDS]
