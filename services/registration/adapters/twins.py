"""People who may be the same person, as staff compare them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from services.registration.adapters.reactions import Held, held_by
from services.registration.application.digests import Digests
from shared.mongo.driver import Document, Store

_OPEN: Document = {"looked_at": {"$exists": False}}


@dataclass(frozen=True, slots=True)
class Twin:
    """`who`: name and email, perhaps phone, nip, nuptk. `held`: where this person is registered; `unproved`:
    which of their numbers nobody but they themselves stated."""

    who: Mapping[str, str]
    held: tuple[Held, ...]
    unproved: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Twins:
    """Rows of `perhaps_same`, each of people who name one number, or one address and nearly one name."""

    store: Store
    digests: Digests

    async def counted(self) -> int:
        """Those that nobody has looked at."""
        return await self.store["perhaps_same"].count_documents(_OPEN)

    async def listed(self, limit: int) -> list[tuple[str, list[Twin]]]:
        """Of those that nobody has looked at: the row's name, and the people."""
        rows = await self.store["perhaps_same"].find(_OPEN).sort("_id", 1).limit(limit).to_list(None)
        return [(row["_id"], [await self._twin(ref) for ref in row["refs"]]) for row in rows]

    async def looked_at(self, name: str) -> None:
        """A note of the office to itself, so no command: it changes no person, no seat and no figure, and
        nobody else ever reads it. The same contradiction, met again, stays looked at."""
        await self.store["perhaps_same"].update_one({"_id": name}, {"$set": {"looked_at": datetime.now(UTC)}})

    async def _twin(self, ref: str) -> Twin:
        row = await self.store["people"].find_one({"ref": ref, "who": {"$exists": True}}) or {}
        held = await held_by(self.store, self.digests, ref)
        return Twin(row.get("who", {}), tuple(sorted(held)), tuple(row.get("unproved", ())))
