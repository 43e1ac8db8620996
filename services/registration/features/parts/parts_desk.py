"""What routes and pages of people with a part work with."""

from dataclasses import dataclass
from typing import Final

from services.registration.features.parts.domain.part import Part, PartHolder
from services.registration.features.parts.part_states import CODEC, HELD, PARTS
from services.registration.features.parts.parts import NAME
from services.registration.kernel.context import OfficeContext
from services.registration.kernel.digests import Digests
from services.registration.web.api import FeatureServices
from shared.contracts.activity import Activity, Session
from shared.mongo.driver import Document, Store

LABELS: Final = {
    "pembuka": "Pembuka",
    "narasumber": "Narasumber",
    "moderator": "Moderator",
    "panitia": "Panitia",
}
LAST: Final = 1_000_000
"""Behind all who have a place."""


@dataclass(frozen=True, slots=True)
class ShownPart:
    """A part that somebody has. `sessions`: those of the activity that it is in."""

    id: str
    kind: str
    holder: PartHolder
    sessions: tuple[Session, ...]

    @property
    def label(self) -> str:
        return LABELS.get(self.kind, self.kind)

    @property
    def shown(self) -> Document:
        """As the API shows it."""
        said: Document = {"id": self.id, "part": self.kind, "name": self.holder.name}
        said |= {"institution": self.holder.institution, "email": self.holder.email}
        said |= {"phone": self.holder.phone, "order": self.holder.order}
        return said | {"sessions": list(self.holder.sessions)}


@dataclass(frozen=True, slots=True)
class Parts:
    """Reads rows of `parts`."""

    store: Store
    digests: Digests

    async def of(self, activity: Activity) -> list[ShownPart]:
        """In the order that staff gave them, then as they are listed above, then by name."""
        rows = await self.store[PARTS].find({"activity": activity.id} | HELD).to_list(None)
        found = [_shown(CODEC.read(row), activity) for row in rows]
        return sorted(found, key=_place)

    async def one(self, activity: Activity, part: str) -> ShownPart | None:
        row = await self.store[PARTS].find_one({"_id": part, "activity": activity.id} | HELD)
        return _shown(CODEC.read(row), activity) if row else None

    def id_of(self, activity: str, part: str, name: str) -> str:
        """The same for the same person in the same part, so that nobody is added twice; of no name."""
        return self.digests.registration(activity, f"part {part} {name.casefold()}", 0)


def _shown(part: Part, activity: Activity) -> ShownPart:
    assert part.holder is not None, "nothing else is shown"
    named = {*part.holder.sessions}
    sessions = tuple(one for one in activity.sessions if one.id in named) if named else ()
    return ShownPart(part.id, part.kind, part.holder, sessions)


def _place(one: ShownPart) -> tuple[int, int, str]:
    kinds = [*LABELS]
    kind = kinds.index(one.kind) if one.kind in kinds else len(kinds)
    order = LAST if one.holder.order is None else one.holder.order
    return order, kind, one.holder.name.casefold()


def desk(context: OfficeContext) -> Parts:
    return Parts(context.of.store, context.of.digests)


def parts(of: FeatureServices) -> Parts:
    found: Parts = of.parts[NAME]
    return found
