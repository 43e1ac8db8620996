"""What could not be decided and waits for someone to look, as staff may read it."""

from dataclasses import dataclass
from typing import Final

from shared.mongo.driver import Document, Store

PAGE: Final = 100


@dataclass(frozen=True, slots=True)
class ParkedRecords:
    """`most`: records of a page."""

    store: Store
    most: int = PAGE

    async def page(self, after: int | None) -> list[Document]:
        """The next parked records without what they hold."""
        wanted = {"_id": {"$gt": after}} if after is not None else {}
        fields = {"topic": 1, "partition": 1, "offset": 1, "at": 1, "reason": 1, "why": 1}
        return await self.store["parked"].find(wanted, fields).sort("_id", 1).limit(self.most).to_list(None)

    async def counted(self) -> int:
        return await self.store["parked"].count_documents({})
