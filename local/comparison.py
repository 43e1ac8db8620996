"""Four readings of the same two gatherings, side by side: they agree in every row, or a row is named."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rich.table import Table

FIGURES = (
    "activities",
    "seats",
    "confirmed",
    "waitlisted",
    "cancelled",
    "present",
    "session_attendances",
    "jp_attended",
)
TEMPLATES = ("confirmed", "waitlisted", "promoted", "cancelled")

Reading = Mapping[str, int]
"""Row name -> number. A row that a reading does not name is 0 in it."""


@dataclass(frozen=True, slots=True)
class Row:
    """`mailbox` is None where mails say nothing, `national` where the nation does not know."""

    name: str
    expected: int
    facts: int | None
    mailbox: int | None
    national: int | None

    @property
    def agrees(self) -> bool:
        return all(value in (None, self.expected) for value in (self.facts, self.mailbox, self.national))


def figure(office: str, activity: str, measure: str) -> str:
    return f"{office}/{activity} {measure}"


def mails(office: str, template: str) -> str:
    return f"{office} mails {template}"


def mails_twice(office: str) -> str:
    return f"{office} mails sent twice"


def gaps(office: str) -> str:
    return f"{office} gaps"


def control_equal(office: str) -> str:
    return f"{office} control totals equal"


def compare(expected: Reading, facts: Reading, mailbox: Reading, national: Reading) -> list[Row]:
    """A row for every name that any of the four has: what one of them knows alone is a difference."""
    names = dict.fromkeys([*expected, *facts, *mailbox, *national])
    return [_row(name, expected, facts, mailbox, national) for name in names]


def differing(rows: Iterable[Row]) -> list[Row]:
    return [row for row in rows if not row.agrees]


def as_table(rows: Iterable[Row]) -> Table:
    """80 characters wide, so that a row stays a line on the smallest terminal."""
    title = "Expected from the example files, and found in three places read separately"
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=None,
        padding=(0, 2, 0, 0),
        pad_edge=False,
    )
    table.add_column("", no_wrap=True)
    for source in ("files", "facts", "mailbox", "national"):
        table.add_column(source, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    office = ""
    for row in rows:
        if office and not row.name.startswith(office):
            table.add_row()
        office = row.name.replace("/", " ").split()[0]
        values = (row.expected, row.facts, row.mailbox, row.national)
        told = ["" if value is None else str(value) for value in values]
        table.add_row(row.name, *told, "=" if row.agrees else "!=", style="" if row.agrees else "bold red")
    return table


def _row(name: str, expected: Reading, facts: Reading, mailbox: Reading, national: Reading) -> Row:
    of_mails, of_control = " mails " in name, name.endswith(" control totals equal")
    return Row(
        name,
        expected.get(name, 0),
        None if of_control or name.endswith(" mails sent twice") else facts.get(name, 0),
        mailbox.get(name, 0) if of_mails else None,
        None if of_mails else national.get(name, 0),
    )
