"""The registrations of who owns a page, each as its owner may see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.domain.registration import Registration
from services.registration.features.gatherings.gatherings_desk import GatheringsDesk
from services.registration.features.own_page.page_owners import PageOwners
from services.registration.features.people.reactions import registrations_of


class OwnRegistration(NamedTuple):
    """`name`: of the person whose it is; `place`: in the line, of who waits."""

    name: str
    registration: Registration
    activity: ActivityState
    place: int | None


@dataclass(frozen=True, slots=True)
class OwnRegistrations:
    owners: PageOwners
    gatherings: GatheringsDesk

    async def of(self, address: bytes) -> Sequence[OwnRegistration]:
        """What begins first on top; the past at the end, the latest on top."""
        found = []
        store, digests = self.owners.store, self.owners.digests
        for person in await self.owners.of(address):
            for held in await registrations_of(store, digests, person.ref):
                if (one := await self._one(person.who.name, held.registration)) is not None:
                    found.append(one)
        return sorted(found, key=lambda one: min(s.starts for s in one.activity.described.sessions))

    async def one(self, address: bytes, registration: str) -> OwnRegistration | None:
        """None where it is nobody's of this page."""
        return next((one for one in await self.of(address) if one.registration.id == registration), None)

    async def _one(self, name: str, registration: str) -> OwnRegistration | None:
        views = self.gatherings.views
        found = await views.registration(registration)
        state = await views.state(found.activity) if found else None
        if found is None or state is None:
            return None
        waits = found.status == "waitlisted" and not state.cancelled
        place = await views.place(found) if waits else None
        return OwnRegistration(name, found, state, place)
