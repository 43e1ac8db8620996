"""How commands about materials are decided, what their facts change, and what people are told of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from services.registration.features.gatherings.gatherings import ACTIVITY
from services.registration.features.materials.domain import material
from services.registration.kernel.decisions import Decision
from services.registration.kernel.feature import CommandRule, FactRule, FactWithoutState
from services.registration.kernel.loaded_states import LoadedStates
from services.registration.kernel.received_commands import ReceivedCommand
from services.registration.kernel.sentences import Sentences
from shared.contracts.commands import Command, PublishMaterial, WithdrawMaterial
from shared.contracts.facts import Body, MaterialPublished, MaterialWithdrawn

NAME: Final = "materials"
MATERIAL: Final = "material"


def _publish(loaded: LoadedStates, received: ReceivedCommand, now: datetime) -> Decision:
    command, states = received.command, loaded.states
    assert isinstance(command, PublishMaterial)
    known = states[MATERIAL].get(material.state_id(command.activity, command.id))
    return material.publish(states[ACTIVITY].get(command.activity), known, command)


def _withdraw(loaded: LoadedStates, received: ReceivedCommand, now: datetime) -> Decision:
    command = received.command
    assert isinstance(command, WithdrawMaterial)
    return material.withdraw(loaded.states[MATERIAL].get(material.state_id(command.activity, command.id)))


def _material(body: Any, key: str) -> str:
    if body.activity != key:
        raise FactWithoutState(f"{type(body).__name__} is keyed by something else than its activity")
    return material.state_id(key, body.material)


SENTENCES: Final = Sentences(
    {
        "material_published": "Materi sudah diterbitkan.",
        "material_withdrawn": "Materi sudah ditarik.",
    },
    {
        "material_unknown": "Materi tidak ditemukan dalam kegiatan ini. Muat ulang daftar materinya.",
    },
)
COMMANDS: Final[Mapping[type[Command], CommandRule]] = {
    PublishMaterial: CommandRule(_publish, "material_published", "activity"),
    WithdrawMaterial: CommandRule(_withdraw, "material_withdrawn", "activity"),
}
_CHANGES: Final = {MATERIAL: _material}
FACTS: Final[Mapping[type[Body], FactRule]] = {
    MaterialPublished: FactRule(_CHANGES, "material_published", history="menerbitkan materi"),
    MaterialWithdrawn: FactRule(_CHANGES, "material_withdrawn", history="menarik materi"),
}
