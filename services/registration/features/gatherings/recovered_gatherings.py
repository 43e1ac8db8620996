"""Gatherings that come back from their topic: who is known already, and who is named again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from services.registration.features.gatherings.recovering import GatheringsTold
from services.registration.features.gatherings.restored_people import restore
from services.registration.features.people.store import People
from services.registration.kernel.feature import OfficeStore
from services.registration.kernel.loaded import Loaded
from services.registration.kernel.recovery import Entries, Told
from shared.mongo.driver import Session


@dataclass(slots=True)
class RecoveredGatherings:
    """A `Recovery`."""

    of: OfficeStore
    gatherings: GatheringsTold
    contacts: dict[str, str] = field(default_factory=dict)

    async def read(self, told: Sequence[Told]) -> None:
        refs = list(self.gatherings.refs(told))
        self.contacts = await People(self.of.store, self.of.digests).contacts(refs)

    def private(self, told: Told, loaded: Loaded) -> Any:
        return self.gatherings.private(told, loaded, self.contacts)

    def lost(self, told: Told) -> Sequence[str]:
        return self.gatherings.lost(told)

    async def restore(self, told: Sequence[Told], loaded: Loaded, session: Session) -> None:
        people = self.gatherings.people(told, loaded)
        await restore(self.of.store, self.of.digests, people, session)


def recovered_gatherings(of: OfficeStore, told: Sequence[Told], entries: Entries) -> RecoveredGatherings:
    return RecoveredGatherings(of, GatheringsTold(told, entries, of.digests))
