"""What routes and pages of materials work with."""

from dataclasses import dataclass

from services.registration.features.materials.domain.material import Material
from services.registration.features.materials.material_states import CODEC, MATERIALS
from services.registration.features.materials.materials import NAME
from services.registration.kernel.context import OfficeContext
from services.registration.web.api import FeatureServices
from shared.mongo.driver import Store


@dataclass(frozen=True, slots=True)
class Materials:
    """Reads rows of `materials`."""

    store: Store

    async def listed(self, activity: str, public_only: bool) -> list[Material]:
        """Those of an activity that are not withdrawn, by title."""
        shown = {"activity": activity, "withdrawn": False} | ({"public": True} if public_only else {})
        rows = await self.store[MATERIALS].find(shown).to_list(None)
        return sorted(map(CODEC.read, rows), key=lambda one: (one.title.casefold(), one.id))


def parts(context: OfficeContext) -> Materials:
    return Materials(context.of.store)


def materials(of: FeatureServices) -> Materials:
    found: Materials = of.parts[NAME]
    return found
