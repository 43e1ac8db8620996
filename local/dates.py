"""When the demo's gatherings are: days ahead of today, at the hours that their files tell."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

AHEAD: Final = timedelta(days=2)  # the day after tomorrow: nobody is late, whenever the demo is started
OPENED: Final = timedelta(minutes=1)  # ago
PAST: Final = timedelta(days=-9)


def dated_ahead(activity: dict[str, Any], ahead: timedelta = AHEAD) -> dict[str, Any]:
    """The same activity so many days from today, open by now; attendance may be recorded for a week before,
    so that the story need not wait for its days."""
    shift = _today(activity) + ahead - _first(activity).replace(hour=0, minute=0)
    sessions = [
        session | {name: _moved(session[name], shift) for name in ("starts", "ends")}
        for session in activity["sessions"]
    ]
    opens = min(datetime.now(UTC) - OPENED, datetime.fromisoformat(_moved(activity["opens"], shift)))
    window = {"opens": opens.isoformat(timespec="seconds"), "closes": _moved(activity["closes"], shift)}
    return activity | window | {"sessions": sessions, "attendance_opens_before": "P7D"}


def beside(activity: dict[str, Any]) -> list[dict[str, Any]]:
    """What a guest may play with: an activity that nobody has touched yet, and one that is over."""
    first = activity["sessions"][0] | {"title": "Pertemuan 1", "jp": 4}
    small = {name: activity[name] for name in ("opens", "closes", "host", "reply_to")}
    small |= {"kind": "lokakarya", "sessions": [first], "quotas": [{"id": "peserta", "seats": 40}]}
    tried = small | {"id": "lokakarya-coba", "title": "Lokakarya Praktik Baik (silakan mencoba mendaftar)"}
    over = small | {"id": "lokakarya-lalu", "title": "Lokakarya Refleksi Pembelajaran"}
    return [dated_ahead(tried, AHEAD * 4), dated_ahead(over, PAST)]


def _first(activity: dict[str, Any]) -> datetime:
    return min(datetime.fromisoformat(session["starts"]) for session in activity["sessions"])


def _today(activity: dict[str, Any]) -> datetime:
    """Midnight, where the activity is."""
    now = datetime.now(_first(activity).tzinfo)
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def _moved(moment: str, shift: timedelta) -> str:
    return (datetime.fromisoformat(moment) + shift).isoformat()
