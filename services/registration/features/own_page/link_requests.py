"""Who asked for the link to their own page: written down alike for every address, mailed to those we know."""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from services.registration.features.own_page.page_owners import PageOwners
from services.registration.kernel.digests import Digests
from services.registration.kernel.feature import Entry, EntryWriter
from shared.contracts.directory import OwnPageEntry, own_page_key
from shared.links import OWN_PAGE_LASTS, Links
from shared.mongo.driver import Document, DuplicateKeyError, Store
from shared.mongo.indexes import Index, ascending

log = logging.getLogger(__name__)

REQUESTS: Final = "own_page_requests"
HOUR: Final = timedelta(hours=1)
KEPT: Final = timedelta(hours=2)
"""Longer than the hour in which an address is mailed once."""
COLLECTIONS: Final[Mapping[str, tuple[Index, ...]]] = {
    REQUESTS: (
        ascending(REQUESTS, "open", only={"open": True}),
        ascending(REQUESTS, "until", expires=0),
    )
}
EVERY_SECONDS: Final = 1.0
AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class LinkRequests:
    """Rows of `own_page_requests`, one for an address and an hour, under a keyed digest: an outbox. What is
    sent twice is mailed once, since its cause is the same."""

    store: Store
    digests: Digests
    owners: PageOwners
    links: Links

    async def ask(self, email: str, now: datetime) -> None:
        """The same for every address: whether it is known is looked up when nobody waits for an answer."""
        address = self.digests.address(email)
        hour = int(now.timestamp() // HOUR.total_seconds())
        name = self.digests.counted("own-page", address.hex(), str(hour))
        row: Document = {"address": address, "at": now, "until": now + KEPT, "open": True}
        with suppress(DuplicateKeyError):  # another instance was asked at the same moment
            await self.store[REQUESTS].update_one({"_id": name}, {"$setOnInsert": row}, upsert=True)

    async def mail(self, entries: EntryWriter) -> int:
        """What is open; how many those were. Raises `KafkaUnavailable`."""
        rows = await self.store[REQUESTS].find({"open": True}).sort("at", 1).limit(AT_ONCE).to_list(None)
        for row in rows:
            if entry := await self._entry(row):
                await entries.write(Entry(own_page_key(entry.page), entry.encoded()))
            await self.store[REQUESTS].update_one({"_id": row["_id"]}, {"$set": {"open": False}})
        return len(rows)

    async def _entry(self, row: Document) -> OwnPageEntry | None:
        """None where nobody has this address."""
        address = bytes(row["address"])
        owners = await self.owners.of(address)
        if not owners:
            return None
        at: datetime = row["at"].replace(tzinfo=UTC)
        return OwnPageEntry(
            rev=int(at.timestamp()),
            page=address.hex(),
            email=owners[0].who.email,
            name=owners[0].who.name if len(owners) == 1 else None,
            cause=bytes(row["_id"]).hex(),
            at=at,
            link=self.links.to_own_page(address.hex(), at),
            until=at + OWN_PAGE_LASTS,
        )

    async def keep_mailing(self, entries: EntryWriter) -> None:
        """Until cancelled; whichever instance is there."""
        while True:
            try:
                await self.mail(entries)
            except Exception as error:  # both servers come back; the type alone, texts may hold an address
                log.warning("links to own pages wait: %s", type(error).__name__)
            await asyncio.sleep(EVERY_SECONDS)
