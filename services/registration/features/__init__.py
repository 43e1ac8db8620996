"""The table of contents of the service: each feature states what is its own."""

from typing import Final

from services.registration.features.accounts import ACCOUNTS
from services.registration.features.files import FILES
from services.registration.features.gatherings import GATHERINGS
from services.registration.features.materials import MATERIALS
from services.registration.features.own_page import OWN_PAGE
from services.registration.features.paper import PAPER
from services.registration.features.parts import PARTS
from services.registration.features.people import PEOPLE
from services.registration.features.sharing import SHARING
from services.registration.kernel.feature import Feature

FEATURES: Final[tuple[Feature, ...]] = (
    ACCOUNTS,
    PEOPLE,
    FILES,
    GATHERINGS,
    MATERIALS,
    PARTS,
    SHARING,
    PAPER,
    OWN_PAGE,
)
