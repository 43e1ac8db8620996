"""Whether the office knew a person before a form came: the same answer for a form that is sent again."""

from dataclasses import dataclass
from datetime import UTC, datetime

from services.registration.application.digests import Digests
from shared.contracts.commands import Participant
from shared.mongo.driver import ReturnDocument, Store


@dataclass(frozen=True, slots=True)
class Forms:
    """Rows of `forms`, one per command that a form asked, kept as long as a form may stay open."""

    store: Store
    digests: Digests

    async def met_before(self, command: bytes, who: Participant) -> bool:
        """Ask this before the command is sent: afterwards everybody is known."""
        name = self.digests.person(who).email
        known = await self.store["people"].find_one({"known_by": name}, {"_id": 1}) is not None
        row = await self.store["forms"].find_one_and_update(
            {"_id": command},
            {"$setOnInsert": {"known": known, "at": datetime.now(UTC)}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        assert row is not None, "an upsert answers with the row"
        return bool(row["known"])
