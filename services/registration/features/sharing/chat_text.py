"""An activity in a few lines, to be pasted into a chat."""

from collections.abc import Iterator
from datetime import datetime

from shared.contracts.activity import Activity
from shared.words import dates, moment


def chat_text(activity: Activity, link: str, now: datetime) -> str:
    """Stars around a line make it bold in WhatsApp; of a title they are taken out."""
    return "\n".join(_lines(activity, link, now))


def _lines(activity: Activity, link: str, now: datetime) -> Iterator[str]:
    first = min(activity.sessions, key=lambda session: session.starts)
    yield f"*{activity.title.replace('*', '')}*"
    yield dates(activity.sessions)
    if where := first.place or ("Daring" if first.link else None):
        yield where
    yield ""
    if now < activity.opens:
        yield f"Pendaftaran dibuka {moment(activity.opens, first.zone)}:"
    elif now < activity.closes:
        yield f"Daftar paling lambat {moment(activity.closes, first.zone)}:"
    else:
        yield "Pendaftaran sudah ditutup. Keterangan kegiatan:"
    yield link
    if activity.contact:
        yield ""
        yield f"Narahubung: {activity.contact.name}, {activity.contact.phone}"
