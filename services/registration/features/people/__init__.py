"""The office's people: known by what was proved of them, and corrected by staff."""

from typing import Final

from services.registration.adapters.people_states import COLLECTIONS, SIDE_WRITES, load
from services.registration.adapters.people_upgrade import mark_fresh, require_upgraded
from services.registration.application import people
from services.registration.application.corrected_people import CorrectedPeople
from services.registration.application.corrections import COMMANDS, FACTS, PERSON, SENTENCES
from services.registration.application.feature import Feature, Kind, Upgrade
from services.registration.domain import participant
from services.registration.entrypoints.pages import persons, twins
from services.registration.entrypoints.people_api import API

PEOPLE: Final = Feature(
    name=people.PEOPLE,
    commands=COMMANDS,
    facts=FACTS,
    kinds={PERSON: Kind(participant.evolve)},
    collections=COLLECTIONS,
    load=load,
    sentences=SENTENCES,
    side_writes=SIDE_WRITES,
    upgrade=Upgrade(mark_fresh, require_upgraded),
    api=API,
    staff_pages=(persons.routes, twins.routes),
    recovery=lambda of, told, entries: CorrectedPeople(),
)
