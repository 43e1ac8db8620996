"""Invitations of an activity as its staff see them, and one as its owner does."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.domain.invitation import Invitation
from services.registration.features.gatherings.invitation_states import CODEC, INVITATIONS
from services.registration.kernel.digests import Digests
from shared.mongo.driver import Document, Store


class NamedPerson(NamedTuple):
    """Somebody whom an invitation's owner named, and who is confirmed."""

    registration: str
    name: str


@dataclass(frozen=True, slots=True)
class ListedInvitation:
    """`left`: seats that are held for it still."""

    invitation: Invitation
    left: int
    people: Sequence[NamedPerson]

    @property
    def standing(self) -> str:
        """Who named somebody comes, whether they said so or not."""
        if self.invitation.answer == "not_coming":
            return "not_coming"
        return "coming" if self.invitation.answer or self.people else "silent"

    @property
    def called(self) -> str:
        invited = self.invitation.invited
        return invited.institution.name if invited.institution else invited.to.name if invited.to else ""

    def shown(self) -> dict[str, Any]:
        """As the API lists it."""
        one, invited = self.invitation, self.invitation.invited
        return {
            "id": one.id,
            "name": invited.to and invited.to.name,
            "email": invited.to and invited.to.email,
            "institution": invited.institution and invited.institution.model_dump(exclude_none=True),
            "category": invited.category,
            "seats": one.seats,
            "left": self.left,
            "answer": one.answer,
            "state": self.standing,
            "reminded": one.reminded,
            "until": one.until,
            "registrations": [person.registration for person in self.people],
        }


@dataclass(frozen=True, slots=True)
class Invitations:
    store: Store
    digests: Digests

    async def listed(self, state: ActivityState) -> list[ListedInvitation]:
        """By name."""
        name = state.described.id
        rows = await self.store[INVITATIONS].find({"activity": name}).to_list(None)
        people = await self._people({"_id": self.digests.activity_range(name), "activity": name})
        found = [_listed(CODEC.read(row), state, people) for row in rows]
        return sorted(found, key=lambda one: (one.called.casefold(), one.invitation.id))

    async def one(self, invitation: str, state: ActivityState) -> ListedInvitation | None:
        """None where it is not of this activity."""
        row = await self.store[INVITATIONS].find_one({"_id": invitation, "activity": state.described.id})
        if row is None:
            return None
        name = state.described.id
        within = {"_id": self.digests.activity_range(name), "activity": name, "invitation": invitation}
        return _listed(CODEC.read(row), state, await self._people(within))

    async def activity_of(self, invitation: str) -> str | None:
        row = await self.store[INVITATIONS].find_one({"_id": invitation}, {"activity": 1})
        return row["activity"] if row else None

    def new_id(self, activity: str, what: str) -> str:
        """Of a new invitation: the same for the same command."""
        return self.digests.registration(activity, f"undangan {what}", 1)

    async def _people(self, within: Document) -> Mapping[str, list[NamedPerson]]:
        """By invitation, in the order of their naming."""
        match = {"invitation": {"$ne": None}} | within | {"status": "confirmed"}
        steps: list[Document] = [
            {"$match": match},
            {"$sort": {"arrival": 1}},
            {
                "$lookup": {
                    "from": "people",
                    "localField": "who.contact",
                    "foreignField": "_id",
                    "as": "person",
                }
            },
        ]
        found: dict[str, list[NamedPerson]] = defaultdict(list)
        for row in await self.store.aggregate("registrations", steps):
            who = (row["person"] or [{}])[0].get("who", {})
            found[row["invitation"]].append(NamedPerson(row["_id"], who.get("name", "")))
        return found


def _listed(
    one: Invitation, state: ActivityState, people: Mapping[str, list[NamedPerson]]
) -> ListedInvitation:
    hold = state.holds.get(one.id)
    return ListedInvitation(one, hold.left if hold else 0, people.get(one.id, []))
