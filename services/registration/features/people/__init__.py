"""The office's people: known by what was proved of them, and corrected by staff."""

from pathlib import Path
from typing import Final

from services.registration.features.people import people
from services.registration.features.people.corrected_people import CorrectedPeople, published_keys
from services.registration.features.people.corrections import COMMANDS, FACTS, PERSON, SENTENCES
from services.registration.features.people.domain import participant
from services.registration.features.people.held_of_people import HOLDINGS
from services.registration.features.people.pages import persons as persons_pages
from services.registration.features.people.pages import possible_duplicates as twins_pages
from services.registration.features.people.people_api import API
from services.registration.features.people.people_desk import parts
from services.registration.features.people.people_states import COLLECTIONS, SIDE_WRITES, load
from services.registration.features.people.people_upgrade import mark_fresh, require_upgraded
from services.registration.kernel.feature import Feature, Kind, Upgrade

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
    staff_pages=(persons_pages.routes, twins_pages.routes),
    templates=Path(__file__).with_name("templates"),
    recovery=lambda of, told, entries: CorrectedPeople(),
    holdings=HOLDINGS,
    published_keys=published_keys,
    parts=parts,
)
