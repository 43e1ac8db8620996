"""People whose corrections come back from their topic: it says of nobody who they are, the directory does."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.registration.features.people.domain import participant
from services.registration.kernel.feature import OfficeStore
from services.registration.kernel.loaded_states import LoadedStates
from services.registration.kernel.recovery import DirectoryEntries, RecoveredFact
from shared.contracts.directory import RegistrationEntry
from shared.contracts.facts import ParticipantCorrected
from shared.mongo.driver import Session


class CorrectedPeople:
    """A `Recovery`."""

    async def read(self, told: Sequence[RecoveredFact]) -> None:
        return None

    def private(self, told: RecoveredFact, loaded: LoadedStates) -> Any:
        return None

    def lost(self, told: RecoveredFact) -> Sequence[str]:
        assert isinstance(told.body, ParticipantCorrected)
        ref, fields = participant.ref(told.fact.key), ", ".join(told.body.fields)
        return [
            f"person {ref}: corrected ({fields}); name, email "
            "and phone are as the directory has them, numbers as before: see that they are right"
        ]

    async def restore(self, told: Sequence[RecoveredFact], loaded: LoadedStates, session: Session) -> None:
        return None


async def published_keys(of: OfficeStore, entries: DirectoryEntries) -> Mapping[str, str]:
    """A correction is published under a digest of whom it is of: here all people who may be meant."""
    rows = await of.store["people"].find({}, {"_id": 0, "ref": 1}).to_list(None)
    refs = {row["ref"] for row in rows if "ref" in row}
    refs |= {one.ref for one in entries.found.values() if isinstance(one, RegistrationEntry) and one.ref}
    keys = map(participant.key, refs)
    return {of.digests.published_key(key): key for key in keys}
