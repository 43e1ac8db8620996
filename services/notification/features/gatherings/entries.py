"""Entries of the directory that mails to participants need, and the rows that their facts are folded into."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, Final

from services.notification.features.gatherings.domain.lists import (
    ACTIVITIES,
    REGISTRATIONS,
    Activity,
    Registration,
)
from services.notification.features.gatherings.domain.reminders import Reminder
from services.notification.kernel.mail_feature import EntryRule, RowRule
from shared.contracts.directory import (
    ActivityEntry,
    InvitationEntry,
    RegistrationEntry,
    activity_key,
    invitation_key,
    registration_key,
)
from shared.contracts.facts import Body, RegistrationFact, RegistrationSubstituted
from shared.mongo.driver import Document
from shared.mongo.indexes import ascending


def _registration_of(body: Body) -> Iterable[str]:
    if isinstance(body, RegistrationSubstituted):
        return (body.registration, body.replaces)
    return (body.registration,) if isinstance(body, RegistrationFact) else ()


def _activity_of(body: Body) -> Iterable[str]:
    activity = getattr(body, "activity", None)
    return (activity,) if activity else ()


def _registration_document(row: Registration) -> Document:
    """By hand, since `asdict` copies what it finds, and they are many."""
    return {"_id" if name == "id" else name: getattr(row, name) for name in row.__slots__}


def _activity_document(row: Activity) -> Document:
    return {"_id" if name == "id" else name: value for name, value in asdict(row).items()}


def _activity(row: Document) -> Activity:
    reminders = tuple(Reminder(**one) for one in row.get("reminders", ()))
    return Activity(**_fields(row) | {"reminders": reminders})


def _fields(row: Document) -> dict[str, Any]:
    return {"id" if name == "_id" else name: value for name, value in row.items()}


ENTRIES: Final[Mapping[str, EntryRule]] = {
    "r:": EntryRule(
        RegistrationEntry, lambda entry: registration_key(entry.registration), rows=REGISTRATIONS
    ),
    "i:": EntryRule(InvitationEntry, lambda entry: invitation_key(entry.invitation)),
    "a:": EntryRule(
        ActivityEntry, lambda entry: activity_key(entry.activity), shown=frozenset({"title", "sessions"})
    ),
}
ROWS: Final[Mapping[str, RowRule]] = {
    REGISTRATIONS: RowRule(
        _registration_of,
        _registration_document,
        lambda row: Registration(**_fields(row)),
        (ascending(REGISTRATIONS, "activity", "_id"),),
    ),
    ACTIVITIES: RowRule(_activity_of, _activity_document, _activity),
}
