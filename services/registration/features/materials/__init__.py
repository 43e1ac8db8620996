"""Materials of activities: links and files that staff publish, for everybody or for participants."""

from pathlib import Path
from typing import Final

from services.registration.features.materials.domain import material
from services.registration.features.materials.domain.material import MATERIAL
from services.registration.features.materials.fold import FACTS
from services.registration.features.materials.material_directory import DIRECTORY
from services.registration.features.materials.material_states import CODEC, COLLECTIONS, load
from services.registration.features.materials.materials import COMMANDS, NAME, SENTENCES
from services.registration.features.materials.materials_api import API
from services.registration.features.materials.materials_desk import parts
from services.registration.features.materials.pages import participants, public, staff
from services.registration.features.materials.recovered_materials import recovered_materials
from services.registration.kernel.actions import Action
from services.registration.kernel.feature import ActivityPage, Feature, Kind

MATERIALS: Final = Feature(
    name=NAME,
    commands=COMMANDS,
    facts=FACTS,
    kinds={MATERIAL: Kind(material.evolve, CODEC)},
    collections=COLLECTIONS,
    load=load,
    sentences=SENTENCES,
    directory=DIRECTORY,
    recovery=recovered_materials,
    api=API,
    pages=(public.routes, participants.routes),
    staff_pages=(staff.routes,),
    templates=Path(__file__).with_name("templates"),
    activity_pages=(
        ActivityPage("materi", "Materi kegiatan"),
        ActivityPage("materi", "Materi kegiatan", Action.PUBLISH_MATERIAL),
    ),
    parts=parts,
    body_bytes=staff.BODY_BYTES,
)
