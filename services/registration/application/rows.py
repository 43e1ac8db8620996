"""An invitation sheet as commands, and a report by row and column of what was not taken."""

import hmac
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from pydantic import ValidationError

from services.registration.application.acceptable import Unacceptable, check
from services.registration.application.cells import READERS, CellRefused
from services.registration.application.forecast import Forecast
from services.registration.application.headers import (
    TITLES,
    Header,
    column_letter,
    find_header,
    titles_seen,
)
from services.registration.application.naming import fault_of_email
from services.registration.application.sentences import misfit
from services.registration.application.sheets import Book, Cell, Sheet, Unread, below_first, is_blank
from shared.contracts.commands import Participant, SubmitRegistration
from shared.identity import comparable_name, npsn_is_odd

MAX_ROWS: Final = 50_000
SHARED: Final = ("category", "institution", "npsn", "regency", "cohort", "group")
"""What several people may have in common, so that one merged cell says it of all of them."""
BESIDE: Final = ("phone", "institution", "npsn", "group")
"""What decides neither who somebody is nor which seat is theirs: without it they are invited all the same."""
_LEFT_OUT: Final = frozenset({"dibatalkan", "batal", "ditolak", "cancelled"})
TOTAL: Final = re.compile(r"(jumlah|total|sub ?total|rekapitulasi)\b", re.IGNORECASE)

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
    """What staff should look at. `row` as in Excel, `column` its letter; the message names no person.

    A problem of the whole sheet has neither. `refused`: the row is not taken; else it is only a note.
    For staff alone, and never kept: `person`, the row's name; `value`, what its cell shows; `recorded`, what
    the office has instead. `sheet`: where several were read. `registration`: where the person can be seen to.
    """

    message: str
    row: int | None = None
    column: str | None = None
    field: str | None = None
    refused: bool = True
    sheet: str | None = None
    person: str | None = None
    value: str | None = None
    recorded: str | None = None
    registration: str | None = None

    def kept(self) -> dict[str, object]:
        """As it may be stored: without what stood in the sheet."""
        names = ("message", "row", "column", "field", "refused", "sheet", "registration")
        return {name: value for name in names if (value := getattr(self, name)) is not None}

    def shown(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class InvitedRow:
    number: int
    command: SubmitRegistration
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class SheetReport:
    """`rows`: the good ones, each person's row once. `columns`: what was read from where (`B`: `Nama`).
    `sheets`, `unread`: names of the visible sheets that were read, and that were not; `titles_in`: the row of
    titles of each that was. `forecast`: what its rows would come to, where somebody looked."""

    rows: tuple[InvitedRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    sheets: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    titles_in: Mapping[str, int] = field(default_factory=dict)
    forecast: Forecast | None = None

    @property
    def refused_rows(self) -> int:
        return refused_rows(self.problems)

    @property
    def readable(self) -> bool:
        """False where the sheet itself could not be read."""
        return all(problem.row for problem in self.problems if problem.refused)


def refused_rows(problems: Collection[Problem]) -> int:
    return len({(one.sheet, one.row) for one in problems if one.refused and one.row})


def as_dict(report: SheetReport, sent: int = 0) -> dict[str, object]:
    """The report as JSON shows it to staff, with the names and the cells that they must look for."""
    return {
        "sheet": ", ".join(report.sheets) or None,
        "unread_sheets": list(report.unread),
        "good": len(report.rows),
        "refused": report.refused_rows,
        "sent": sent,
        "columns": dict(report.columns),
        "problems": [one.shown() for one in report.problems if one.refused],
        "notes": [one.shown() for one in report.problems if not one.refused],
        "forecast": report.forecast.shown() if report.forecast else None,
    }


def command_id(key: bytes, command: SubmitRegistration) -> str:
    """HMAC-SHA256 in hex of the normalised row: the same row is the same command, a mended row a new one.

    Keyed, because the numbers in a row can be enumerated.
    """
    return hmac.new(key, b"simpul excel row\0" + command.encoded(), sha256).hexdigest()


def read_rows(book: Book, activity: str) -> SheetReport:
    """All sheets that have the columns -> commands of the good rows and the problems of the others."""
    filled = [sheet for sheet in book.sheets if not all(map(is_blank, sheet.rows))]
    headers = [(sheet, find_header(sheet.rows, sheet.merged)) for sheet in filled]
    whole = [(sheet, header) for sheet, header in headers if header and not header.missing]
    notes = [Problem(note, refused=False) for note in book.notes]
    if not whole:
        return SheetReport(problems=(_without_columns(headers), *notes), unread=_names(filled))
    if sum(len(sheet.rows) - header.row for sheet, header in whole) > MAX_ROWS:
        return SheetReport(problems=(Problem(f"Lebih dari {MAX_ROWS} baris; bagilah berkasnya"),))
    left = [(sheet, header) for sheet, header in headers if not header or header.missing]
    notes += [Problem(_why_left(sheet, header), refused=False) for sheet, header in left if _is_table(sheet)]
    seen: dict[str, _Place] = {}
    readings = [_Reading(sheet, header, activity, len(whole) > 1, seen) for sheet, header in whole]
    for reading in readings:
        reading.read()
    return SheetReport(
        tuple(row for reading in readings for row in reading.rows),
        (*(problem for reading in readings for problem in reading.problems), *notes),
        readings[0].columns,
        _names([sheet for sheet, _ in whole]),
        _names([sheet for sheet, _ in left]),
        {sheet.name: header.row for sheet, header in whole},
    )


def _names(sheets: Sequence[Sheet]) -> tuple[str, ...]:
    return tuple(sheet.name for sheet in sheets)


def _is_table(sheet: Sheet) -> bool:
    return any(sum(bool(str(cell).strip()) for cell in row) > 1 for row in sheet.rows)


def _why_left(sheet: Sheet, header: Header | None) -> str:
    names = ", ".join(TITLES[field] for field in header.missing) if header else "Nama, Email, dan Unsur"
    return f"Lembar {sheet.name} tidak dibaca: kolom {names} tidak ada"


def _without_columns(headers: Sequence[tuple[Sheet, Header | None]]) -> Problem:
    """What is missing where most is there, and which titles were seen."""
    best = max(headers, key=lambda one: len(one[1].columns) if one[1] else 0, default=None)
    if best is None:
        return Problem("Lembar ini kosong")
    sheet, header = best
    where = f" lembar {sheet.name}" if len(headers) > 1 else ""
    if header is not None:
        names = ", ".join(TITLES[field] for field in header.missing)
        titles = [str(cell) for cell in sheet.rows[header.row - 1] if str(cell).strip()]
        told = f"Kolom {names} tidak ada pada baris judul {header.row}{where}"
        return Problem(f"{told}; judul yang terbaca: {_joined(titles)}")
    row, titles = titles_seen(sheet.rows)
    told = "Baris judul kolom tidak ditemukan: perlu Nama, Email, dan Unsur"
    return Problem(f"{told}; yang terlihat pada baris {row}{where}: {_joined(titles)}" if row else told)


def _joined(titles: Sequence[str]) -> str:
    return ", ".join(" ".join(title.split()) for title in titles)


_Place = tuple[str | None, int]


@dataclass(slots=True)
class _Reading:
    """One pass over the rows below the header. `several`: of sheets, so that a row's number needs the name
    of its sheet; `first_seen`: in all of them."""

    sheet: Sheet
    header: Header
    activity: str
    several: bool
    first_seen: dict[str, _Place]
    rows: list[InvitedRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _person: str | None = None

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        order = sorted(self.header.columns.items(), key=lambda item: item[1])
        return tuple((column_letter(at), TITLES[field]) for field, at in order)

    @property
    def _name(self) -> str | None:
        return self.sheet.name if self.several else None

    def read(self) -> None:
        shared, hidden = self._merged(), set(self.sheet.hidden)
        struck = {row for row, column in self.sheet.struck if column == self.header.columns["name"]}
        last = self._last_with_email()
        self._tell_above()
        self._tell_beside()
        for number, row in enumerate(self.sheet.rows[self.header.row :], start=self.header.row + 1):
            found = {field: row[at] for field, at in self.header.columns.items() if at < len(row)}
            if _is_blank(found):
                self._person = None
                if any(map(_is_word, row)):
                    told = "Tidak dibaca: isinya di luar kolom yang dikenal"
                    self._say(number, None, told, refused=any(map(_is_address, row)))
                continue
            self._person = _called(found)
            if why := self._passed_over(found, row, number > last, number - 1 in struck):
                self._say(number, None, why, refused=False)
                continue
            if number in hidden:
                self._say(number, None, "Baris tersembunyi; tetap dibaca", refused=False)
            self._read_row(number, found | shared.get(number - 1, {}))

    def _tell_above(self) -> None:
        """People above the titles: a first table, whose titles are fewer."""
        for number, row in enumerate(self.sheet.rows[: self.header.row - 1], start=1):
            if any(map(_is_address, row)) and sum(map(_is_word, row)) > 1:
                told = f"Tidak dibaca: di atas baris judul {self.header.row}. Pindahkan ke bawah judul itu"
                self._say(number, None, told)

    def _tell_beside(self) -> None:
        """Columns with addresses that nobody reads: a second table, or a second address of each."""
        below, read = self.sheet.rows[self.header.row :], set(self.header.columns.values())
        found = Counter(
            at for row in below for at, cell in enumerate(row) if at not in read and _is_address(cell)
        )
        for at, number in sorted(found.items()):
            told = (
                f"Kolom {column_letter(at)} tidak dibaca, padahal berisi {number} alamat email. "
                "Bila itu orang lain, pindahkan ke bawah daftar"
            )
            self._say(self.header.row, None, told, refused=False)

    def _passed_over(
        self, found: dict[str, Cell], row: Sequence[Cell], below: bool, struck: bool
    ) -> str | None:
        """Why a row is nobody's, or nobody's who is invited."""
        name, email = str(found.get("name", "")).strip(), str(found.get("email", "")).strip()
        if not (name or email):  # an institution that has not named anyone yet
            return "Tanpa nama dan email; dilewati"
        if "@" not in email and TOTAL.match(name):
            return "Baris jumlah; dilewati"
        if not email and below and not str(found.get("category", "")).strip():
            return "Di bawah daftar, tanpa email dan unsur (tanda tangan?); dilewati"
        if struck:
            return "Nama dicoret; tidak diambil. Hapus coretannya bila orang ini diundang"
        at = self.header.status
        status = str(row[at]).strip() if at is not None and at < len(row) else ""
        return f"Status {status}; tidak diambil" if status.casefold() in _LEFT_OUT else None

    def _last_with_email(self) -> int:
        """Row number; 0 where no row has one."""
        at = self.header.columns["email"]
        rows = enumerate(self.sheet.rows[self.header.row :], start=self.header.row + 1)
        return max((number for number, row in rows if at < len(row) and str(row[at]).strip()), default=0)

    def _merged(self) -> dict[int, dict[str, Cell]]:
        """What merged cells say of the rows below their first one, by index; and a note on each."""
        fields = {at: field for field, at in self.header.columns.items() if field in SHARED}
        areas = [
            area for area in self.sheet.merged if area[1] in fields and self.header.row <= area[0] < area[2]
        ]
        for top, left, bottom, _ in areas:
            told = f"Sel gabungan: isinya dipakai untuk baris {top + 1} sampai {bottom + 1}"
            self._say(top + 1, fields[left], told, refused=False)
        found: dict[int, dict[str, Cell]] = {}
        for row, column, first in below_first(areas):
            found.setdefault(row, {})[fields[column]] = self.sheet.rows[first][column]
        return found

    def _read_row(self, number: int, found: dict[str, Cell]) -> None:
        command = self._command(number, found)
        if command is None:
            return
        first = self.first_seen.setdefault(_likeness(command), (self._name, number))
        if first != (self._name, number):
            self._say(number, None, f"Sama dengan {_where(first)}; diambil satu kali", refused=False)
            return
        self._tell_same(number, found, command.participant)
        if command.institution and command.institution.npsn and npsn_is_odd(command.institution.npsn):
            self._say(number, "npsn", "NPSN lazimnya 8 karakter; mohon diperiksa", found, refused=False)
        self.rows.append(InvitedRow(number, command, self._name))

    def _tell_same(self, number: int, found: dict[str, Cell], who: Participant) -> None:
        """Whoever is in the list twice, or has another's number by a slip: one of them is taken."""
        place, name = (self._name, number), comparable_name(who.name)
        known_by = {"nuptk": (who.nuptk,), "nip": (who.nip, name), "email": (who.email.lower(), name)}
        for one, values in known_by.items():
            if values[0] and (first := self.first_seen.setdefault(repr((one, values)), place)) != place:
                told = f"{TITLES[one]} sama dengan {_where(first)}, jadi dianggap orang yang sama"
                self._say(number, one, f"{told}: hanya satu yang didaftarkan", found, refused=False)
                return

    def _command(self, number: int, found: dict[str, Cell]) -> SubmitRegistration | None:
        values, refused = self._values(number, found)
        try:
            command = SubmitRegistration.model_validate(_nested(values, self.activity))
        except ValidationError as error:
            wrong = dict.fromkeys(_field(item["loc"]) for item in error.errors(include_input=False))
            if not refused and list(wrong) == ["phone"]:
                return self._without_phone(number, found, _sentence("phone", values["phone"]))
            for one in wrong:
                if one in values or one not in found:
                    self._say(number, one, _sentence(one, values.get(one)), found)
            return None
        if refused:
            return None
        try:
            check(command)  # and sent as it was typed, so that the same row stays the same command
        except Unacceptable as told:
            wrong_fields = {_field(tuple(one.field.split("."))): misfit(*one) for one in told.found}
            if list(wrong_fields) == ["phone"]:
                return self._without_phone(number, found, wrong_fields["phone"])
            for one, sentence in wrong_fields.items():
                self._say(number, one, sentence, found)
            return None
        return command

    def _values(self, number: int, found: Mapping[str, Cell]) -> tuple[dict[str, str | int | None], bool]:
        """What the cells say, and whether one of them keeps the row out."""
        values: dict[str, str | int | None] = {}
        refused = False
        for one, cell in found.items():
            try:
                values[one] = READERS[one](cell)
            except CellRefused as reason:
                beside = one in BESIDE and isinstance(cell, Unread)
                refused |= not beside
                told = f"{reason}; diundang tanpa {TITLES[one]}" if beside else str(reason)
                self._say(number, one, told, found, refused=not beside)
        return values, refused

    def _without_phone(self, number: int, found: dict[str, Cell], why: str) -> SubmitRegistration | None:
        """Somebody is invited by mail, whatever their telephone."""
        self._say(number, "phone", f"{why}; diundang tanpa nomor", found, refused=False)
        return self._command(number, {one: cell for one, cell in found.items() if one != "phone"})

    def _say(
        self,
        number: int,
        field: str | None,
        message: str,
        found: Mapping[str, Cell] | None = None,
        *,
        refused: bool = True,
    ) -> None:
        at = self.header.columns.get(field) if field else None
        self.problems.append(
            Problem(
                message,
                number,
                None if at is None else column_letter(at),
                TITLES[field] if field else None,
                refused,
                self._name,
                self._person,
                str(found[field]) if found and field and field in found else None,
            )
        )


def _where(place: _Place) -> str:
    sheet, row = place
    return f"baris {row}" + (f" lembar {sheet}" if sheet else "")


def _called(found: Mapping[str, Cell]) -> str | None:
    """By the name, else by the address; an error names nobody."""
    named = (found.get(field, "") for field in ("name", "email"))
    return next((str(one).strip() for one in named if not isinstance(one, Unread) and str(one).strip()), None)


def _is_address(cell: Cell) -> bool:
    """Whether a cell holds an email address and nothing else."""
    return (
        isinstance(cell, str) and "@" in cell and re.fullmatch(r"[^\s@]+@[^\s@]+", cell.strip()) is not None
    )


def _is_word(cell: Cell) -> bool:
    return isinstance(cell, str) and any(map(str.isalpha, cell))


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
