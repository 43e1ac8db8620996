"""How far a role of single activities reaches into what the office holds of a person."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from services.registration.features.gatherings.roster import EnrolledParticipant
from services.registration.kernel.digests import Digests
from shared.contracts.facts import (
    RegistrationConfirmed,
    RegistrationSubmitted,
    RegistrationSubstituted,
    RegistrationWaitlisted,
)
from shared.mongo.driver import Store

FIRST: Final = [
    fact.type
    for fact in (
        RegistrationConfirmed,
        RegistrationSubmitted,
        RegistrationSubstituted,
        RegistrationWaitlisted,
    )
]
AT_ONCE: Final = 10_000  # ids in one query
MaySee = Callable[[str | None], bool]
"""Whether somebody may see who takes part in an activity, or, of None, in all."""


@dataclass(frozen=True, slots=True)
class Reach:
    store: Store
    digests: Digests

    async def elsewhere(self, refs: Sequence[str], may: MaySee) -> set[str]:
        """Those of these people who take part, or took, in an activity that is beyond it."""
        if may(None):
            return set()
        known = await self.store["activities"].find({}, {"_id": 1}).to_list(None)
        beyond = [row["_id"] for row in known if not may(row["_id"])]
        ids = {self.digests.registration(name, ref, 1): ref for name in beyond for ref in refs}
        found, left = set[str](), iter(ids)
        while part := list(islice(left, AT_ONCE)):
            rows = await self.store["registrations"].find({"_id": {"$in": part}}, {"_id": 1}).to_list(None)
            found |= {ids[row["_id"]] for row in rows}
        return found

    async def seen(
        self, activity: str, rows: Sequence[EnrolledParticipant], may: MaySee
    ) -> list[EnrolledParticipant]:
        """Rows of an activity as somebody may see them. Whom staff entered there by name and address, and
        who stands elsewhere, is shown as entered: else whoever may enter people could read anybody's
        telephone and numbers."""
        if may(None) or not rows:
            return list(rows)
        entered = await self._entered(activity)
        beyond = await self.elsewhere([row.ref for row in rows if row.id in entered], may)
        return [_as_entered(row) if row.id in entered and row.ref in beyond else row for row in rows]

    async def _entered(self, activity: str) -> set[str]:
        """Registrations of it that staff made."""
        which = {"key": activity, "actor": {"$exists": True}, "type": {"$in": FIRST}}
        rows = await self.store["facts"].find(which, {"data.registration": 1}).to_list(None)
        return {row["data"]["registration"] for row in rows}


def _as_entered(row: EnrolledParticipant) -> EnrolledParticipant:
    who = {name: row.who[name] for name in ("name", "email") if name in row.who}
    return replace(row, who=who, unproved=(), partly=True)
