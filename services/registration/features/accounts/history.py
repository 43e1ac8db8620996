"""The office's history: commands as the ledger holds them, all else in a collection that only grows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from services.registration.features.accounts.domain.history import WORDS, Deed, Entry, page
from shared.mongo.driver import Document, Session, Store
from shared.mongo.indexes import Index, ascending

KEPT: Final = timedelta(days=3 * 365)
COLLECTIONS: Final[Mapping[str, tuple[Index, ...]]] = {
    "history": (
        ascending("history", "at", expires=int(KEPT.total_seconds())),
        Index("history", (("about", 1), ("at", -1))),
    )
}
_NEWEST: Final = [("at", -1), ("_id", -1)]
_OF_FACT: Final = {"at": 1, "actor": 1, "type": 1, "key": 1, "data.registration": 1}


def history_row(
    actor: str, deed: Deed, about: Sequence[str] = (), query: str = "", count: int | None = None
) -> Document:
    given = {"query": query or None, "count": count}
    row: Document = {"at": datetime.now(UTC), "actor": actor, "deed": deed, "about": list(about)}
    return row | {name: value for name, value in given.items() if value is not None}


@dataclass(frozen=True, slots=True)
class History:
    """`words`: of the facts that answer commands, by their types."""

    store: Store
    words: Mapping[str, str]

    async def note(
        self, actor: str, deed: Deed, *about: str, query: str = "", count: int | None = None
    ) -> None:
        """Before the answer goes out: nobody sees what was not noted. `about`: keys as `Entry` has them."""
        await self.store["history"].insert_one(history_row(actor, deed, about, query, count))

    async def write(self, row: Document, session: Session) -> None:
        """In the transaction of what was done."""
        await self.store["history"].insert_one(row, session=session)

    async def newest(self, actor: str = "", skip: int = 0, limit: int = 50) -> list[Entry]:
        """Of everybody, or of one."""
        by: Document = {"actor": actor or {"$exists": True}}
        return await self._page(by, {"actor": actor} if actor else {}, skip, limit)

    async def of_activity(self, activity: str, skip: int = 0, limit: int = 50) -> list[Entry]:
        by = {"key": activity, "actor": {"$exists": True}}
        return await self._page(by, {"about": f"a:{activity}"}, skip, limit)

    async def of_registration(
        self, registration: str, activity: str, skip: int = 0, limit: int = 20
    ) -> list[Entry]:
        by = {"key": activity, "data.registration": registration, "actor": {"$exists": True}}
        return await self._page(by, {"about": f"r:{registration}"}, skip, limit)

    async def of_person(
        self, ref: str, registrations: Mapping[str, str], skip: int = 0, limit: int = 20
    ) -> list[Entry]:
        """`registrations`: of this person, with their activities."""
        mine = [
            {"key": f"p:{ref}"},
            {
                "key": {"$in": sorted(set(registrations.values()))},
                "data.registration": {"$in": list(registrations)},
            },
        ]
        about = [f"p:{ref}", *(f"r:{one}" for one in registrations)]
        by = {"actor": {"$exists": True}, "$or": mine}
        return await self._page(by, {"about": {"$in": about}}, skip, limit)

    async def _page(self, of_facts: Document, of_rows: Document, skip: int, limit: int) -> list[Entry]:
        most = skip + limit
        facts = self.store["facts"].find(of_facts, _OF_FACT).sort(_NEWEST).limit(most)
        rows = self.store["history"].find(of_rows).sort(_NEWEST).limit(most)
        done = [self._of_fact(row) for row in await facts.to_list(None)]
        noted = [_of_row(row) for row in await rows.to_list(None)]
        return page([done, noted], skip, limit)

    def _of_fact(self, row: Document) -> Entry:
        """A fact of a person has the person's key, all others their activity's."""
        key, data = str(row["key"]), row.get("data", {})
        about = [key if key.startswith("p:") else f"a:{key}"]
        if registration := data.get("registration"):
            about.append(f"r:{registration}")
        return Entry(row["at"], row["actor"], self.words.get(row["type"], row["type"]), tuple(about))


def _of_row(row: dict[str, Any]) -> Entry:
    what = WORDS.get(row["deed"], row["deed"])
    return Entry(row["at"], row["actor"], what, tuple(row["about"]), row.get("query", ""), row.get("count"))
