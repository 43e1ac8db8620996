"""A poster of an activity: one page of A4, with the code that leads to its page."""

import io
from pathlib import Path
from typing import Any, Final

import segno

from shared.contracts.activity import Activity
from shared.words import dates, moment

TEMPLATE: Final = Path(__file__).with_name("templates") / "poster.typ"


def poster(activity: Activity, link: str, office: str) -> dict[str, Any]:
    """What its template prints."""
    first = min(activity.sessions, key=lambda session: session.starts)
    picture = io.BytesIO()
    segno.make(link, micro=False, error="m").save(picture, kind="svg", border=0, scale=8)
    return {
        "office": office,
        "title": activity.title,
        "dates": dates(activity.sessions),
        "place": first.place or ("Daring" if first.link else ""),
        "closes": moment(activity.closes, first.zone),
        "purpose": activity.purpose or "",
        "contact": f"{activity.contact.name}, {activity.contact.phone}" if activity.contact else "",
        "link": link,
        "code": picture.getvalue().decode(),
    }
