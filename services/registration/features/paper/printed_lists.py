"""Attendance lists as they were printed, so that the numbers of their rows stay somebody's."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.mongo.driver import Store
from shared.mongo.indexes import Index, ascending

LISTS: Final = "printed_lists"
KEPT: Final = timedelta(days=400)
"""After the last print: what was signed comes back within days."""
COLLECTIONS: Final[Mapping[str, tuple[Index, ...]]] = {
    LISTS: (ascending(LISTS, "at", expires=int(KEPT.total_seconds())),)
}


@dataclass(frozen=True, slots=True)
class PrintedList:
    """`code`: stands on each of its pages; `registrations`: the first is of row 1."""

    code: str
    session: str
    registrations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PrintedLists:
    store: Store

    async def keep(
        self, activity: str, session: str, registrations: Sequence[str], now: datetime
    ) -> PrintedList:
        """The same people in the same order are the same list, however often it is printed."""
        found = PrintedList(code_of(activity, session, registrations), session, tuple(registrations))
        row = {"activity": activity, "session": session, "registrations": list(registrations)}
        change = {"$setOnInsert": row, "$max": {"at": now}}
        await self.store[LISTS].update_one({"_id": found.code}, change, upsert=True)
        return found

    async def of(self, activity: str, code: str) -> PrintedList | None:
        """`code` as somebody types it from paper. None where no list of this activity has it."""
        row = await self.store[LISTS].find_one({"_id": plain(code), "activity": activity})
        return PrintedList(row["_id"], row["session"], tuple(row["registrations"])) if row else None


def code_of(activity: str, session: str, registrations: Sequence[str]) -> str:
    """Eight letters and digits of which none is taken for another (RFC 4648's base32 has no 0, 1, 8, 9)."""
    content = json.dumps([activity, session, *registrations]).encode()
    letters = base64.b32encode(hashlib.sha256(content).digest()[:5]).decode()
    return f"{letters[:4]}-{letters[4:]}"


def plain(code: str) -> str:
    letters = "".join(letter for letter in code.upper() if letter.isalnum())[:8]
    return f"{letters[:4]}-{letters[4:]}"
