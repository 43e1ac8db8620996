"""How people with a part lie in MongoDB, and what a batch of commands loads of them."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

from services.registration.features.parts.domain.part import Part, PartHolder
from services.registration.kernel.feature import Codec, OfficeStore
from services.registration.kernel.loaded_states import LoadedStates
from services.registration.kernel.received_commands import ReceivedCommand
from shared.contracts.commands import AddPart, RemovePart
from shared.mongo.driver import Document
from shared.mongo.indexes import Index, ascending

PART: Final = "part"
PARTS: Final = "parts"
COLLECTIONS: Final[Mapping[str, tuple[Index, ...]]] = {
    PARTS: (ascending(PARTS, "activity"), ascending(PARTS, "holder.email", sparse=True))
}
HELD: Final[Document] = {"holder": {"$ne": None}}


def holder_document(holder: PartHolder | None) -> Document:
    found = {name: value for name, value in asdict(holder).items() if value is not None} if holder else None
    return {"holder": found and found | {"sessions": list(found["sessions"])}}


def holder_of(row: Document) -> PartHolder | None:
    found = row.get("holder")
    return PartHolder(**found | {"sessions": tuple(found["sessions"])}) if found else None


def _document(name: str, partition: int, state: Part, now: datetime) -> Document:
    return {"_id": name, "activity": state.activity, "kind": state.kind} | holder_document(state.holder)


def _state(row: Document) -> Part:
    return Part(row["activity"], row["_id"], row["kind"], holder_of(row))


CODEC: Final = Codec(PARTS, _document, _state)


async def load(
    of: OfficeStore,
    partition: int,
    received: Sequence[ReceivedCommand],
    loaded: LoadedStates,
    known: Awaitable[None],
) -> None:
    """Those that commands name, and all of an activity where one more may come. The activities of all
    commands are loaded by gatherings."""
    commands = [one.command for one in received if isinstance(one.command, AddPart | RemovePart)]
    if not commands:
        return
    growing = {command.activity for command in commands if isinstance(command, AddPart)}
    wanted = [{"_id": {"$in": [command.id for command in commands]}}, {"activity": {"$in": list(growing)}}]
    rows = await of.store[PARTS].find({"$or": wanted}).to_list(None)
    loaded.states[PART] |= {row["_id"]: CODEC.read(row) for row in rows}
