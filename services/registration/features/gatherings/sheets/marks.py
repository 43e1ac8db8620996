"""The attendance sheet: who is marked at which session, and by row and column what cannot be read."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from services.registration.features.gatherings.sheets.headers import HEADER_SEARCH_ROWS, column_letter
from services.registration.features.gatherings.sheets.sheet_reading import TOTAL
from services.registration.features.gatherings.sheets.sheet_report import Problem, refused_rows
from services.registration.workbooks.sheets import (
    LONGEST_COMPARED,
    Book,
    Cell,
    Sheet,
    Unread,
    below_first,
    is_blank,
)
from shared.contracts.activity import Activity, Session
from shared.contracts.commands import RecordAttendance
from shared.contracts.facts import ENDED
from shared.identity import NotANumber, comparable_name, near_names, nip
from shared.visible import visible
from shared.words import span

FIRST_TITLES: Final = ("Kode", "Nama", "Instansi")
_ONCE: Final = frozenset(title.casefold() for title in FIRST_TITLES)
PRESENT: Final = "x"
PLAIN_ONE: Final = "1"  # a tick in a column of a session, a number elsewhere
_YES: Final = frozenset(
    {"x", "v", "√", "✓", "✔", "☑", "ü", "þ", "1", "ya", "hadir", "h", "true", "wahr", "benar"}
)
_EXCUSED: Final = {
    "izin": "izin",
    "ijin": "izin",
    "i": "izin",
    "sakit": "sakit",
    "s": "sakit",
    "tugas lain": "tugas lain",
    "dinas lain": "tugas lain",
    "dinas luar": "tugas lain",
    "tl": "tugas lain",
    "dl": "tugas lain",
}
"""Marks of somebody who was not there, and why; the register knows the first alone."""
_NO: Final = frozenset(
    {"-", "–", "0", "tidak", "tidak hadir", "th", "absen", "alpa", "a", "✗", "✘", "☒", "☐", "û", "ý"}
    | {"false", "falsch", "salah", *_EXCUSED}
)
_UNREADABLE: Final = "Tulis x untuk hadir, tidak untuk menghapus tanda hadir; kosong berarti tidak berubah"
_PROPOSED: Final = 3
_LOOKED_AT: Final = 50_000  # pairs of names that are alike perhaps, of a sheet: ten seconds or so


class MarkedRegistration(Protocol):
    """A registration: who it is of, its status, and the sessions that it is marked at."""

    @property
    def id(self) -> str: ...
    @property
    def who(self) -> Mapping[str, str]: ...
    @property
    def institution(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def attended(self) -> Mapping[str, int]: ...


@dataclass(frozen=True, slots=True)
class Mark:
    """A row of a sheet as a command; `sheet` where several were read."""

    number: int
    command: RecordAttendance
    sheet: str | None = None


@dataclass(frozen=True, slots=True)
class MarksReport:
    """`rows`: only what differs from what stands. `same`: how many marks do not."""

    rows: tuple[Mark, ...] = ()
    problems: tuple[Problem, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    same: int = 0
    sheets: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    titles_in: Mapping[str, int] = field(default_factory=dict)
    forecast: None = None

    @property
    def refused_rows(self) -> int:
        return refused_rows(self.problems)


def session_title(session: Session) -> str:
    """A column's title; the session's id before the colon is what is read."""
    return f"{session.id}: {session.title} ({span(session)})"


def read_marks(book: Book, activity: Activity, known: Iterable[MarkedRegistration]) -> MarksReport:
    """`known`: the activity's registrations. An empty cell says nothing, so that a sheet filled in by
    somebody else takes no mark away. Each row of each sheet is taken, told, or proposed: a row without its
    code is nobody's until staff write the code."""
    filled = [sheet for sheet in book.sheets if not all(map(is_blank, sheet.rows))]
    titles = [(sheet, _titles(sheet, {one.id for one in activity.sessions})) for sheet in filled]
    whole = [(sheet, found) for sheet, found in titles if found is not None and found.sessions]
    notes = [Problem(note, refused=False) for note in book.notes]
    if not whole:
        return MarksReport(problems=(Problem(_why(titles)), *notes), unread=tuple(one.name for one in filled))
    left = tuple(sheet.name for sheet, found in titles if found is None or not found.sessions)
    notes += [Problem(f"Lembar {name} tidak dibaca: tanpa kolom pertemuan", refused=False) for name in left]
    people = {one.id: one for one in known}
    said: dict[tuple[str, str], tuple[bool, str]] = {}
    readings = [
        _MarksReader(sheet, found, activity.id, people, len(whole) > 1, said) for sheet, found in whole
    ]
    for reading in readings:
        reading.read()
    first = readings[0].titles
    return MarksReport(
        tuple(mark for reading in readings for mark in reading.marks),
        (*(problem for reading in readings for problem in reading.problems), *notes),
        tuple((column_letter(at), session) for session, at in first.sessions.items()),
        sum(reading.same for reading in readings),
        tuple(sheet.name for sheet, _ in whole),
        left,
        {sheet.name: found.row for sheet, found in whole},
    )


@dataclass(frozen=True, slots=True)
class _Titles:
    """`row`: as Excel counts. Where each column is, from 0; None for one that is not there. `twice`: columns
    that say again what one before them says: a second table beside the first."""

    row: int
    sessions: Mapping[str, int]
    code: int | None
    name: int | None
    institution: int | None
    nip: int | None
    twice: Mapping[int, str] = field(default_factory=dict)


def _titles(sheet: Sheet, sessions: Collection[str]) -> _Titles | None:
    """The first row with a title for the code, or for the name and a session."""
    for at, row in enumerate(sheet.rows[:HEADER_SEARCH_ROWS], start=1):
        words = [_text(cell).casefold() for cell in row]
        found, twice = dict[str, int](), dict[int, str]()
        for column, cell in enumerate(row):
            title = _text(cell).partition(":")[0].strip()
            if title in found or (words[column] in _ONCE and words.index(words[column]) < column):
                twice[column] = title
            elif title in sessions:
                found[title] = column
        code, name, institution, nip = (
            words.index(title) if title in words else None for title in ("kode", "nama", "instansi", "nip")
        )
        if code is not None or (name is not None and found):
            return _Titles(at, found, code, name, institution, nip, twice)
    return None


def _why(titles: Sequence[tuple[Sheet, _Titles | None]]) -> str:
    if any(found for _, found in titles):
        return "Tidak ada kolom pertemuan kegiatan ini; unduh lagi lembarnya"
    return "Baris judul tidak ditemukan: perlu kolom Kode dan kolom pertemuan"


@dataclass(slots=True)
class _MarksReader:
    sheet: Sheet
    titles: _Titles
    activity: str
    known: Mapping[str, MarkedRegistration]
    several: bool
    said: dict[tuple[str, str], tuple[bool, str]]
    marks: list[Mark] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    same: int = 0
    looked_at: int = 0
    _compared: Mapping[str, str] = field(default_factory=dict)

    def read(self) -> None:
        struck = {row for row, column in self.sheet.struck if column in (self.titles.name, self.titles.code)}
        hidden = set(self.sheet.hidden)
        self._compared = {one.id: comparable_name(one.who["name"]) for one in self.known.values()}
        self._tell_twice()
        self._tell_unknown()
        self._tell_merged()
        for number, row in enumerate(self.sheet.rows[self.titles.row :], start=self.titles.row + 1):
            if is_blank(row):
                continue
            if number - 1 in struck:
                self._say("Nama dicoret; tidak diambil", number, row, refused=False)
            else:
                if number in hidden:
                    self._say("Baris tersembunyi; tetap dibaca", number, row, refused=False)
                self._take(number, row)

    def _tell_twice(self) -> None:
        below = self.sheet.rows[self.titles.row :]
        for at, title in self.titles.twice.items():
            if number := sum(bool(_at(row, at)) for row in below):
                told = f"Kolom tidak dibaca ({number} isian): judul {title} sudah ada di kirinya"
                self._say(f"{told}. Pindahkan ke bawah daftar", self.titles.row, (), at)

    def _tell_unknown(self) -> None:
        """Columns with marks that belong to no session of this activity."""
        titles, rows = self.sheet.rows[self.titles.row - 1], self.sheet.rows
        ours = {self.titles.code, self.titles.name, self.titles.institution, self.titles.nip}
        for at in sorted(
            set(range(len(titles))) - ours - {*self.titles.sessions.values(), *self.titles.twice}
        ):
            if number := sum(
                _at(row, at).casefold() in _YES - {PLAIN_ONE} for row in rows[self.titles.row :]
            ):
                told = f"Kolom tidak dibaca ({number} tanda hadir): judulnya bukan pertemuan kegiatan ini"
                self._say(told, self.titles.row, (), at, refused=False)

    def _tell_merged(self) -> None:
        sessions = {at: session for session, at in self.titles.sessions.items()}
        for row, column, first in below_first(self.sheet.merged):
            if column in sessions and first >= self.titles.row and _at(self.sheet.rows[first], column):
                told = f"Sel gabungan: tandanya hanya dibaca untuk baris {first + 1}"
                self._say(told, row + 1, self.sheet.rows[row], column, sessions[column])

    def _take(self, number: int, row: Sequence[Cell]) -> None:
        registration = _at(row, self.titles.code)
        seen = self.known.get(registration)
        said = [(name, at, _at(row, at).casefold()) for name, at in self.titles.sessions.items()]
        if seen is None:
            self._propose(number, row, registration, any(mark for _, _, mark in said))
            return
        if any(mark for _, _, mark in said):
            self._tell_name(number, row, seen)
        for session, at, mark in said:
            if not mark:
                continue
            if mark not in _YES | _NO or isinstance(row[at], Unread):
                self._say(_UNREADABLE, number, row, at, session)
            elif seen.status != "confirmed":
                self._say("Bukan peserta terkonfirmasi; tidak dapat dicatat hadir", number, row, at, session)
            else:
                self._mark(number, row, seen, session, at)

    def _tell_name(self, number: int, row: Sequence[Cell], seen: MarkedRegistration) -> None:
        """A list that was sorted by one of its columns alone gives each name another's code."""
        name = _at(row, self.titles.name)
        if not name or len(name) > LONGEST_COMPARED or comparable_name(name) == self._compared[seen.id]:
            return
        if not near_names(name, seen.who["name"]):
            told, owner = (
                "Nama berbeda dari pemilik kode; tandanya dicatat untuk pemilik kode",
                seen.who["name"],
            )
            self._say(told, number, row, self.titles.name, FIRST_TITLES[1], refused=False, proposal=owner)

    def _mark(
        self, number: int, row: Sequence[Cell], seen: MarkedRegistration, session: str, at: int
    ) -> None:
        mark = _at(row, at).casefold()
        if mark in _EXCUSED:
            told = f"Dibaca sebagai tidak hadir; keterangan {_EXCUSED[mark]} belum dicatat"
            self._say(told, number, row, at, session, refused=False)
        here = f"baris {number}" + (f" lembar {self._name}" if self._name else "")
        present, where = self.said.setdefault((seen.id, session), (mark in _YES, here))
        if present != (mark in _YES):
            self._say(f"Bertentangan dengan {where}; tidak diambil", number, row, at, session)
            return
        if where != here:
            return
        if (mark in _YES) == (session in seen.attended):
            self.same += 1
            return
        command = RecordAttendance(
            activity=self.activity, session=session, registration=seen.id, present=mark in _YES
        )
        self.marks.append(Mark(number, command, self._name))

    def _propose(self, number: int, row: Sequence[Cell], code: str, marked: bool) -> None:
        """Whose row it may be, for staff to write the code: never taken as theirs."""
        told = "Kode ini bukan pendaftaran kegiatan ini" if code else "Baris ini tanpa Kode"
        if not code and (not marked or TOTAL.match(_at(row, self.titles.name))):
            self._say(f"{told} dan bukan tanda hadir seseorang; dilewati", number, row, refused=False)
        elif found := self._perhaps(row):
            names = " atau ".join(f"{one.who['name']}, kode {one.id}" for one in found)
            proposal = f"mungkin maksudnya {names}; tulis kodenya lalu unggah lagi"
            self._say(told, number, row, self.titles.code, FIRST_TITLES[0], proposal=proposal)
        else:
            missed = "tidak ditemukan; daftarkan dulu"
            if self.looked_at >= _LOOKED_AT:
                missed = "tidak dicari lagi karena terlalu banyak; tulis kodenya"
            told = f"{told}, dan orangnya {missed}"
            self._say(told, number, row, self.titles.code, FIRST_TITLES[0])

    def _perhaps(self, row: Sequence[Cell]) -> list[MarkedRegistration]:
        """By NIP, else by name, and among several of that name by institution."""
        name, typed = _at(row, self.titles.name), _at(row, self.titles.nip)
        live = [one for one in self.known.values() if one.status not in ENDED]
        if found := [one for one in live if typed and one.who.get("nip") == _digits(typed)]:
            return found[:_PROPOSED]
        if not name or len(name) > LONGEST_COMPARED:
            return []
        wanted = comparable_name(name)
        found = [one for one in live if self._compared[one.id] == wanted]
        if not found and self.looked_at < _LOOKED_AT:
            self.looked_at += len(live)
            found = [one for one in live if near_names(one.who["name"], name)]
        where = _at(row, self.titles.institution).casefold()
        return ([one for one in found if where and one.institution.casefold() == where] or found)[:_PROPOSED]

    @property
    def _name(self) -> str | None:
        return self.sheet.name if self.several else None

    def _say(
        self,
        message: str,
        number: int,
        row: Sequence[Cell],
        at: int | None = None,
        session: str | None = None,
        *,
        refused: bool = True,
        proposal: str | None = None,
    ) -> None:
        self.problems.append(
            Problem(
                message,
                number,
                None if at is None else column_letter(at),
                session,
                refused,
                self._name,
                _at(row, self.titles.name) or None,
                None if at is None else _at(row, at) or None,
                proposal,
            )
        )


def _digits(typed: str) -> str | None:
    try:
        return nip(typed)
    except NotANumber:
        return None


def _at(row: Sequence[Cell], column: int | None) -> str:
    return _text(row[column]) if column is not None and column < len(row) else ""


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(visible(str(cell)).split())
