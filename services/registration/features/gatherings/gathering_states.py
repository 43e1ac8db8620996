"""How activities and registrations lie in MongoDB."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from services.registration.features.gatherings.activity_drafts import DRAFTS
from services.registration.features.gatherings.column_choices import COLUMN_CHOICES
from services.registration.features.gatherings.domain.activity import ActivityState, Hold, Signature
from services.registration.features.gatherings.domain.registration import Registration
from services.registration.features.gatherings.fold import (
    described_document,
    registrant_document,
    registrant_of,
)
from services.registration.features.gatherings.invitation_states import INVITATIONS
from services.registration.kernel.feature import Codec
from shared.contracts.activity import Activity
from shared.mongo.driver import Document
from shared.mongo.indexes import Index, ascending

ENDED_ANSWERS: Final = "ended_answers"
FORM_SECONDS: Final = 86_400  # as long as a form may stay open
COLLECTIONS: Final[Mapping[str, tuple[Index, ...]]] = {
    "activities": (
        ascending("activities", "promoting", only={"promoting": True}),
        ascending("activities", "due", only={"due": {"$exists": True}}),
    ),
    "registrations": (
        ascending("registrations", "activity", "line", "arrival", only={"status": "waitlisted"}),
        ascending("registrations", "activity", only={"who.answers": {"$exists": True}}),
    ),
    ENDED_ANSWERS: (),
    COLUMN_CHOICES: (),
    INVITATIONS: (ascending(INVITATIONS, "activity"),),
    "counted": (ascending("counted", "until", expires=0),),
    "forms": (ascending("forms", "at", expires=FORM_SECONDS),),
    "uploads": (ascending("uploads", "until", expires=0),),
    DRAFTS: (ascending(DRAFTS, "owner"), ascending(DRAFTS, "until", expires=0)),
}


def line_name(quotas: Signature) -> str:
    """A waiting line's name: the ids of its quotas, which hold no comma."""
    return ",".join(quotas)


def activity_document(name: str, partition: int, state: ActivityState, now: datetime) -> Document:
    """`promoting`, by which ticks find it: as it stands `now`; `due`: when the next offer or hold ends."""
    row = {
        "_id": name,
        "partition": partition,
        "described": described_document(state.described),
        "taken": dict(state.taken),
        "waiting": {line_name(line): number for line, number in state.waiting.items()},
        "attended": dict(state.attended),
        "registrations": state.registrations,
        "cancelled": state.cancelled,
        "reason": state.reason,
        "promoting": state.promoting(now),
    }
    if state.next_due is not None:
        row["due"] = state.next_due
    if state.offers:
        row["offers"] = dict(state.offers)
    if state.holds:
        row["holds"] = {
            name: {"quotas": list(hold.quotas), "left": hold.left, "until": hold.until}
            for name, hold in state.holds.items()
        }
    return row


def _activity_state(document: Document) -> ActivityState:
    return ActivityState(
        described=Activity.model_validate(document["described"]),
        taken=document["taken"],
        waiting={tuple(line.split(",")): number for line, number in document["waiting"].items()},
        attended=document["attended"],
        registrations=document["registrations"],
        cancelled=document["cancelled"],
        reason=document["reason"],
        offers=document.get("offers", {}),
        holds={
            name: Hold(tuple(hold["quotas"]), hold["left"], hold["until"])
            for name, hold in document.get("holds", {}).items()
        },
    )


def registration_document(state: Registration) -> Document:
    """`line`, `present` and `jp` repeat what follows from the rest, for the index and the control totals;
    `beyond`, `reason` and `invitation` stand where it is so."""
    row = {
        "_id": state.id,
        "activity": state.activity,
        "round": state.round,
        "status": state.status,
        "line": line_name(state.quotas),
        "arrival": state.arrival,
        "who": registrant_document(state.registrant),
        "attended": dict(state.attended),
        "sessions": len(state.attended),
        "jp": sum(state.attended.values()),
    }
    said = {"beyond": state.beyond or None, "reason": state.reason, "invitation": state.invitation}
    return row | {name: value for name, value in said.items() if value is not None}


def _registration_state(document: Document) -> Registration:
    return Registration(
        id=document["_id"],
        activity=document["activity"],
        round=document["round"],
        status=document["status"],
        quotas=tuple(document["line"].split(",")) if document["line"] else (),
        arrival=document["arrival"],
        registrant=registrant_of(document["who"]),
        attended=document["attended"],
        beyond=document.get("beyond", False),
        reason=document.get("reason"),
        invitation=document.get("invitation"),
    )


ACTIVITIES: Final = Codec("activities", activity_document, _activity_state)
REGISTRATIONS: Final = Codec(
    "registrations", lambda name, partition, state, now: registration_document(state), _registration_state
)


def activity_state(row: Document) -> ActivityState:
    """Raises `RowTooNew`."""
    found: ActivityState = ACTIVITIES.read(row)
    return found


def registration_state(row: Document) -> Registration:
    """Raises `RowTooNew`."""
    found: Registration = REGISTRATIONS.read(row)
    return found
