"""How commands about materials are decided, and what people are told of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from services.registration.features.files.references import files_at_hand
from services.registration.features.gatherings.gatherings import ACTIVITY
from services.registration.features.materials.domain import material
from services.registration.features.materials.domain.material import MATERIAL
from services.registration.kernel.decisions import Decision
from services.registration.kernel.feature import CommandRule
from services.registration.kernel.loaded_states import LoadedStates
from services.registration.kernel.received_commands import ReceivedCommand
from services.registration.kernel.sentences import Sentences
from shared.contracts.commands import Command, PublishMaterial, WithdrawMaterial

NAME: Final = "materials"


def _publish(loaded: LoadedStates, received: ReceivedCommand, now: datetime) -> Decision:
    command, states = received.command, loaded.states
    assert isinstance(command, PublishMaterial)
    known = states[MATERIAL].get(material.state_id(command.activity, command.id))
    shown = sum(
        one.activity == command.activity and one.content is not None for one in states[MATERIAL].values()
    )
    file = files_at_hand(loaded).get(command.file) if command.file else None
    return material.publish(states[ACTIVITY].get(command.activity), known, shown, file, command)


def _withdraw(loaded: LoadedStates, received: ReceivedCommand, now: datetime) -> Decision:
    command = received.command
    assert isinstance(command, WithdrawMaterial)
    return material.withdraw(loaded.states[MATERIAL].get(material.state_id(command.activity, command.id)))


SENTENCES: Final = Sentences(
    {},
    {
        "material_unknown": "Materi tidak ditemukan dalam kegiatan ini. Muat ulang daftar materinya.",
        "too_many_materials": "Kegiatan ini sudah memuat materi sebanyak batasnya, {most}. "
        "Tarik satu materi dulu, atau ganti salah satunya.",
    },
)
COMMANDS: Final[Mapping[type[Command], CommandRule]] = {
    PublishMaterial: CommandRule(_publish, "published", "activity"),
    WithdrawMaterial: CommandRule(_withdraw, "withdrawn", "activity"),
}
