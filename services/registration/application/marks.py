"""The attendance sheet: who is marked at which session, and by row and column what cannot be read."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from services.registration.application.headers import HEADER_SEARCH_ROWS, Cell, column_letter
from services.registration.application.rows import Problem
from shared.contracts.activity import Activity, Session
from shared.contracts.commands import RecordAttendance
from shared.visible import visible
from shared.words import span

FIRST_TITLES: Final = ("Kode", "Nama", "Instansi")
PRESENT: Final = "x"
_YES: Final = frozenset({"x", "v", "√", "✓", "✔", "1", "ya", "hadir", "h"})
_NO: Final = frozenset({"-", "–", "0", "tidak", "tidak hadir", "th", "absen"})
_UNREADABLE: Final = "Tulis x untuk hadir, tidak untuk menghapus tanda hadir; kosong berarti tidak berubah"


class Seen(Protocol):
    """A registration: its status, and the sessions that it is marked at."""

    @property
    def status(self) -> str: ...
    @property
    def attended(self) -> Mapping[str, int]: ...


@dataclass(frozen=True, slots=True)
class MarksReport:
    """`marks`: row of the sheet and command, only what differs from what stands. `same`: what does not."""

    marks: tuple[tuple[int, RecordAttendance], ...] = ()
    problems: tuple[Problem, ...] = ()
    columns: tuple[tuple[str, str], ...] = ()
    same: int = 0

    @property
    def refused_rows(self) -> int:
        return len({problem.row for problem in self.problems if problem.row})


def session_title(session: Session) -> str:
    """A column's title; the session's id before the colon is what is read."""
    return f"{session.id}: {session.title} ({span(session)})"


def find_titles(cells: Sequence[Sequence[Cell]]) -> int | None:
    """Index of the row of titles."""
    rows = (
        at for at, row in enumerate(cells[:HEADER_SEARCH_ROWS]) if row and _text(row[0]) == FIRST_TITLES[0]
    )
    return next(rows, None)


def codes(cells: Sequence[Sequence[Cell]]) -> list[str]:
    """What stands below `Kode`."""
    titles = find_titles(cells)
    return [] if titles is None else [_text(row[0]) for row in cells[titles + 1 :] if row and _text(row[0])]


def read_marks(cells: Sequence[Sequence[Cell]], activity: Activity, known: Mapping[str, Seen]) -> MarksReport:
    """An empty cell says nothing, so that a sheet filled in by somebody else takes no mark away."""
    titles = find_titles(cells)
    if titles is None:
        return MarksReport(problems=(Problem("Baris judul tidak ditemukan: kolom pertamanya harus Kode"),))
    columns = _columns(cells[titles], {one.id for one in activity.sessions})
    if not columns:
        return MarksReport(
            problems=(Problem("Tidak ada kolom pertemuan kegiatan ini; unduh lagi lembarnya"),)
        )
    reading = _Reading(activity.id, columns, known)
    for number, row in enumerate(cells[titles + 1 :], start=titles + 2):
        if row and _text(row[0]):
            reading.take(number, row)
    shown = tuple((column_letter(at), session) for session, at in columns.items())
    return MarksReport(tuple(reading.marks), tuple(reading.problems), shown, reading.same)


def _columns(titles: Sequence[Cell], sessions: Collection[str]) -> dict[str, int]:
    named = {_text(cell).partition(":")[0].strip(): at for at, cell in enumerate(titles)}
    return {name: at for name, at in named.items() if name in sessions}


@dataclass(slots=True)
class _Reading:
    activity: str
    columns: Mapping[str, int]
    known: Mapping[str, Seen]
    marks: list[tuple[int, RecordAttendance]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    same: int = 0

    def take(self, number: int, row: Sequence[Cell]) -> None:
        registration = _text(row[0])
        seen = self.known.get(registration)
        if seen is None:
            self._say("Kode ini bukan pendaftaran kegiatan ini", number)
            return
        said = [(name, at, _text(row[at]).casefold()) for name, at in self.columns.items() if at < len(row)]
        for session, at, mark in said:
            if mark and mark not in _YES | _NO:
                self._say(_UNREADABLE, number, at, session)
            elif mark and seen.status != "confirmed":
                self._say("Bukan peserta terkonfirmasi; tidak dapat dicatat hadir", number, at, session)
            elif mark and (mark in _YES) != (session in seen.attended):
                command = RecordAttendance(
                    activity=self.activity, session=session, registration=registration, present=mark in _YES
                )
                self.marks.append((number, command))
            elif mark:
                self.same += 1

    def _say(self, message: str, row: int, at: int | None = None, session: str | None = None) -> None:
        self.problems.append(Problem(message, row, None if at is None else column_letter(at), session))


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(visible(str(cell)).split())
