"""The office's history: commands as the ledger holds them, all else in a collection that only grows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shared.accounts.domain.history import Entry, page
from shared.accounts.history import NEWEST, History
from shared.mongo.driver import Document

_OF_FACT: Final = {"at": 1, "actor": 1, "type": 1, "key": 1, "data.registration": 1}


@dataclass(frozen=True, slots=True)
class OfficeHistory(History):
    """`words`: of the facts that answer commands, by their types."""

    words: Mapping[str, str]

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
        facts = self.store["facts"].find(of_facts, _OF_FACT).sort(NEWEST).limit(most)
        by_command = await facts.to_list(None)
        reasons = await self._reasons([row["_id"] for row in by_command])
        done = [self._of_fact(row, reasons.get(row["_id"], "")) for row in by_command]
        return page([done, await self.noted(of_rows, most)], skip, limit)

    async def _reasons(self, places: Sequence[int]) -> dict[int, str]:
        """What was said why, of facts whose command said so."""
        rows = self.store["private"].find({"_id": {"$in": list(places)}, "reason": {"$type": "string"}})
        return {row["_id"]: row["reason"] for row in await rows.to_list(None)}

    def _of_fact(self, row: Document, reason: str) -> Entry:
        """A fact of a person has the person's key, all others their activity's."""
        key, data = str(row["key"]), row.get("data", {})
        about = [key if key.startswith("p:") else f"a:{key}"]
        if registration := data.get("registration"):
            about.append(f"r:{registration}")
        return Entry(row["at"], row["actor"], self.words.get(row["type"], row["type"]), tuple(about), reason)
