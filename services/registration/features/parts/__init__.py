"""People with a part in an activity, who take no seat: shown, mailed, and kept by staff in one list."""

from pathlib import Path
from typing import Final

from services.registration.features.parts.domain import part
from services.registration.features.parts.held_of_holders import HOLDINGS
from services.registration.features.parts.pages import public, staff
from services.registration.features.parts.part_directory import DIRECTORY, recovered_parts
from services.registration.features.parts.part_states import CODEC, COLLECTIONS, PART, load
from services.registration.features.parts.parts import COMMANDS, FACTS, NAME, SENTENCES
from services.registration.features.parts.parts_api import API
from services.registration.features.parts.parts_desk import desk
from services.registration.kernel.actions import Action
from services.registration.kernel.feature import ActivityPage, ActivitySection, Feature, Kind

PARTS: Final = Feature(
    name=NAME,
    commands=COMMANDS,
    facts=FACTS,
    kinds={PART: Kind(part.evolve, CODEC)},
    collections=COLLECTIONS,
    load=load,
    sentences=SENTENCES,
    directory=DIRECTORY,
    recovery=recovered_parts,
    holdings=HOLDINGS,
    api=API,
    staff_pages=(staff.routes,),
    templates=Path(__file__).with_name("templates"),
    activity_pages=(ActivityPage("pengisi", "Pengisi kegiatan", Action.SEE_PARTS, "Peserta"),),
    activity_sections=(ActivitySection("pengisi-bagian.html", public.values),),
    parts=desk,
)
