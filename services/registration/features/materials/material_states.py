"""How materials lie in MongoDB, and what a batch of commands loads of them."""

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Final

from services.registration.features.materials.domain.material import Material, state_id
from services.registration.features.materials.materials import MATERIAL
from services.registration.kernel.feature import Codec, OfficeStore
from services.registration.kernel.loaded_states import LoadedStates
from services.registration.kernel.received_commands import ReceivedCommand
from shared.contracts.commands import PublishMaterial, WithdrawMaterial
from shared.mongo.driver import Document
from shared.mongo.indexes import Index, ascending

MATERIALS: Final = "materials"
COLLECTIONS: Final[Mapping[str, tuple[Index, ...]]] = {MATERIALS: (ascending(MATERIALS, "activity"),)}


def _document(name: str, partition: int, state: Material, now: datetime) -> Document:
    return {"_id": name} | asdict(state)


def _state(row: Document) -> Material:
    return Material(
        activity=row["activity"],
        id=row["id"],
        title=row["title"],
        url=row["url"],
        public=row["public"],
        version=row["version"],
        withdrawn=row["withdrawn"],
    )


CODEC: Final = Codec(MATERIALS, _document, _state)


async def load(
    of: OfficeStore,
    partition: int,
    received: Sequence[ReceivedCommand],
    loaded: LoadedStates,
    known: Awaitable[None],
) -> None:
    """The activities of all commands are loaded by gatherings."""
    named = {
        state_id(one.command.activity, one.command.id)
        for one in received
        if isinstance(one.command, PublishMaterial | WithdrawMaterial)
    }
    if missing := named - loaded.states[MATERIAL].keys():
        rows = of.store[MATERIALS].find({"_id": {"$in": list(missing)}})
        loaded.states[MATERIAL] |= {row["_id"]: CODEC.read(row) for row in await rows.to_list(None)}
