"""Entries of the directory: where a person with a part is mailed, and what brings them back."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from services.registration.features.parts.domain.part import Part, PartHolder
from services.registration.features.parts.part_states import CODEC, PART, PARTS
from services.registration.kernel.feature import DirectoryRule, Entry, EntryRule, OfficeStore
from services.registration.kernel.loaded_states import LoadedStates
from services.registration.kernel.recovery import DirectoryEntries, RecoveredFact
from services.registration.storage.documents import number_of
from shared.contracts.directory import PartEntry, part_key
from shared.contracts.facts import Body, PartAdded, PartRemoved
from shared.mongo.driver import Document, Session

_FACTS: Final[frozenset[type[Body]]] = frozenset({PartAdded, PartRemoved})
OF_PART: Final = {fact.type for fact in _FACTS}


async def _entries(of: OfficeStore, facts: Sequence[Document]) -> list[Entry]:
    """One for each person that these facts are about, as they are known now."""
    revs = {fact["data"]["part"]: number_of(fact["_id"]) for fact in facts if fact["type"] in OF_PART}
    if not revs:
        return []
    rows = await of.store[PARTS].find({"_id": {"$in": list(revs)}}).to_list(None)
    return [part_entry(CODEC.read(row), revs[row["_id"]]) for row in rows]


def part_entry(part: Part, rev: int) -> Entry:
    said: Document = {"rev": rev, "part": part.id, "activity": part.activity, "kind": part.kind}
    if part.holder:
        said |= {name: value for name, value in asdict(part.holder).items() if value is not None}
    return Entry(part_key(part.id), PartEntry.model_validate(said).encoded())


def holder_of_entry(entry: PartEntry) -> PartHolder | None:
    if entry.name is None:
        return None
    return PartHolder(entry.name, entry.institution, entry.email, entry.phone, entry.sessions, entry.order)


class RecoveredParts:
    """A `Recovery`. `told`: all facts of the partition that come back, in their order."""

    def __init__(self, told: Sequence[RecoveredFact], entries: DirectoryEntries) -> None:
        self._last = {body.part: body for _, body in told if isinstance(body, PartAdded | PartRemoved)}
        self._entries = entries.found

    async def read(self, told: Sequence[RecoveredFact]) -> None:
        return None

    def private(self, told: RecoveredFact, loaded: LoadedStates) -> Any:
        return self._holder(told.body)

    def lost(self, told: RecoveredFact) -> Sequence[str]:
        body = told.body
        if not isinstance(body, PartAdded) or self._last[body.part] is not body or self._holder(body):
            return ()
        return [f"part {body.part} in {body.activity}: who has it; add them again"]

    async def restore(self, told: Sequence[RecoveredFact], loaded: LoadedStates, session: Session) -> None:
        return None

    def _holder(self, body: Body) -> PartHolder | None:
        entry = self._entries.get(part_key(body.part)) if isinstance(body, PartAdded) else None
        return holder_of_entry(entry) if entry else None


def recovered_parts(
    of: OfficeStore, told: Sequence[RecoveredFact], entries: DirectoryEntries
) -> RecoveredParts:
    return RecoveredParts(told, entries)


DIRECTORY: Final = DirectoryRule({PART: EntryRule("k", PartEntry)}, _FACTS, _entries)
