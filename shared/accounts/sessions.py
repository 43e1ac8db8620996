"""Sessions in the service's database: of each its digest, its account, its device, and when it was seen."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from shared.accounts.domain.session import LONGEST, SEEN_EVERY, Proof, Session
from shared.mongo.driver import Document, Store
from shared.mongo.driver import Session as Transaction
from shared.mongo.indexes import Index, ascending

COLLECTIONS: Final[Mapping[str, tuple[Index, ...]]] = {
    "sessions": (
        ascending("sessions", "account"),
        ascending("sessions", "created", expires=int(LONGEST.total_seconds())),
    )
}


def digest(secret: str) -> bytes:
    """Of a secret that is random and long, so that it needs no salt and no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


@dataclass(frozen=True, slots=True)
class Sessions:
    store: Store

    async def begin(
        self,
        account: str,
        device: str,
        now: datetime,
        proof: Proof,
        stays: datetime | None = None,
        transaction: Transaction | None = None,
    ) -> str:
        """The cookie of a new session, which nobody can read from the database. `stays` as `Session` has
        it."""
        cookie = secrets.token_urlsafe(32)
        row = {"_id": digest(cookie), "account": account, "device": device, "created": now, "seen": now}
        row |= {"proved": proof.when, "stays": stays, "roles": list(map(str, proof.roles))}
        await self.store["sessions"].insert_one(row, session=transaction)
        return cookie

    async def of(self, cookie: str, now: datetime) -> Session | None:
        """The live session of a cookie, which is seen now."""
        row = await self.store["sessions"].find_one({"_id": digest(cookie)})
        session = _session(row) if row else None
        if session is None or not session.lives(now):
            return None
        if now - session.seen >= SEEN_EVERY:
            await self.store["sessions"].update_one({"_id": session.id}, {"$set": {"seen": now}})
        return session

    async def prove(self, account: str, session: bytes, proved: datetime) -> None:
        """Whoever has it has proved anew who they are."""
        which = {"_id": session, "account": account}
        await self.store["sessions"].update_one(which, {"$set": {"proved": proved}})

    async def of_account(self, account: str, now: datetime) -> list[Session]:
        """The live ones, the last seen first."""
        rows = await self.store["sessions"].find({"account": account}).sort("seen", -1).to_list(None)
        return [one for one in map(_session, rows) if one.lives(now)]

    async def end(self, account: str, session: bytes) -> None:
        await self.store["sessions"].delete_one({"_id": session, "account": account})

    async def end_all(
        self, account: str, but: bytes | None = None, transaction: Transaction | None = None
    ) -> None:
        which: dict[str, Any] = {"account": account} | ({"_id": {"$ne": but}} if but else {})
        await self.store["sessions"].delete_many(which, session=transaction)


def _session(row: Document) -> Session:
    proved = row.get("proved", row["created"])  # rows of a former version began with a proof
    return Session(
        bytes(row["_id"]),
        row["account"],
        row["device"],
        row["created"],
        row["seen"],
        proved,
        row.get("stays"),
        tuple(row.get("roles", ())),
    )
