"""Files that nobody holds go, a day after they were sent, and never one that a command still asks for.

A command names a file while its upload is young. So what was sent more than a day before a mark was set is
taken once every partition has decided all that stood on intake at that mark: whatever is decided after it
names what is there by then, and is refused where it names another.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from services.registration.features.files.contents import Contents
from services.registration.features.files.files import FILES, REFERENCES, UPLOADS
from shared.mongo.driver import Document, Session, Store

log = logging.getLogger(__name__)

MARKS: Final = "file_sweeps"
MARK: Final[Document] = {"_id": "mark"}
KEPT: Final = timedelta(days=1)
MARK_LASTS: Final = timedelta(days=1)
"""Then another is set: intake may have been made anew meanwhile."""
EVERY_SECONDS: Final = 600.0
AT_ONCE: Final = 1_000
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sweep:
    """`intake_ends`: by partition, the offset that the next record of intake will get."""

    store: Store
    contents: Contents
    intake_ends: Callable[[], Awaitable[Mapping[int, int]]]

    async def step(self) -> int:
        """How many files were taken. Two instances at it take each file once."""
        now = await self.store.now()
        mark = await self.store[MARKS].find_one(MARK)
        if mark is None or mark["at"] < now - MARK_LASTS:
            ends = await self.intake_ends()
            row: Document = {"at": now, "ends": {str(partition): end for partition, end in ends.items()}}
            await self.store[MARKS].replace_one(MARK, MARK | row, upsert=True)
            mark = row
        taken = 0
        if await self._passed(mark):
            taken = await self._take_files(mark["at"] - KEPT)
            await self.store[MARKS].delete_one(MARK | {"at": mark["at"]})
        await self._take_contents(now - KEPT)
        return taken

    async def _passed(self, mark: Document) -> bool:
        rows = await self.store["cursors"].find({}, {"next": 1}).to_list(None)
        return bool(rows) and all(row["next"] >= mark["ends"].get(str(row["_id"]), 0) for row in rows)

    async def _take_files(self, before: datetime) -> int:
        held = {"from": REFERENCES, "localField": "_id", "foreignField": "digest", "as": "held"}
        unheld: list[Mapping[str, Any]] = [
            {"$match": {"at": {"$lt": before}}},
            {"$lookup": held},
            {"$match": {"held": []}},
            {"$limit": AT_ONCE},
            {"$project": {"_id": 1}},
        ]
        rows = await self.store.aggregate(FILES, unheld)
        return sum([await self._take(row["_id"], before) for row in rows])

    async def _take(self, digest: str, before: datetime) -> bool:
        """Unless somebody sent it again, or holds it since; from then on its content has no name."""

        async def work(session: Session) -> bool:
            if await self.store[REFERENCES].find_one({"digest": digest}, session=session):
                return False
            old = {"_id": digest, "at": {"$lt": before}}
            row = await self.store[FILES].find_one_and_delete(old, session=session)
            if row is not None:
                nameless = {"_id": row["content"], "at": LONG_AGO}
                await self.store[UPLOADS].insert_one(nameless, session=session)
            return row is not None

        return await self.store.transaction(work)

    async def _take_contents(self, before: datetime) -> None:
        """Of uploads that never came to their end, and of files that were taken."""
        rows = await self.store[UPLOADS].find({"at": {"$lt": before}}).limit(AT_ONCE).to_list(None)
        for row in rows:
            await self.contents.remove(row["_id"])
            await self.store[UPLOADS].delete_one({"_id": row["_id"]})

    async def keep_sweeping(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.step()
            except Exception as error:  # both servers come back
                log.warning("files that nobody holds wait: %s", type(error).__name__)
            await asyncio.sleep(EVERY_SECONDS)
