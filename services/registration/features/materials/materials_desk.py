"""What routes and pages of materials work with."""

from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from services.registration.features.materials.material_states import MATERIALS, SHOWN
from services.registration.features.materials.materials import NAME
from services.registration.kernel.context import OfficeContext
from services.registration.web.api import FeatureServices
from shared.mongo.driver import Document, Store


class ListedMaterial(NamedTuple):
    """As the API shows it."""

    id: str
    version: int
    public: bool
    title: str
    url: str

    @property
    def host(self) -> str:
        """Where the link leads."""
        return urlsplit(self.url).netloc


@dataclass(frozen=True, slots=True)
class Materials:
    """Reads rows of `materials`."""

    store: Store

    async def listed(self, activity: str, public_only: bool) -> list[ListedMaterial]:
        """Those of an activity that are shown, by title."""
        wanted = {"activity": activity} | SHOWN | ({"public": True} if public_only else {})
        found = map(_listed, await self.store[MATERIALS].find(wanted).to_list(None))
        return sorted(found, key=lambda one: (one.title.casefold(), one.id))


def _listed(row: Document) -> ListedMaterial:
    return ListedMaterial(row["id"], row["version"], row["public"], row["link"]["title"], row["link"]["url"])


def parts(context: OfficeContext) -> Materials:
    return Materials(context.of.store)


def materials(of: FeatureServices) -> Materials:
    found: Materials = of.parts[NAME]
    return found
