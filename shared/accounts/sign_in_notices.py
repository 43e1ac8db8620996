"""Notes what an account's owner may not have done, for a service that tells them: a sign-in on a device that
it does not know, and tries that failed until nobody was let in."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.accounts.accounts import account as account_of
from shared.accounts.domain.account import Account
from shared.contracts.directory import SignInNews
from shared.mongo.driver import Document, ReturnDocument, Session, Store

AGAIN: Final = timedelta(hours=1)
DEVICES: Final = 20
"""How many an account knows, the latest."""
DEVICE_SECONDS: Final = 400 * 24 * 3600  # the longest that browsers keep a cookie


@dataclass(frozen=True, slots=True)
class SignInNotice:
    """What an account is told. `number`: how many this account was told before, of anything; `news`: all of
    this hour, since the later one may take the place of one that still waits."""

    account: Account
    number: int
    at: datetime
    news: tuple[SignInNews, ...]


AnnounceSignIn = Callable[[SignInNotice, Session], Awaitable[None]]
"""Writes down, in the transaction, that somebody is to be told."""


@dataclass(frozen=True, slots=True)
class SignInNotices:
    """Of a kind at most one an hour, noted with what is to be told: whoever is killed, it is one.
    `announce`: None where the service tells nobody."""

    store: Store
    announce: AnnounceSignIn | None = None

    async def signed_in(
        self, account: str, browser: bytes, device: str, now: datetime, session: Session
    ) -> None:
        """In the transaction of a session that begins. `browser`: digest of what it is known by. An account's
        first device is no news; one that could not be told stays unknown, and is told the next time."""
        row = await self.store["accounts"].find_one({"_id": account}, session=session)
        known = row.get("devices", []) if row else []
        if row is None or browser in known:
            return
        news = known and self.announce is not None
        if news and not await self._tell({"_id": account}, "new_device", now, session, device=device):
            return
        learned = {"$push": {"devices": {"$each": [browser], "$slice": -DEVICES}}}
        await self.store["accounts"].update_one({"_id": account}, learned, session=session)

    async def locked(self, letters: str, now: datetime) -> None:
        """Before whoever tried is told to wait. `letters`: of the address, which may be nobody's."""

        async def work(session: Session) -> None:
            await self._tell({"letters": letters, "state": "active"}, "locked", now, session)

        if self.announce is not None:
            await self.store.transaction(work)

    async def _tell(self, which: Document, kind: str, now: datetime, session: Session, **more: str) -> bool:
        """Unless it was told in this hour, or there is no such account."""
        due = {f"told.{kind}.at": {"$not": {"$gt": now - AGAIN}}}
        row = await self.store["accounts"].find_one_and_update(
            which | due,
            {"$set": {f"told.{kind}": {"at": now} | more}, "$inc": {"rev": 1}},
            session=session,
            return_document=ReturnDocument.AFTER,
        )
        if row is not None and self.announce is not None:
            await self.announce(_notice(row, now), session)
        return row is not None


def _notice(row: Document, now: datetime) -> SignInNotice:
    recent = {kind: told for kind, told in row["told"].items() if told["at"] > now - AGAIN}
    news = [SignInNews.model_validate({"kind": kind} | told) for kind, told in recent.items()]
    return SignInNotice(account_of(row), row["rev"], now, tuple(sorted(news, key=lambda one: one.at)))
