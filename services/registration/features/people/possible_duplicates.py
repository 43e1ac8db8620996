"""People who may be the same person, as staff compare them."""

from dataclasses import dataclass
from datetime import UTC, datetime

from services.registration.features.people.persons import PersonDetails, Persons
from shared.mongo.driver import Document, Store

_OPEN: Document = {"looked_at": {"$exists": False}}


@dataclass(frozen=True, slots=True)
class PossibleDuplicates:
    """Rows of `perhaps_same`, each of people who name one number, or one address and nearly one name."""

    store: Store
    persons: Persons

    async def counted(self) -> int:
        """Those that nobody has looked at."""
        return await self.store["perhaps_same"].count_documents(_OPEN)

    async def listed(self, limit: int) -> list[tuple[str, list[PersonDetails]]]:
        """Of those that nobody has looked at: the row's name, and the people."""
        rows = await self.store["perhaps_same"].find(_OPEN).sort("_id", 1).limit(limit).to_list(None)
        return [(row["_id"], [await self.persons.one(ref) for ref in row["refs"]]) for row in rows]

    async def people_of(self, name: str) -> list[str]:
        """Their refs; nobody's for a name that no pair has."""
        row = await self.store["perhaps_same"].find_one({"_id": name})
        return list(row["refs"]) if row else []

    async def looked_at(self, name: str) -> None:
        """A note of the office to itself, so no command: it changes no person, no seat and no figure, and
        nobody else ever reads it. The same contradiction, met again, stays looked at."""
        await self.store["perhaps_same"].update_one({"_id": name}, {"$set": {"looked_at": datetime.now(UTC)}})
