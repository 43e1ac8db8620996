"""What routes and pages of materials work with."""

from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from services.registration.features.files.domain.stored_file import StoredFile
from services.registration.features.materials.domain.material import MaterialFile, state_id
from services.registration.features.materials.material_states import MATERIALS, SHOWN, content_of
from services.registration.features.materials.materials import NAME
from services.registration.inspection.media import MEDIA
from services.registration.kernel.context import OfficeContext
from services.registration.web.api import FeatureServices
from shared.mongo.driver import Document, Store
from shared.words import number

MEGABYTE, KILOBYTE = 1_000_000, 1_000


class ListedMaterial(NamedTuple):
    """One of the two: a link, or a file."""

    id: str
    version: int
    public: bool
    title: str
    url: str | None = None
    file: StoredFile | None = None

    @property
    def leads_to(self) -> str:
        """Where the link leads, or what is downloaded."""
        if self.file:
            return f"{MEDIA[self.file.media].label}, {_size(self.file.size)}"
        return urlsplit(self.url or "").netloc

    @property
    def shown(self) -> Document:
        """As the API shows it."""
        said: Document = {"id": self.id, "version": self.version, "public": self.public, "title": self.title}
        if self.file:
            return said | {"file": self.file.digest, "type": self.file.media, "size": self.file.size}
        return said | {"url": self.url}


@dataclass(frozen=True, slots=True)
class Materials:
    """Reads rows of `materials`."""

    store: Store

    async def listed(self, activity: str, public_only: bool) -> list[ListedMaterial]:
        """Those of an activity that are shown, by title."""
        wanted = {"activity": activity} | SHOWN | ({"public": True} if public_only else {})
        found = map(_listed, await self.store[MATERIALS].find(wanted).to_list(None))
        return sorted(found, key=lambda one: (one.title.casefold(), one.id))

    async def one(self, activity: str, material: str, public_only: bool) -> ListedMaterial | None:
        """None where nothing is shown under this id."""
        row = await self.store[MATERIALS].find_one({"_id": state_id(activity, material)} | SHOWN)
        return _listed(row) if row and (row["public"] or not public_only) else None


def _listed(row: Document) -> ListedMaterial:
    content = content_of(row)
    assert content is not None, "nothing else is shown"
    said = (row["id"], row["version"], row["public"], content.title)
    if isinstance(content, MaterialFile):
        return ListedMaterial(*said, file=content.file)
    return ListedMaterial(*said, url=content.url)


def _size(size: int) -> str:
    if size >= MEGABYTE:
        return f"{size / MEGABYTE:.1f} MB".replace(".", ",")
    return f"{number(max(size // KILOBYTE, 1))} kB"


def parts(context: OfficeContext) -> Materials:
    return Materials(context.of.store)


def materials(of: FeatureServices) -> Materials:
    found: Materials = of.parts[NAME]
    return found
