"""How a correction of a person is decided, and what its fact changes."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from services.registration.features.people.domain import participant
from services.registration.features.people.person_contents import of_correction
from services.registration.kernel.decisions import Decision
from services.registration.kernel.feature import CommandRule, FactRule, FactWithoutState
from services.registration.kernel.loaded_states import LoadedStates
from services.registration.kernel.received_commands import ReceivedCommand
from services.registration.kernel.sentences import Sentences
from shared.contracts.commands import Command, CorrectParticipant
from shared.contracts.facts import Body, ParticipantCorrected

PERSON: Final = "person"


def _correct(loaded: LoadedStates, asked: ReceivedCommand, now: datetime) -> Decision:
    command = asked.command
    assert isinstance(command, CorrectParticipant)
    return participant.correct(loaded.states[PERSON].get(command.ref), command)


def _person(body: Any, key: str) -> str:
    try:
        return participant.ref(key)
    except ValueError:
        raise FactWithoutState(f"{type(body).__name__} is keyed by something else than its person") from None


SENTENCES: Final = Sentences(
    {
        "corrected": "Data sudah diperbaiki.",
    },
    {
        "participant_unknown": "Peserta tidak ditemukan di balai ini. Muat ulang daftar peserta.",
    },
)
COMMANDS: Final[Mapping[type[Command], CommandRule]] = {
    CorrectParticipant: CommandRule(_correct, "corrected", "ref", participant.key, of_correction)
}
FACTS: Final[Mapping[type[Body], FactRule]] = {
    ParticipantCorrected: FactRule({PERSON: _person}, "corrected", history="memperbaiki data orang")
}
