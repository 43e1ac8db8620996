"""What of an activity is allowed and rarely meant: said before it is announced."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from shared.contracts.activity import Activity, Session, last_end
from shared.words import words

LONG: Final = timedelta(hours=24)
LATE: Final = (
    "Ini sesudah pertemuan terakhir selesai. Siapa yang mendaftar sesudahnya hanya dicatat: emailnya tidak "
    "mengundang, dan tidak ada yang naik dari daftar tunggu."
)


def closes_late(activity: Activity) -> bool:
    """Registration ends after the last session."""
    ends = last_end(activity.sessions)
    return ends is not None and activity.closes > ends


def publishing_warnings(activity: Activity, now: datetime) -> list[str]:
    found = [f"Pendaftaran ditutup: {LATE}"] if closes_late(activity) else []
    if activity.closes <= now:
        found.append("Pendaftaran ditutup pada waktu yang sudah lewat: tidak ada yang dapat mendaftar.")
    for session in activity.sessions:
        found += [f"Pertemuan “{session.title}” {told}." for told in _of_session(session, now)]
    empty = [words(quota.id) for quota in activity.quotas if not quota.seats]
    found += [f"Kuota {name} tidak mempunyai kursi: semua masuk daftar tunggu." for name in empty]
    return found


def _of_session(session: Session, now: datetime) -> Iterator[str]:
    if session.starts <= now:
        yield "mulai pada waktu yang sudah lewat"
    if session.ends - session.starts > LONG:
        yield "berlangsung lebih dari sehari semalam"
    if not session.place and not session.link:
        yield "tidak menyebut tempat atau tautan"
