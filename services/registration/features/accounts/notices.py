"""What accounts are to be mailed: written down with what caused it, then put on the office's directory."""

import asyncio
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from services.registration.kernel.feature import Entry, EntryWriter
from shared.accounts.invitations import NewInvitation
from shared.accounts.sign_in_notices import SignInNotice
from shared.contracts.directory import AccountEntry
from shared.mongo.driver import Session, Store
from shared.mongo.indexes import Index

log = logging.getLogger(__name__)

COLLECTIONS: Final[Mapping[str, tuple[Index, ...]]] = {"notices": ()}
EVERY_SECONDS: Final = 1.0
NEWS_LASTS: Final = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Notices:
    """An outbox. Rows are deleted once they are on the topic; what is sent twice is mailed once, since its
    cause is the same. `devices`: the link to the page of one's devices."""

    store: Store
    devices: str = ""

    async def announce(self, made: NewInvitation, session: Session) -> None:
        """A mail with the link of an invitation."""
        given = {"name": made.account.name} if made.account.name else {}
        entry = AccountEntry(
            rev=made.number,
            account=made.account.id,
            email=made.account.email,
            cause=secrets.token_hex(8),
            at=made.at,
            link=made.link,
            until=made.until,
            **given,
        )
        await self.write(entry, session)

    async def announce_sign_in(self, told: SignInNotice, session: Session) -> None:
        """A mail with news of signing in."""
        given = {"name": told.account.name} if told.account.name else {}
        entry = AccountEntry(
            rev=told.number,
            account=told.account.id,
            email=told.account.email,
            cause=secrets.token_hex(8),
            at=told.at,
            link=self.devices,
            until=told.at + NEWS_LASTS,
            news=told.news,
            **given,
        )
        await self.write(entry, session)

    async def write(self, entry: AccountEntry, session: Session) -> None:
        row = {"_id": entry.cause, "account": entry.account, "rev": entry.rev, "value": entry.encoded()}
        await self.store["notices"].insert_one(row, session=session)

    async def publish(self, entries: EntryWriter) -> int:
        """All that are written down; how many those were. Raises `KafkaUnavailable`."""
        rows = await self.store["notices"].find({}).sort("rev", 1).to_list(None)
        for row in rows:
            await entries.write(Entry(row["account"], bytes(row["value"])))
            await self.store["notices"].delete_one({"_id": row["_id"]})
        return len(rows)

    async def keep_publishing(self, entries: EntryWriter) -> None:
        """Until cancelled; whichever instance is there."""
        while True:
            try:
                await self.publish(entries)
            except Exception as error:  # both servers come back; the type alone, texts may hold an address
                log.warning("notices to accounts wait: %s", type(error).__name__)
            await asyncio.sleep(EVERY_SECONDS)
