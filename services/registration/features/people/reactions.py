"""What a correction of a person causes: each of their registrations is stated anew."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from services.registration.features.people.domain import participant
from services.registration.kernel.digests import Digests
from services.registration.kernel.feature import OfficeStore, Reaction
from shared.contracts.commands import CorrectRegistration
from shared.contracts.facts import ENDED, Body, ParticipantCorrected
from shared.mongo.driver import Document, Store


class RegistrationOfPerson(NamedTuple):
    """A person's latest registration in an activity."""

    activity: str
    registration: str
    status: str


async def registrations_of(store: Store, digests: Digests, ref: str) -> list[RegistrationOfPerson]:
    """In each activity the latest."""
    return list({one.activity: one for one in await _all_of(store, digests, ref)}.values())


async def registration_ids(store: Store, digests: Digests, ref: str) -> list[str]:
    """Of all registrations of this person, also of those that were cancelled and followed by another."""
    return [one.registration for one in await _all_of(store, digests, ref)]


async def _all_of(store: Store, digests: Digests, ref: str) -> list[RegistrationOfPerson]:
    """Round after round, by ids that are worked out, since no index names a person."""
    names = [row["_id"] for row in await store["activities"].find({}, {"_id": 1}).to_list(None)]
    found: list[RegistrationOfPerson] = []
    number, left = 1, set(names)
    while left:
        ids = {digests.registration(name, ref, number): name for name in left}
        rows = await store["registrations"].find({"_id": {"$in": list(ids)}}, {"status": 1}).to_list(None)
        found += [RegistrationOfPerson(ids[row["_id"]], row["_id"], row["status"]) for row in rows]
        left = {ids[row["_id"]] for row in rows if row["status"] in ENDED}
        number += 1
    return found


async def _restated(of: OfficeStore, fact: Document) -> Sequence[CorrectRegistration]:
    """Found in the states as they are now: who registered later was met as corrected."""
    held = await registrations_of(of.store, of.digests, participant.ref(fact["key"]))
    return [
        CorrectRegistration(activity=one.activity, registration=one.registration)
        for one in held
        if one.status not in ENDED
    ]


REACTIONS: Final[Mapping[type[Body], Reaction]] = {
    ParticipantCorrected: Reaction(CorrectRegistration, _restated)
}
