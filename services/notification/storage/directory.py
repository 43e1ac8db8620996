"""The directory as last stated. An entry that cannot be read is parked alone, and mails that need it wait."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, TypeVar

from services.notification.features.accounts.domain.rules import invitation
from services.notification.features.gatherings.domain.lists import SeatStanding
from services.notification.kernel.deliveries import Delivery
from services.notification.kernel.send_decision import ERASED, ErasedEntry
from services.notification.storage.cursors import Cursors
from services.notification.storage.deliveries import insertion
from services.notification.storage.entries import KNOWN, EntryUnreadable, account, change
from shared.contracts.directory import (
    AccountEntry,
    ActivityEntry,
    RegistrationEntry,
    activity_key,
    registration_key,
)
from shared.kafka.records import Record
from shared.mongo.driver import Document, ReplaceOne, Store, UpdateOne
from shared.signatures import EntrySignatures, Forged

log = logging.getLogger(__name__)
ALWAYS: Final = datetime(1970, 1, 1, tzinfo=UTC)

Entry = TypeVar("Entry", RegistrationEntry, ActivityEntry, AccountEntry)


class DirectoryStore:
    """`end_offset` asks the broker where a partition of a topic ends now; None while it does not answer.
    `passed_over` is told how many entries of unknown kinds came; `signatures`: which entries hold, all unless
    given; `send_from`: what accounts were to be mailed before is recorded as expired."""

    def __init__(
        self,
        store: Store,
        cursors: Cursors,
        topic: str,
        end_offset: Callable[[str, int], Awaitable[int | None]],
        passed_over: Callable[[int], None] = lambda _: None,
        signatures: EntrySignatures | None = None,
        send_from: datetime = ALWAYS,
    ) -> None:
        self._rows, self._lists, self._cursors = store["directory"], store["registrations"], cursors
        self._parked, self._topic, self._end_offset = store["parked"], topic, end_offset
        self._passed_over, self._deliveries, self._send_from = passed_over, store["deliveries"], send_from
        self._signatures = signatures or EntrySignatures("")

    async def apply(self, records: Sequence[Record]) -> None:
        """Idempotent, in any order and by any number of instances."""
        parked, changes, read = dict[str, tuple[Record, Document]](), list[UpdateOne](), set[str]()
        owed = list[UpdateOne]()
        for record in records:
            key = (record.key or b"").decode(errors="replace")
            if not key.startswith(KNOWN):
                self._passed_over(1)
                continue
            signed = False
            try:
                signed = self._signatures.signed(record)
                changes.append(change(key, record.value, signed))
                if invited := account(key, record.value):
                    owed.append(insertion(invitation(invited, record.partition), self._send_from))
            except EntryUnreadable:
                parked[key] = record, {"reason": "unreadable", "signed": signed}
            except Forged:
                parked[key] = record, {"reason": "forbidden", "signed": False}
            else:
                parked.pop(key, None)
                read.add(key)
        if parked:
            await self._park(parked)
        if changes:
            await self._rows.bulk_write(changes, ordered=True)
            await self._parked.delete_many({"_id": {"$in": list(read - parked.keys())}})
        if owed:
            await self._deliveries.bulk_write(owed, ordered=False)

    async def _park(self, parked: Mapping[str, tuple[Record, Document]]) -> None:
        """The latest of each key, as a compacted topic keeps it."""
        rows = []
        for key, (record, why) in parked.items():
            place = {"topic": record.topic, "partition": record.partition, "offset": record.offset}
            log.error("%(topic)s partition %(partition)d offset %(offset)d is parked", place)
            row = place | why | {"value": record.value}
            rows.append(ReplaceOne({"_id": key}, row, upsert=True))
        await self._parked.bulk_write(rows, ordered=False)

    async def read_parked_again(self) -> None:
        """This version may know what an earlier one did not."""
        async for row in self._parked.find({"reason": "unreadable"}):
            try:
                known = change(row["_id"], row["value"], row.get("signed", False))
            except EntryUnreadable:
                continue
            await self._rows.bulk_write([known], ordered=True)
            await self._parked.delete_one({"_id": row["_id"], "offset": row["offset"]})

    async def waits_for_parked(self, delivery: Delivery) -> bool:
        """Whether what a mail needs is parked; from then on it is told that mails wait for it."""
        keys = [registration_key(delivery.registration), activity_key(delivery.activity)]
        keys = [delivery.registration] if delivery.to_account else keys
        found = await self._parked.update_many({"_id": {"$in": keys}}, {"$set": {"needed": True}})
        return found.matched_count > 0

    async def people(self, ids: set[str]) -> dict[str, RegistrationEntry | ErasedEntry]:
        return await self._find(RegistrationEntry, {registration_key(id): id for id in ids})

    async def accounts(self, ids: set[str]) -> dict[str, AccountEntry | ErasedEntry]:
        return await self._find(AccountEntry, {id: id for id in ids})

    async def activities(self, ids: set[str]) -> dict[str, ActivityEntry | ErasedEntry]:
        return await self._find(ActivityEntry, {activity_key(id): id for id in ids})

    async def as_of(self, wanted: set[tuple[str, int]]) -> dict[tuple[str, int], ActivityEntry]:
        keys = [activity_key(activity) for activity, _ in wanted]
        rows = {row["_id"]: row async for row in self._rows.find({"_id": {"$in": keys}})}
        found = {}
        for activity, rev in wanted:
            row = rows.get(activity_key(activity), {})
            known = [*row.get("earlier", []), row | {"rev": row.get("since", row.get("rev"))}]
            older = [one["entry"] for one in known if "entry" in one and one["rev"] <= rev]
            if older:
                found[activity, rev] = ActivityEntry.read(older[-1])
        return found

    async def standings(self, ids: set[str]) -> dict[str, SeatStanding]:
        """As the facts say that were read so far."""
        return {
            row["_id"]: SeatStanding(row["status"], row["status"] == "confirmed" or bool(row.get("seated")))
            async for row in self._lists.find({"_id": {"$in": list(ids)}})
        }

    async def read_to_its_end(self, partition: int) -> bool:
        end = await self._end_offset(self._topic, partition)  # before the cursor, which goes on meanwhile
        return end is not None and (await self._cursors.read(self._topic, partition)).offset >= end

    async def _find(self, model: type[Entry], keys: dict[str, str]) -> dict[str, Entry | ErasedEntry]:
        rows = self._rows.find({"_id": {"$in": list(keys)}})
        return {
            keys[row["_id"]]: ERASED if row.get("gone") else model.read(row["entry"]) async for row in rows
        }
