"""The office's people: known by what was proved of them, and corrected by staff."""

from typing import Final

from services.registration.adapters.people_states import COLLECTIONS, SIDE_WRITES, load
from services.registration.application import people
from services.registration.application.corrected_people import CorrectedPeople
from services.registration.application.corrections import COMMANDS, FACTS, PERSON
from services.registration.application.feature import Feature, Kind
from services.registration.domain import participant

PEOPLE: Final = Feature(
    name=people.PEOPLE,
    commands=COMMANDS,
    facts=FACTS,
    kinds={PERSON: Kind(participant.evolve)},
    collections=COLLECTIONS,
    load=load,
    side_writes=SIDE_WRITES,
    recovery=lambda of, told, entries: CorrectedPeople(),
)
