"""How commands about people with a part are decided and followed, and what people are told of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from services.registration.features.gatherings.gatherings import ACTIVITY
from services.registration.features.parts.domain import part
from services.registration.features.parts.part_states import PART, holder_document, holder_of
from services.registration.kernel.decisions import Decision
from services.registration.kernel.feature import CommandRule, FactRule, FactWithoutState, PrivatePart
from services.registration.kernel.loaded_states import LoadedStates
from services.registration.kernel.received_commands import ReceivedCommand
from services.registration.kernel.sentences import Sentences
from shared.contracts.commands import AddPart, Command, RemovePart
from shared.contracts.facts import Body, PartAdded, PartRemoved

NAME: Final = "parts"


def _add(loaded: LoadedStates, received: ReceivedCommand, now: datetime) -> Decision:
    command, states = received.command, loaded.states
    assert isinstance(command, AddPart)
    held = sum(
        one is not None and one.activity == command.activity and one.holder is not None
        for one in states[PART].values()
    )
    return part.add(states[ACTIVITY].get(command.activity), states[PART].get(command.id), held, command)


def _remove(loaded: LoadedStates, received: ReceivedCommand, now: datetime) -> Decision:
    command = received.command
    assert isinstance(command, RemovePart)
    return part.remove(loaded.states[PART].get(command.id), command.activity)


def _part(body: Any, key: str) -> str:
    """Raises `FactWithoutState` where the key is another than its activity."""
    if body.activity != key:
        raise FactWithoutState(f"{type(body).__name__} is keyed by something else than its activity")
    return str(body.part)


SENTENCES: Final = Sentences(
    {"added": "Sudah ditambahkan.", "removed": "Sudah dihapus dari daftar."},
    {
        "part_unknown": "Orang itu tidak ada di daftar pengisi kegiatan ini. Muat ulang daftarnya.",
        "too_many_parts": "Daftar pengisi kegiatan ini sudah penuh, {most} orang. Hapus satu orang dulu.",
    },
)
COMMANDS: Final[Mapping[type[Command], CommandRule]] = {
    AddPart: CommandRule(_add, "added", "activity"),
    RemovePart: CommandRule(_remove, "removed", "activity"),
}
_HOLDER: Final = PrivatePart(PART, holder_document, holder_of, lambda state: state.holder)
FACTS: Final[Mapping[type[Body], FactRule]] = {
    PartAdded: FactRule({PART: _part}, "added", _HOLDER, history="menambahkan pengisi kegiatan"),
    PartRemoved: FactRule({PART: _part}, "removed", history="menghapus pengisi kegiatan"),
}
