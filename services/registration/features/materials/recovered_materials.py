"""Materials that come back from their topic and directory; files that came after the backup are lost."""

from collections.abc import Sequence
from typing import Any

from services.registration.features.files.domain.stored_file import FileReference
from services.registration.features.files.files import stored_files
from services.registration.features.files.references import hold
from services.registration.features.materials.domain.material import (
    MATERIAL,
    Content,
    Material,
    MaterialFile,
    state_id,
)
from services.registration.features.materials.material_directory import content_of_entry
from services.registration.kernel.feature import OfficeStore
from services.registration.kernel.loaded_states import LoadedStates
from services.registration.kernel.recovery import DirectoryEntries, RecoveredFact
from shared.contracts.directory import material_key
from shared.contracts.facts import MaterialFact, MaterialPublished
from shared.mongo.driver import Session


class RecoveredMaterials:
    """A `Recovery`. `told`: all facts of the partition that come back, in their order."""

    def __init__(self, of: OfficeStore, told: Sequence[RecoveredFact], entries: DirectoryEntries) -> None:
        self._of = of
        self._last = {
            state_id(body.activity, body.material): body for _, body in told if isinstance(body, MaterialFact)
        }
        self._entries = entries.found
        self._files: set[str] = set()

    async def read(self, told: Sequence[RecoveredFact]) -> None:
        """Which files the database has."""
        named = [content.file.digest for one in told if isinstance(content := self._said(one), MaterialFile)]
        self._files |= {*await stored_files(self._of.store, named)}

    def private(self, told: RecoveredFact, loaded: LoadedStates) -> Any:
        """What its entry says today: of what was replaced since, nobody asks any more."""
        content = self._said(told)
        return None if self._misses(content) else content

    def lost(self, told: RecoveredFact) -> Sequence[str]:
        """Only of what was published last: what was replaced or withdrawn is missed by nobody."""
        body = told.body
        if not isinstance(body, MaterialPublished):
            return ()
        name, content = state_id(body.activity, body.material), self._said(told)
        if self._last[name] is not body or (content is not None and not self._misses(content)):
            return ()
        what = f'the file of "{content.title}"' if content else "its title and link"
        return [f"material {name}: {what}; it is shown to nobody until it is published again"]

    async def restore(self, told: Sequence[RecoveredFact], loaded: LoadedStates, session: Session) -> None:
        """Who holds which file, as the facts left it."""
        changed = {
            state_id(body.activity, body.material) for _, body in told if isinstance(body, MaterialFact)
        }
        states: list[Material] = [loaded.states[MATERIAL][name] for name in sorted(changed)]
        held = [
            FileReference(MATERIAL, state_id(one.activity, one.id), one.file.digest if one.file else None)
            for one in states
        ]
        await hold(self._of.store, held, session)

    def _said(self, told: RecoveredFact) -> Content | None:
        body = told.body
        if not isinstance(body, MaterialPublished):
            return None
        entry = self._entries.get(material_key(body.activity, body.material))
        return content_of_entry(entry) if entry else None

    def _misses(self, content: Content | None) -> bool:
        return isinstance(content, MaterialFile) and content.file.digest not in self._files


def recovered_materials(
    of: OfficeStore, told: Sequence[RecoveredFact], entries: DirectoryEntries
) -> RecoveredMaterials:
    return RecoveredMaterials(of, told, entries)
