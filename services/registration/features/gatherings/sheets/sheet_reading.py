"""One pass over the rows of an invitation sheet: each is taken, told, or passed over with a word."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from services.registration.features.gatherings.sheets.headers import TITLES, Header, column_letter
from services.registration.features.gatherings.sheets.list_columns import ANSWER, ListColumns, word_key
from services.registration.features.gatherings.sheets.sheet_answers import answers_of_row
from services.registration.features.gatherings.sheets.sheet_report import InvitedRow, Problem
from services.registration.features.gatherings.sheets.sheet_row import command_of, likeness
from services.registration.workbooks.sheets import Cell, Sheet, Unread, below_first, is_address, is_word
from shared.contracts.commands import Participant
from shared.identity import comparable_name, npsn_is_odd

SHARED: Final = ("category", "institution", "npsn", "regency", "cohort", "group")
"""What several people may have in common, so that one merged cell says it of all of them."""
_LEFT_OUT: Final = frozenset(
    {"dibatalkan", "batal", "ditolak", "cancelled", "canceled", "expired", "rejected", "withdrawn"}
)
TOTAL: Final = re.compile(r"(jumlah|total|sub ?total|rekapitulasi)\b", re.IGNORECASE)
Place = tuple[str | None, int]
"""The name of a sheet, where there are several, and the number of a row in it."""


@dataclass(slots=True)
class SheetReading:
    """One pass over the rows below the header. `several`: of sheets, so that a row's number needs the name
    of its sheet; `first_seen`: in all of them."""

    sheet: Sheet
    header: Header
    activity: str
    several: bool
    first_seen: dict[str, Place]
    known: ListColumns = field(default_factory=ListColumns)
    rows: list[InvitedRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _person: str | None = None

    @property
    def columns(self) -> tuple[tuple[str, str], ...]:
        order = sorted(self.header.columns.items(), key=lambda item: item[1])
        return tuple((column_letter(at), self.known.title(field)) for field, at in order)

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
                if any(map(is_word, row)):
                    told = "Tidak dibaca: isinya di luar kolom yang dikenal"
                    self._say(number, None, told, refused=any(map(is_address, row)))
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
            if any(map(is_address, row)) and sum(map(is_word, row)) > 1:
                told = f"Tidak dibaca: di atas baris judul {self.header.row}. Pindahkan ke bawah judul itu"
                self._say(number, None, told)

    def _tell_beside(self) -> None:
        """Columns with addresses that nobody reads: a second table, or a second address of each."""
        below, read = self.sheet.rows[self.header.row :], set(self.header.columns.values())
        found = Counter(
            at for row in below for at, cell in enumerate(row) if at not in read and is_address(cell)
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
        base = {field: cell for field, cell in found.items() if not field.startswith(ANSWER)}
        command, faults = command_of(self._categorised(base), self.activity)
        if command is not None:
            answers, more = answers_of_row(found, self.known.questions, command.category)
            command = command.model_copy(update={"answers": answers}) if answers else command
            faults += more
        for fault in faults:
            self._say(number, fault.field, fault.message, found, refused=fault.refused)
        if command is None:
            return
        first = self.first_seen.setdefault(likeness(command), (self._name, number))
        if first != (self._name, number):
            self._say(number, None, f"Sama dengan {_where(first)}; diambil satu kali", refused=False)
            return
        self._tell_same(number, found, command.participant)
        if command.institution and command.institution.npsn and npsn_is_odd(command.institution.npsn):
            self._say(number, "npsn", "NPSN lazimnya 8 karakter; mohon diperiksa", found, refused=False)
        self.rows.append(InvitedRow(number, command, self._name))

    def _categorised(self, cells: dict[str, Cell]) -> dict[str, Cell]:
        """With the category that staff said the list means."""
        written = cells.get("category", "")
        meant = self.header.words.get(word_key(written)) or (
            self.header.category if not str(written).strip() else ""
        )
        return cells | {"category": meant} if meant else cells

    def _tell_same(self, number: int, found: dict[str, Cell], who: Participant) -> None:
        """Whoever is in the list twice, or has another's number by a slip: one of them is taken."""
        place, name = (self._name, number), comparable_name(who.name)
        known_by = {"nuptk": (who.nuptk,), "nip": (who.nip, name), "email": (who.email.lower(), name)}
        for one, values in known_by.items():
            if values[0] and (first := self.first_seen.setdefault(repr((one, values)), place)) != place:
                told = f"{TITLES[one]} sama dengan {_where(first)}, jadi dianggap orang yang sama"
                self._say(number, one, f"{told}: hanya satu yang didaftarkan", found, refused=False)
                return

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
                self.known.title(field) if field else None,
                refused,
                self._name,
                self._person,
                str(found[field]) if found and field and field in found else None,
            )
        )


def _where(place: Place) -> str:
    sheet, row = place
    return f"baris {row}" + (f" lembar {sheet}" if sheet else "")


def _called(found: Mapping[str, Cell]) -> str | None:
    """By the name, else by the address; an error names nobody."""
    named = (found.get(field, "") for field in ("name", "email"))
    return next((str(one).strip() for one in named if not isinstance(one, Unread) and str(one).strip()), None)


def _is_blank(found: dict[str, Cell]) -> bool:
    """Nothing in the known columns, or the row of column numbers that many sheets have below the header."""
    filled = [str(cell).strip("() ").removesuffix(".0") for cell in found.values() if str(cell).strip()]
    return not filled or all(cell.isdigit() and len(cell) <= 2 for cell in filled)
