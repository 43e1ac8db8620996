"""Gatherings that come back from their topic: who is known already, and who is named again."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from services.registration.features.gatherings.recovery import RecoveredGatheringFacts
from services.registration.features.gatherings.restored_people import restore
from services.registration.features.people.store import People
from services.registration.kernel.feature import OfficeStore
from services.registration.kernel.loaded_states import LoadedStates
from services.registration.kernel.recovery import DirectoryEntries, RecoveredFact
from shared.mongo.driver import Session


@dataclass(slots=True)
class RecoveredGatherings:
    """A `Recovery`."""

    of: OfficeStore
    gatherings: RecoveredGatheringFacts
    contacts: dict[str, str] = field(default_factory=dict)

    async def read(self, told: Sequence[RecoveredFact]) -> None:
        refs = list(self.gatherings.refs(told))
        self.contacts = await People(self.of.store, self.of.digests).contacts(refs)

    def private(self, told: RecoveredFact, loaded: LoadedStates) -> Any:
        return self.gatherings.private(told, loaded, self.contacts)

    def lost(self, told: RecoveredFact) -> Sequence[str]:
        return self.gatherings.lost(told)

    async def restore(self, told: Sequence[RecoveredFact], loaded: LoadedStates, session: Session) -> None:
        people = self.gatherings.people(told, loaded)
        await restore(self.of.store, self.of.digests, people, session)


def recovered_gatherings(
    of: OfficeStore, told: Sequence[RecoveredFact], entries: DirectoryEntries
) -> RecoveredGatherings:
    return RecoveredGatherings(of, RecoveredGatheringFacts(told, entries, of.digests))
