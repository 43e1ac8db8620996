"""Materials that come back from their topic: their links are lost with the office's database."""

from collections.abc import Sequence
from typing import Any

from services.registration.features.materials.domain.material import state_id
from services.registration.kernel.feature import OfficeStore
from services.registration.kernel.loaded_states import LoadedStates
from services.registration.kernel.recovery import DirectoryEntries, RecoveredFact
from shared.contracts.facts import MaterialFact, MaterialPublished
from shared.mongo.driver import Session


class RecoveredMaterials:
    """A `Recovery`. `told`: all facts of the partition that come back, in their order."""

    def __init__(self, told: Sequence[RecoveredFact]) -> None:
        self._last = {
            state_id(body.activity, body.material): body for _, body in told if isinstance(body, MaterialFact)
        }

    async def read(self, told: Sequence[RecoveredFact]) -> None:
        return None

    def private(self, told: RecoveredFact, loaded: LoadedStates) -> Any:
        return None

    def lost(self, told: RecoveredFact) -> Sequence[str]:
        """Only of what was published last: what was replaced or withdrawn is missed by nobody."""
        body = told.body
        if not isinstance(body, MaterialPublished):
            return ()
        name = state_id(body.activity, body.material)
        if self._last[name] is not body:
            return ()
        return [f"material {name}: its title and link; it is shown to nobody until it is published again"]

    async def restore(self, told: Sequence[RecoveredFact], loaded: LoadedStates, session: Session) -> None:
        return None


def recovered_materials(
    of: OfficeStore, told: Sequence[RecoveredFact], entries: DirectoryEntries
) -> RecoveredMaterials:
    return RecoveredMaterials(told)
