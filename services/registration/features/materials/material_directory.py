"""Entries of the directory: what a mail says of a material, and what brings it back."""

from collections.abc import Sequence
from typing import Final

from services.registration.features.files.domain.stored_file import StoredFile
from services.registration.features.materials.domain.material import (
    MATERIAL,
    Content,
    Material,
    MaterialFile,
    MaterialLink,
    state_id,
)
from services.registration.features.materials.material_states import CODEC, MATERIALS
from services.registration.kernel.feature import DirectoryRule, Entry, EntryRule, OfficeStore
from services.registration.storage.documents import number_of
from shared.contracts.directory import MaterialEntry, material_key
from shared.contracts.facts import Body, MaterialPublished, MaterialWithdrawn
from shared.mongo.driver import Document

_FACTS: Final[frozenset[type[Body]]] = frozenset({MaterialPublished, MaterialWithdrawn})
OF_MATERIAL: Final = {fact.type for fact in _FACTS}


async def _entries(of: OfficeStore, facts: Sequence[Document]) -> list[Entry]:
    """One for each material that these facts changed, as it is now."""
    revs = {
        state_id(fact["data"]["activity"], fact["data"]["material"]): number_of(fact["_id"])
        for fact in facts
        if fact["type"] in OF_MATERIAL
    }
    if not revs:
        return []
    rows = await of.store[MATERIALS].find({"_id": {"$in": list(revs)}}).to_list(None)
    return [material_entry(CODEC.read(row), revs[row["_id"]]) for row in rows]


def material_entry(material: Material, rev: int) -> Entry:
    said: Document = {"rev": rev, "activity": material.activity, "material": material.id}
    match material.content:
        case MaterialLink(title, url):
            said |= {"title": title, "url": url}
        case MaterialFile(title, file):
            said |= {"title": title, "file": file.digest, "media": file.media, "size": file.size}
    key = material_key(material.activity, material.id)
    return Entry(key, MaterialEntry.model_validate(said).encoded())


def content_of_entry(entry: MaterialEntry) -> Content | None:
    if entry.title is None:
        return None
    if entry.url is not None:
        return MaterialLink(entry.title, entry.url)
    if entry.file is None or entry.media is None or entry.size is None:
        return None
    return MaterialFile(entry.title, StoredFile(entry.file, entry.media, entry.size))


DIRECTORY: Final = DirectoryRule({MATERIAL: EntryRule(MATERIAL, MaterialEntry)}, _FACTS, _entries)
