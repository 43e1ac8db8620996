"""How invitations lie in MongoDB, and what of them stays in the office."""

from datetime import datetime
from typing import Final

from services.registration.features.gatherings.domain.invitation import Invitation, Invited
from services.registration.kernel.feature import Codec
from shared.contracts.commands import Institution, Invitee
from shared.mongo.driver import Document

INVITATIONS: Final = "invitations"


def invited_document(invited: Invited) -> Document:
    found = {
        "to": invited.to and invited.to.model_dump(),
        "category": invited.category,
        "regency": invited.regency,
        "cohort": invited.cohort,
        "institution": invited.institution and invited.institution.model_dump(exclude_none=True),
        "text": invited.text,
        "letter": invited.letter,
    }
    return {name: value for name, value in found.items() if value is not None}


def invited_of(document: Document) -> Invited:
    who = dict(document)
    if "to" in who:
        who["to"] = Invitee.model_validate(who["to"])
    if "institution" in who:
        who["institution"] = Institution.model_validate(who["institution"])
    return Invited(**({"to": None} | who))


def _document(name: str, partition: int, state: Invitation, now: datetime) -> Document:
    return {
        "_id": name,
        "activity": state.activity,
        "seats": state.seats,
        "kept": state.kept,
        "quotas": list(state.quotas),
        "until": state.until,
        "invited": invited_document(state.invited),
        "answer": state.answer,
        "reminded": state.reminded,
    }


def _state(row: Document) -> Invitation:
    return Invitation(
        id=row["_id"],
        activity=row["activity"],
        seats=row["seats"],
        kept=row["kept"],
        quotas=tuple(row["quotas"]),
        until=row["until"],
        invited=invited_of(row["invited"]),
        answer=row["answer"],
        reminded=row["reminded"],
    )


CODEC: Final = Codec(INVITATIONS, _document, _state)
