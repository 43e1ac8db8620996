"""How far each partition of facts and directory was applied: in MongoDB alone."""

from dataclasses import dataclass
from typing import Final

from shared.mongo.driver import Document, Session, Store

GOES_ON: Final = {"$unset": {"stopped": ""}}


class CursorMoved(Exception):
    """Another instance applied this run: read the cursor again."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """`number` and `ledger` of the last fact applied; `offset` of the next record to read."""

    offset: int
    number: int = 0
    ledger: str | None = None


class Cursors:
    def __init__(self, store: Store) -> None:
        self._rows = store["cursors"]

    async def read(self, topic: str, partition: int) -> Cursor:
        return _cursor(await self._rows.find_one({"_id": _key(topic, partition)}) or {"offset": 0})

    async def read_all(self) -> dict[str, Cursor]:
        return {row["_id"]: _cursor(row) async for row in self._rows.find({})}

    async def set_offset(self, topic: str, partition: int, offset: int) -> None:
        """For the directory, whose revisions guard themselves, and to begin a topic again."""
        await self._rows.update_one(
            {"_id": _key(topic, partition)}, {"$set": {"offset": offset}} | GOES_ON, upsert=True
        )

    async def move(self, topic: str, partition: int, before: Cursor, after: Cursor, session: Session) -> None:
        """Raises `CursorMoved` unless the cursor still stands at `before`'s number."""
        moved = await self._rows.update_one(
            {"_id": _key(topic, partition), "number": before.number, "ledger": before.ledger},
            {"$set": {"number": after.number, "ledger": after.ledger, "offset": after.offset}} | GOES_ON,
            session=session,
        )
        if moved.matched_count == 0:
            raise CursorMoved

    async def stop(self, topic: str, partition: int, sentence: str) -> None:
        """Until the cursor moves: whoever asks any instance hears of it."""
        await self._rows.update_one({"_id": _key(topic, partition)}, {"$set": {"stopped": sentence}})

    async def stopped(self) -> list[str]:
        found = self._rows.find({"stopped": {"$exists": True}}, {"stopped": 1}).sort("_id", 1)
        return [row["stopped"] async for row in found]


def first_row(topic: str, partition: int) -> Document:
    return {"_id": _key(topic, partition), "offset": 0, "number": 0, "ledger": None}


def _key(topic: str, partition: int) -> str:
    return f"{topic}:{partition}"


def _cursor(row: Document) -> Cursor:
    return Cursor(row["offset"], row.get("number", 0), row.get("ledger"))
