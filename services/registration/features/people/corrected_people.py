"""People whose corrections come back from their topic: it says of nobody who they are, the directory does."""

from collections.abc import Sequence
from typing import Any

from services.registration.features.people.domain import participant
from services.registration.kernel.loaded import Loaded
from services.registration.kernel.recovery import Told
from shared.contracts.facts import ParticipantCorrected
from shared.mongo.driver import Session


class CorrectedPeople:
    """A `Recovery`."""

    async def read(self, told: Sequence[Told]) -> None:
        return None

    def private(self, told: Told, loaded: Loaded) -> Any:
        return None

    def lost(self, told: Told) -> Sequence[str]:
        assert isinstance(told.body, ParticipantCorrected)
        ref, fields = participant.ref(told.fact.key), ", ".join(told.body.fields)
        return [
            f"person {ref}: corrected ({fields}); name, email "
            "and phone are as the directory has them, numbers as before: see that they are right"
        ]

    async def restore(self, told: Sequence[Told], loaded: Loaded, session: Session) -> None:
        return None
