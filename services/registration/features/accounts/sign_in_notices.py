"""Tells an account by mail of what its owner may not have done: a sign-in on a device that it does not know,
and tries that failed until nobody was let in."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.registration.features.accounts.notices import Notices
from shared.contracts.directory import AccountEntry, SignInNews
from shared.mongo.driver import Document, ReturnDocument, Session, Store

AGAIN: Final = timedelta(hours=1)
LASTS: Final = timedelta(days=3)
DEVICES: Final = 20
"""How many an account knows, the latest."""
DEVICE_SECONDS: Final = 400 * 24 * 3600  # the longest that browsers keep a cookie


@dataclass(frozen=True, slots=True)
class SignInNotices:
    """Of a kind at most one mail an hour, noted with what is to be mailed: whoever is killed, it is one.
    `link`: to the page of one's devices."""

    store: Store
    outbox: Notices
    link: str

    async def signed_in(
        self, account: str, browser: bytes, device: str, now: datetime, session: Session
    ) -> None:
        """In the transaction of a session that begins. `browser`: digest of what it is known by. An account's
        first device is no news; one that could not be told stays unknown, and is told the next time."""
        row = await self.store["accounts"].find_one({"_id": account}, session=session)
        known = row.get("devices", []) if row else []
        if row is None or browser in known:
            return
        if known and not await self._tell({"_id": account}, "new_device", now, session, device=device):
            return
        learned = {"$push": {"devices": {"$each": [browser], "$slice": -DEVICES}}}
        await self.store["accounts"].update_one({"_id": account}, learned, session=session)

    async def locked(self, letters: str, now: datetime) -> None:
        """Before whoever tried is told to wait. `letters`: of the address, which may be nobody's."""

        async def work(session: Session) -> None:
            await self._tell({"letters": letters, "state": "active"}, "locked", now, session)

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
        if row is not None:
            await self.outbox.write(self._entry(row, now), session)
        return row is not None

    def _entry(self, row: Document, now: datetime) -> AccountEntry:
        """With all that was told in this hour: the later mail may take the place of one that still waits."""
        recent = {kind: told for kind, told in row["told"].items() if told["at"] > now - AGAIN}
        news = [SignInNews.model_validate({"kind": kind} | told) for kind, told in recent.items()]
        given = {"name": row["name"]} if row["name"] else {}
        return AccountEntry(
            rev=row["rev"],
            account=row["_id"],
            email=row["email"],
            cause=secrets.token_hex(8),
            at=now,
            link=self.link,
            until=now + LASTS,
            news=tuple(sorted(news, key=lambda one: one.at)),
            **given,
        )
