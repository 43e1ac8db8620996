"""What a list to be signed prints, and what badges do."""

from collections.abc import Sequence
from typing import Any

from services.registration.features.gatherings.roster import EnrolledParticipant
from shared.contracts.activity import Activity, Session
from shared.words import dates, span, words

GUESTS = 10
"""Blank rows at the end, for whoever is not on the list."""


def signed_list(
    office: str,
    activity: Activity,
    session: Session,
    people: Sequence[EnrolledParticipant],
    code: str,
    of: str,
) -> dict[str, Any]:
    """`of`: whom of the activity it holds, in words; empty for all."""
    return {
        "office": office,
        "title": activity.title,
        "session": session.title if len(activity.sessions) > 1 else "",
        "when": span(session),
        "place": session.place or ("Daring" if session.link else ""),
        "of": of,
        "code": code,
        "guests": GUESTS,
        "rows": [[one.who.get("name", ""), _number(one), one.institution] for one in people],
    }


def badges(activity: Activity, people: Sequence[EnrolledParticipant]) -> dict[str, Any]:
    return {
        "title": activity.title,
        "dates": dates(activity.sessions),
        "people": [
            {
                "name": one.who.get("name", ""),
                "institution": one.institution,
                "category": words(one.category),
                "group": one.group or "",
            }
            for one in people
        ],
    }


def _number(one: EnrolledParticipant) -> str:
    """Of the civil service, else of teachers."""
    return one.who.get("nip") or one.who.get("nuptk") or ""
