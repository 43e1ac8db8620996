"""What facts owe people with a part, and who has one in which activity: no name, no address."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from services.notification.features.gatherings.domain.lists import rev_of_activity
from services.notification.features.gatherings.domain.rules import CONCERN
from services.notification.kernel.deliveries import Delivery, FanOut
from services.notification.kernel.mail_template import AMBER, BLUE, RED, MailTemplate
from services.notification.kernel.rules import FoldedRows, MailRule, Owed
from shared.contracts.directory import part_key
from shared.contracts.facts import (
    ActivityCancelled,
    ActivityChanged,
    ActivityPublished,
    Body,
    PartAdded,
    PartFact,
    PartRemoved,
    Stated,
)

PARTS: Final = "parts"
WEEK: Final = timedelta(days=7)
ADDED, CHANGED, CANCELLED = "part-added", "part-changed", "part-cancelled"
TEMPLATES: Final = {
    ADDED: MailTemplate("Pengisi kegiatan", BLUE, WEEK, resend_if_ambiguous=True),
    CHANGED: MailTemplate("Perubahan jadwal pengisi", AMBER, WEEK, resend_if_ambiguous=True, gathered=True),
    CANCELLED: MailTemplate("Kegiatan tidak jadi", RED, WEEK, resend_if_ambiguous=True),
}


@dataclass(frozen=True, slots=True)
class ActivityParts:
    """Who has a part in an activity: of each the number of the fact that last changed their entry."""

    id: str
    holders: Mapping[str, int] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        return {"_id": self.id, "holders": dict(self.holders)}

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "ActivityParts":
        return cls(row["_id"], row["holders"])


def of_fact(body: Body) -> Iterable[str]:
    return (body.activity,) if isinstance(body, PartFact | ActivityPublished | ActivityCancelled) else ()


def _holders(rows: FoldedRows, activity: str) -> Mapping[str, int]:
    found: ActivityParts | None = rows.of[PARTS].get(activity)
    return found.holders if found else {}


def _add(rows: FoldedRows, stated: Stated, body: PartAdded) -> Owed:
    holders = {**_holders(rows, body.activity), body.part: stated.number}
    rows.of[PARTS][body.activity] = ActivityParts(body.activity, holders)
    if not body.notify:
        return []
    rev, to = rev_of_activity(rows, body.activity), part_key(body.part)
    return [Delivery(stated.id, ADDED, body.activity, to, stated.partition, stated.at, stated.number, rev)]


def _remove(rows: FoldedRows, stated: Stated, body: PartRemoved) -> Owed:
    holders = {part: rev for part, rev in _holders(rows, body.activity).items() if part != body.part}
    rows.of[PARTS][body.activity] = ActivityParts(body.activity, holders)
    return []


def _change(rows: FoldedRows, stated: Stated, body: ActivityChanged) -> Owed:
    if body.notify is False or CONCERN.isdisjoint(body.fields):
        return []
    return _to_all(rows, stated, body.activity, CHANGED)


def _cancel(rows: FoldedRows, stated: Stated, body: ActivityCancelled) -> Owed:
    return _to_all(rows, stated, body.activity, CANCELLED)


def _to_all(rows: FoldedRows, stated: Stated, activity: str, template: str) -> Owed:
    if not _holders(rows, activity):
        return []
    return [FanOut(stated.id, stated.number, template, activity, stated.partition, stated.at)]


RULES: Final[Mapping[type[Body], MailRule]] = {
    PartAdded: MailRule(_add, frozenset({ADDED})),
    PartRemoved: MailRule(_remove),
    ActivityChanged: MailRule(_change, frozenset({CHANGED})),
    ActivityCancelled: MailRule(_cancel, frozenset({CANCELLED})),
}
