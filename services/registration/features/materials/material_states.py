"""How materials lie in MongoDB, and what a batch of commands loads of them."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

from services.registration.features.files.domain.stored_file import StoredFile
from services.registration.features.files.references import load_files
from services.registration.features.materials.domain.material import (
    MATERIAL,
    Content,
    Material,
    MaterialFile,
    MaterialLink,
    state_id,
)
from services.registration.kernel.feature import Codec, OfficeStore
from services.registration.kernel.loaded_states import LoadedStates
from services.registration.kernel.received_commands import ReceivedCommand
from shared.contracts.commands import PublishMaterial, WithdrawMaterial
from shared.mongo.driver import Document
from shared.mongo.indexes import Index, ascending

MATERIALS: Final = "materials"
COLLECTIONS: Final[Mapping[str, tuple[Index, ...]]] = {MATERIALS: (ascending(MATERIALS, "activity"),)}
SHOWN: Final[Document] = {"link": {"$ne": None}}


def content_document(content: Content | None) -> Document:
    return {"link": asdict(content) if content else None}


def content_of(row: Document) -> Content | None:
    found = row["link"]
    if found and "file" in found:
        return MaterialFile(found["title"], StoredFile(**found["file"]))
    return MaterialLink(**found) if found else None


def _document(name: str, partition: int, state: Material, now: datetime) -> Document:
    row: Document = {"_id": name, "activity": state.activity, "id": state.id}
    return row | content_document(state.content) | {"public": state.public, "version": state.version}


def _state(row: Document) -> Material:
    return Material(
        activity=row["activity"],
        id=row["id"],
        content=content_of(row),
        public=row["public"],
        version=row["version"],
    )


CODEC: Final = Codec(MATERIALS, _document, _state)


async def load(
    of: OfficeStore,
    partition: int,
    received: Sequence[ReceivedCommand],
    loaded: LoadedStates,
    known: Awaitable[None],
) -> None:
    """Those that commands name, with their files, and all that are shown where one more may be. The
    activities of all commands are loaded by gatherings."""
    commands = [
        one.command for one in received if isinstance(one.command, PublishMaterial | WithdrawMaterial)
    ]
    if not commands:
        return
    publishing = [command for command in commands if isinstance(command, PublishMaterial)]
    named = {state_id(command.activity, command.id) for command in commands}
    growing = {command.activity for command in publishing}
    wanted = [{"_id": {"$in": list(named)}}, {"activity": {"$in": list(growing)}} | SHOWN]
    rows = await of.store[MATERIALS].find({"$or": wanted}).to_list(None)
    loaded.states[MATERIAL] |= {row["_id"]: CODEC.read(row) for row in rows}
    await load_files(of.store, (command.file for command in publishing if command.file), loaded)
