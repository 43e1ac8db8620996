"""Drafts of announcements: as somebody of staff typed them, seen by nobody else, and gone by themselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from shared.mongo.driver import Store

DRAFTS: Final = "activity_drafts"
KEPT_DAYS: Final = 180
MOST_DRAFTS: Final = 20
FULL: Final = "Anda sudah menyimpan {} draf. Hapus dulu yang tidak dipakai lagi."


class KeptDraft(NamedTuple):
    id: str
    title: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ActivityDrafts:
    """Rows of `activity_drafts`, each of one account. They are in no fact and no directory: a restore brings
    back those of its backup."""

    store: Store

    async def keep(
        self, owner: str, name: str, typed: dict[str, str], chosen: dict[str, list[str]], now: datetime
    ) -> bool:
        """False where there are too many; one that stands is written over."""
        others = {"owner": owner, "_id": {"$ne": _key(owner, name)}}
        if await self.store[DRAFTS].count_documents(others) >= MOST_DRAFTS:
            return False
        row = {
            "_id": _key(owner, name),
            "owner": owner,
            "typed": [[field, value] for field, value in typed.items() if value],
            "chosen": [[field, values] for field, values in chosen.items() if values],
            "at": now,
            "until": now + timedelta(days=KEPT_DAYS),
        }
        await self.store[DRAFTS].replace_one({"_id": row["_id"]}, row, upsert=True)
        return True

    async def of(self, owner: str) -> list[KeptDraft]:
        """The latest first."""
        rows = await self.store[DRAFTS].find({"owner": owner}).sort([("at", -1)]).to_list(MOST_DRAFTS)
        return [
            KeptDraft(row["_id"].partition(" ")[2], dict(row["typed"]).get("title", ""), row["at"])
            for row in rows
        ]

    async def find(self, owner: str, name: str) -> tuple[dict[str, str], dict[str, list[str]]] | None:
        row = await self.store[DRAFTS].find_one({"_id": _key(owner, name)})
        return (dict(row["typed"]), dict(row["chosen"])) if row else None

    async def drop(self, owner: str, name: str) -> None:
        await self.store[DRAFTS].delete_one({"_id": _key(owner, name)})


def _key(owner: str, name: str) -> str:
    """Nobody reaches another's by its name."""
    return f"{owner} {name}"
