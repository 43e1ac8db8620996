"""A poster of an activity: one page of A4, set by typst, with the code that leads to its page."""

import io
import json
from pathlib import Path
from typing import Final

import segno
import typst

from shared.contracts.activity import Activity
from shared.words import dates, moment

TEMPLATE: Final = Path(__file__).with_name("templates") / "poster.typ"


def poster(activity: Activity, link: str, office: str) -> bytes:
    """As PDF. What staff typed comes in as data, which typst prints and never runs. Takes half a second."""
    first = min(activity.sessions, key=lambda session: session.starts)
    picture = io.BytesIO()
    segno.make(link, micro=False, error="m").save(picture, kind="svg", border=0, scale=8)
    data = {
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
    inputs = {"data": json.dumps(data)}
    try:
        made = typst.compile(TEMPLATE, sys_inputs=inputs, format="pdf", pdf_standards="a-2b")
    except typst.TypstError:  # a sign that no font has, which the standard forbids, is printed as a box
        made = typst.compile(TEMPLATE, sys_inputs=inputs, format="pdf")
    assert isinstance(made, bytes)
    return made
