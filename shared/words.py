"""Times, numbers and slugs as people in Indonesia read them: `Kamis, 11 Januari 2024, pukul 08.00 WITA`."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Final

from shared.contracts.activity import Session
from shared.contracts.kinds import KINDS
from shared.instants import in_zone

DAYS: Final = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
MONTHS: Final = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni"),
    *("Juli", "Agustus", "September", "Oktober", "November", "Desember"),
)


def moment(at: datetime, zone: str) -> str:
    local = in_zone(at, zone)
    return f"{day(local)}, pukul {local:%H.%M} {zone}"


def span(session: Session) -> str:
    """When a session begins and ends; neither the day nor the minute is said twice."""
    starts, ends = in_zone(session.starts, session.zone), in_zone(session.ends, session.zone)
    if f"{starts:%F%H%M}" == f"{ends:%F%H%M}":
        return moment(starts, session.zone)
    if starts.date() == ends.date():
        return f"{day(starts)}, pukul {starts:%H.%M}–{ends:%H.%M} {session.zone}"
    return f"{moment(starts, session.zone)} s.d. {moment(ends, session.zone)}"


def dates(sessions: Iterable[Session]) -> str:
    """When they are, shortly: `11–13 Januari 2027 (3 pertemuan)`; of one alone its hours, too."""
    found = sorted(sessions, key=lambda session: session.starts)
    if len(found) == 1:
        return span(found[0])
    first = in_zone(found[0].starts, found[0].zone)
    last = max(in_zone(session.ends, session.zone).replace(tzinfo=None) for session in found)
    return f"{_between(first.date(), last.date())} ({number(len(found))} pertemuan)"


def _between(first: date, last: date) -> str:
    end = f"{last.day} {MONTHS[last.month - 1]} {last.year}"
    if first == last:
        return end
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{end}"
    year = f" {first.year}" if first.year != last.year else ""
    return f"{first.day} {MONTHS[first.month - 1]}{year} – {end}"


def day(local: datetime) -> str:
    return f"{DAYS[local.weekday()]}, {local.day} {MONTHS[local.month - 1]} {local.year}"


def month(value: str | None) -> str:
    """`2024-01` as `Januari 2024`."""
    return f"{MONTHS[int(value[5:]) - 1]} {value[:4]}" if value else "bulan belum diketahui"


def number(value: int) -> str:
    """Indonesian grouping: `27.434`."""
    return f"{value:,}".replace(",", ".").replace("-", "−")


def words(slug: str) -> str:
    """`mitra-kerja` as `mitra kerja`."""
    return slug.replace("-", " ")


def kind_label(kind: str) -> str:
    """`rakor` as `Rapat koordinasi`; a kind that an office named itself in its own words."""
    return KINDS.get(kind) or words(kind).capitalize()
