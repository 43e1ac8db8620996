"""Signing in with password and code: checked the same way whoever it is, counted, and told to its owner."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.accounts.accounts import letters
from shared.accounts.domain.one_time_codes import accepted_step, plain_recovery_code
from shared.accounts.password_hashes import PasswordHashes
from shared.accounts.sessions import digest
from shared.accounts.sign_in_notices import SignInNotices
from shared.mongo.driver import Document, ReturnDocument, Store
from shared.mongo.indexes import Index, ascending

FAILURES: Final = 5
WINDOW: Final = timedelta(minutes=15)
COLLECTIONS: Final[Mapping[str, tuple[Index, ...]]] = {
    "sign_in_attempts": (ascending("sign_in_attempts", "since", expires=int(WINDOW.total_seconds())),)
}
"""Of an address that was typed, whether or not it has an account."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """`failures`: of others, or their own, since they signed in last."""

    account: str
    failures: int


@dataclass(frozen=True, slots=True)
class Refused:
    """`account`: whose it was, if it is somebody's; `wait`: how long nobody is let in, where that is why."""

    account: str | None = None
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Credentials:
    """`counted`: what stands for a typed address where attempts are counted, and tells nobody which it is."""

    store: Store
    counted: Callable[[str], bytes]
    hashes: PasswordHashes
    notices: SignInNotices

    async def check(
        self, email: str, password: str, code: str, browser: str, now: datetime
    ) -> Accepted | Refused:
        """Whether this is somebody of the staff. An attempt is counted before it is looked at: many at once
        are no more than one after the other. `browser`: by what it is known, if it is. Where its account has
        signed in before it is counted apart, so that no stranger shuts the door to its owner (OWASP's
        device cookies). Raises `NoRoom`."""
        self.hashes.require_room()
        attempt = await self._attempts_of(letters(email), digest(browser))
        if wait := await self._attempt(attempt, now):
            await self.notices.locked(letters(email), now)
            return Refused(wait=wait)
        row = await self.store["accounts"].find_one({"letters": letters(email), "state": "active"}) or {}
        right = await self.hashes.fits(password, row.get("password"))
        if not right or not await self._use(row, code, now):
            await self.failed(row.get("_id"))
            return Refused(row.get("_id"))
        await self.store["sign_in_attempts"].delete_one({"_id": attempt})
        return await self.accepted(row["_id"])

    async def accepted(self, name: str) -> Accepted:
        """Somebody who has proved who they are; their failures are told now, and forgotten."""
        row = await self.store["accounts"].find_one_and_update({"_id": name}, {"$unset": {"failures": ""}})
        return Accepted(name, int((row or {}).get("failures", 0)))

    async def failed(self, name: str | None) -> None:
        """Count it for its owner, who is told at the next sign-in."""
        await self.store["accounts"].update_one({"_id": name}, {"$inc": {"failures": 1}})

    async def _attempts_of(self, address: str, browser: bytes) -> bytes:
        """Under what an attempt is counted."""
        known = await self.store["accounts"].find_one({"letters": address, "devices": browser}, {"_id": 1})
        return self.counted(f"{address} {browser.hex()}" if known else address)

    async def _attempt(self, attempt: bytes, now: datetime) -> timedelta | None:
        """Count it. How long to wait, where there were too many."""
        await self.store["sign_in_attempts"].delete_one({"_id": attempt, "since": {"$lte": now - WINDOW}})
        row = await self.store["sign_in_attempts"].find_one_and_update(
            {"_id": attempt},
            {"$inc": {"count": 1}, "$setOnInsert": {"since": now}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        if row is None or row["count"] <= FAILURES:
            return None
        waits: timedelta = row["since"] + WINDOW - now
        return waits

    async def _use(self, row: Document, code: str, now: datetime) -> bool:
        """Each code is used once, whichever instance looks at it."""
        account, step = {"_id": row["_id"]}, accepted_step(row["totp"], code, now, row["step"])
        if step is not None:
            later = account | {"step": {"$lt": step}}
            done = await self.store["accounts"].update_one(later, {"$set": {"step": step}})
        else:
            known = digest(plain_recovery_code(code))
            left = account | {"recovery": known}
            done = await self.store["accounts"].update_one(left, {"$pull": {"recovery": known}})
        return bool(done.modified_count)
