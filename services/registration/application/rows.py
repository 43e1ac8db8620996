"""An invitation sheet as commands, and a report by row and column of what was not taken."""

import hmac
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Final

from pydantic import ValidationError

from services.registration.application.acceptable import Unacceptable, check
from services.registration.application.cells import READERS, CellRefused, text
from services.registration.application.headers import TITLES, Cell, Header, column_letter, find_header
from services.registration.application.naming import fault_of_email
from services.registration.application.sentences import misfit
from shared.contracts.commands import SubmitRegistration
from shared.identity import comparable_name, npsn_is_odd

MAX_ROWS: Final = 50_000

_FIELD_OF: Final = {
    ("participant", "name"): "name",
    ("participant", "email"): "email",
    ("participant", "phone"): "phone",
    ("participant", "nip"): "nip",
    ("participant", "nuptk"): "nuptk",
    ("institution", "name"): "institution",
    ("institution", "npsn"): "npsn",
    ("category",): "category",
    ("cohort",): "cohort",
    ("group",): "group",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """What staff should look at. `row` as in Excel, `column` its letter; the sentence names no person.

    A problem of the whole sheet has neither. `refused`: the row is not taken; else it is only a hint.
    """

    message: str
    row: int | None = None
    column: str | None = None
    field: str | None = None
    refused: bool = True


@dataclass(frozen=True, slots=True)
class InvitedRow:
    number: int
    command: SubmitRegistration


@dataclass(frozen=True, slots=True)
class SheetReport:
    """`rows`: the good ones, each person's row once. `columns`: what was read from where (`B`: `Nama`)."""

    rows: tuple[InvitedRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()

    @property
    def refused_rows(self) -> int:
        return len({problem.row for problem in self.problems if problem.refused and problem.row})

    @property
    def readable(self) -> bool:
        """False where the sheet itself could not be read."""
        return all(problem.row for problem in self.problems)


def as_dict(report: SheetReport, sent: int = 0) -> dict[str, object]:
    """The report as JSON shows it: no names, no addresses, no numbers of persons."""
    return {
        "good": len(report.rows),
        "refused": report.refused_rows,
        "sent": sent,
        "columns": dict(report.columns),
        "problems": [asdict(problem) for problem in report.problems],
    }


def command_id(key: bytes, command: SubmitRegistration) -> str:
    """HMAC-SHA256 in hex of the normalised row: the same row is the same command, a mended row a new one.

    Keyed, because the numbers in a row can be enumerated.
    """
    return hmac.new(key, b"simpul excel row\0" + command.encoded(), sha256).hexdigest()


def read_rows(cells: Sequence[Sequence[Cell]], activity: str) -> SheetReport:
    """Cells from the sheet's first row on -> commands of the good rows and the problems of the others."""
    if (header := find_header(cells)) is None:
        return SheetReport(
            problems=(Problem("Baris judul kolom tidak ditemukan: perlu Nama, Email, dan Unsur"),)
        )
    if header.missing:
        names = ", ".join(TITLES[field] for field in header.missing)
        return SheetReport(problems=(Problem(f"Kolom {names} tidak ada pada baris judul {header.row}"),))
    if len(cells) - header.row > MAX_ROWS:
        return SheetReport(
            problems=(Problem(f"Lembar lebih panjang dari {MAX_ROWS:n} baris; bagilah berkasnya"),)
        )
    return _Reading(header, activity).read(cells)


class _Reading:
    """One pass over the rows below the header."""

    def __init__(self, header: Header, activity: str) -> None:
        self.header = header
        self.activity = activity
        self.rows: list[InvitedRow] = []
        self.problems: list[Problem] = []
        self.first_seen: dict[str, int] = {}

    def read(self, cells: Sequence[Sequence[Cell]]) -> SheetReport:
        for number, row in enumerate(cells[self.header.row :], start=self.header.row + 1):
            found = {field: row[at] for field, at in self.header.columns.items() if at < len(row)}
            if _is_blank(found):
                continue
            if text(found.get("name", "")) or text(found.get("email", "")):
                self._read_row(number, found)
            else:  # a signature below the list, or an institution that has not named anyone yet
                self._say(number, None, "Tanpa nama dan email; dilewati", refused=False)
        order = sorted(self.header.columns.items(), key=lambda item: item[1])
        columns = tuple((column_letter(at), TITLES[field]) for field, at in order)
        return SheetReport(tuple(self.rows), tuple(self.problems), columns)

    def _read_row(self, number: int, found: dict[str, Cell]) -> None:
        command = self._command(number, found)
        if command is None:
            return
        first = self.first_seen.setdefault(_likeness(command), number)
        if first != number:
            self._say(number, None, f"Sama dengan baris {first}; diambil satu kali", refused=False)
            return
        if command.institution and command.institution.npsn and npsn_is_odd(command.institution.npsn):
            self._say(number, "npsn", "NPSN lazimnya 8 karakter; mohon diperiksa", refused=False)
        self.rows.append(InvitedRow(number, command))

    def _command(self, number: int, found: dict[str, Cell]) -> SubmitRegistration | None:
        values: dict[str, str | int | None] = {}
        refused = False
        for field, cell in found.items():
            try:
                values[field] = READERS[field](cell)
            except CellRefused as reason:
                refused = True
                self._say(number, field, str(reason))
        try:
            command = SubmitRegistration.model_validate(_nested(values, self.activity))
        except ValidationError as error:
            for field in dict.fromkeys(_field(item["loc"]) for item in error.errors(include_input=False)):
                if field in values or field not in found:
                    self._say(number, field, _sentence(field, values.get(field)))
            return None
        return None if refused or not self._acceptable(number, command) else command

    def _acceptable(self, number: int, command: SubmitRegistration) -> bool:
        """The row is sent as it was typed, so that the same row stays the same command."""
        try:
            check(command)
        except Unacceptable as refused:
            for one in refused.found:
                self._say(number, _field(tuple(one.field.split("."))), misfit(*one))
            return False
        return True

    def _say(self, number: int, field: str | None, message: str, *, refused: bool = True) -> None:
        at = self.header.columns.get(field) if field else None
        column = None if at is None else column_letter(at)
        self.problems.append(Problem(message, number, column, TITLES[field] if field else None, refused))


def _is_blank(found: dict[str, Cell]) -> bool:
    """Nothing in the known columns, or the row of column numbers that many sheets have below the header."""
    filled = [str(cell).strip("() ").removesuffix(".0") for cell in found.values() if str(cell).strip()]
    return not filled or all(cell.isdigit() and len(cell) <= 2 for cell in filled)


def _nested(values: dict[str, str | int | None], activity: str) -> dict[str, object]:
    def given(*fields: str) -> dict[str, object]:
        return {field: values[field] for field in fields if values.get(field) is not None}

    found: dict[str, object] = {"activity": activity, **given("category", "regency", "cohort", "group")}
    found["participant"] = given("name", "email", "phone", "nip", "nuptk")
    institution = given("npsn") | ({"name": values["institution"]} if values.get("institution") else {})
    return found | ({"institution": institution} if institution else {})


def _field(location: tuple[str | int, ...]) -> str:
    return _FIELD_OF.get(tuple(str(part) for part in location), "name")


def _sentence(field: str, value: object) -> str:
    if value is None:
        return f"{TITLES[field]} kosong"
    if field == "email":
        return f"Alamat email tidak sah: {fault_of_email(str(value))}"
    if field == "phone":
        return "Nomor HP tidak sah; tulis satu nomor saja"
    return f"Isi kolom {TITLES[field]} tidak dapat dipakai (terlalu panjang atau ada karakter terlarang)"


def _likeness(command: SubmitRegistration) -> str:
    """Rows alike but for case and titles of the name are one row."""
    alike = command.participant.model_copy(update={"name": comparable_name(command.participant.name)})
    return command.model_copy(update={"participant": alike}).model_dump_json(exclude_none=True)
