"""What one aggregate causes in another: commands with the id of the fact that caused them."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from services.registration.application.digests import Digests
from shared.contracts.commands import Command, CorrectRegistration
from shared.contracts.facts import ParticipantCorrected
from shared.mongo.driver import Document, Store

CAUSING: Final[dict[str, type[Command]]] = {ParticipantCorrected.type: CorrectRegistration}
"""Facts that cause commands in other aggregates, and which."""


class Held(NamedTuple):
    """A person's latest registration in an activity."""

    activity: str
    registration: str
    status: str


async def held_by(store: Store, digests: Digests, ref: str) -> list[Held]:
    """By ids that are worked out, since no index names a person."""
    names = [row["_id"] for row in await store["activities"].find({}, {"_id": 1}).to_list(None)]
    found: dict[str, Held] = {}
    number, left = 1, set(names)
    while left:
        ids = {digests.registration(name, ref, number): name for name in left}
        rows = await store["registrations"].find({"_id": {"$in": list(ids)}}, {"status": 1}).to_list(None)
        found |= {ids[row["_id"]]: Held(ids[row["_id"]], row["_id"], row["status"]) for row in rows}
        left = {ids[row["_id"]] for row in rows if row["status"] == "cancelled"}
        number += 1
    return list(found.values())


class Reactions:
    """Found in the states as they are now: who registered later was met as corrected."""

    def __init__(self, store: Store, digests: Digests) -> None:
        self._store = store
        self._digests = digests

    async def to(self, fact: Document) -> Sequence[CorrectRegistration]:
        if fact["type"] not in CAUSING:
            return []
        held = await held_by(self._store, self._digests, fact["key"].removeprefix("p:"))
        return [
            CorrectRegistration(activity=one.activity, registration=one.registration)
            for one in held
            if one.status != "cancelled"
        ]
