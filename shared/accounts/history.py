"""The history of a service: what was done to its accounts, and who looked or took along, in a collection that
only grows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from shared.accounts.domain.history import Entry
from shared.mongo.driver import Document, Session, Store
from shared.mongo.indexes import Index, ascending

KEPT: Final = timedelta(days=3 * 365)
COLLECTIONS: Final[Mapping[str, tuple[Index, ...]]] = {
    "history": (
        ascending("history", "at", expires=int(KEPT.total_seconds())),
        Index("history", (("about", 1), ("at", -1))),
    )
}
NEWEST: Final = [("at", -1), ("_id", -1)]


def history_row(
    actor: str, deed: str, about: Sequence[str] = (), query: str = "", count: int | None = None
) -> Document:
    given = {"query": query or None, "count": count}
    row: Document = {"at": datetime.now(UTC), "actor": actor, "deed": deed, "about": list(about)}
    return row | {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True)
class History:
    """`deeds`: in words, by their names."""

    store: Store
    deeds: Mapping[str, str]

    async def note(
        self, actor: str, deed: str, *about: str, query: str = "", count: int | None = None
    ) -> None:
        """Before the answer goes out: nobody sees what was not noted. `about`: keys as `Entry` has them."""
        await self.store["history"].insert_one(history_row(actor, deed, about, query, count))

    async def write(self, row: Document, session: Session) -> None:
        """In the transaction of what was done."""
        await self.store["history"].insert_one(row, session=session)

    async def newest(self, actor: str = "", skip: int = 0, limit: int = 50) -> list[Entry]:
        """Of everybody, or of one."""
        return (await self.noted({"actor": actor} if actor else {}, skip + limit))[skip:]

    async def noted(self, which: Document, most: int) -> list[Entry]:
        rows = self.store["history"].find(which).sort(NEWEST).limit(most)
        return [self._entry(row) for row in await rows.to_list(None)]

    def _entry(self, row: dict[str, Any]) -> Entry:
        what = self.deeds.get(row["deed"], row["deed"])
        return Entry(
            row["at"], row["actor"], what, tuple(row["about"]), row.get("query", ""), row.get("count")
        )
