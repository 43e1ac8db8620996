"""Materials of activities: links that staff publish, for everybody or for themselves."""

from pathlib import Path
from typing import Final

from services.registration.features.materials.domain import material
from services.registration.features.materials.fold import FACTS
from services.registration.features.materials.material_states import CODEC, COLLECTIONS, load
from services.registration.features.materials.materials import COMMANDS, MATERIAL, NAME, SENTENCES
from services.registration.features.materials.materials_api import API
from services.registration.features.materials.materials_desk import parts
from services.registration.features.materials.pages import public, staff
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
    recovery=recovered_materials,
    api=API,
    pages=(public.routes,),
    staff_pages=(staff.routes,),
    templates=Path(__file__).with_name("templates"),
    activity_pages=(
        ActivityPage("materi", "Materi kegiatan"),
        ActivityPage("materi", "Materi kegiatan", Action.PUBLISH_MATERIAL),
    ),
    parts=parts,
)
