"""The directory as last stated. An entry that cannot be read is parked alone, and mails that need it wait."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from services.notification.kernel.deliveries import Delivery
from services.notification.kernel.mail_feature import EntryModel
from services.notification.kernel.mail_features import MailFeatures
from services.notification.kernel.verdicts import ERASED
from services.notification.storage.cursors import Cursors
from services.notification.storage.deliveries import insertion
from services.notification.storage.entries import EntryUnreadable, change
from services.notification.storage.entries import owed as owed_mail
from shared.kafka.records import Record
from shared.mongo.driver import Document, ReplaceOne, Store, UpdateOne
from shared.signatures import EntrySignatures, Forged

log = logging.getLogger(__name__)
ALWAYS: Final = datetime(1970, 1, 1, tzinfo=UTC)


class DirectoryStore:
    """`end_offset` asks the broker where a partition of a topic ends now; None while it does not answer.
    `passed_over` is told how many entries of unknown kinds came; `signatures`: which entries hold, all unless
    given; `send_from`: a mail that an entry owed before is recorded as expired."""

    def __init__(
        self,
        store: Store,
        cursors: Cursors,
        features: MailFeatures,
        topic: str,
        end_offset: Callable[[str, int], Awaitable[int | None]],
        passed_over: Callable[[int], None] = lambda _: None,
        signatures: EntrySignatures | None = None,
        send_from: datetime = ALWAYS,
    ) -> None:
        self._rows, self._cursors, self._features = store["directory"], cursors, features
        self._parked, self._topic, self._end_offset = store["parked"], topic, end_offset
        self._passed_over, self._deliveries, self._send_from = passed_over, store["deliveries"], send_from
        self._signatures = signatures or EntrySignatures("")

    async def apply(self, records: Sequence[Record]) -> None:
        """Idempotent, in any order and by any number of instances."""
        parked, changes, read = dict[str, tuple[Record, Document]](), list[UpdateOne](), set[str]()
        owed = list[UpdateOne]()
        for record in records:
            key = (record.key or b"").decode(errors="replace")
            rule = self._features.entry_rule(key)
            if rule is None:
                self._passed_over(1)
                continue
            signed = False
            try:
                signed = self._signatures.signed(record)
                changes.append(change(rule, key, record.value, signed))
                if delivery := owed_mail(rule, key, record.value, record.partition):
                    owed.append(insertion(delivery, self._send_from))
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
            rule = self._features.entry_rule(row["_id"])
            if rule is None:
                continue
            try:
                known = change(rule, row["_id"], row["value"], row.get("signed", False))
            except EntryUnreadable:
                continue
            await self._rows.bulk_write([known], ordered=True)
            await self._parked.delete_one({"_id": row["_id"], "offset": row["offset"]})

    async def waits_for_parked(self, delivery: Delivery) -> bool:
        """Whether what a mail needs is parked; from then on it is told that mails wait for it."""
        keys = {"_id": {"$in": [*delivery.needs]}}
        found = await self._parked.update_many(keys, {"$set": {"needed": True}})
        return found.matched_count > 0

    async def entries(self, keys: Iterable[str]) -> dict[str, Any]:
        rows = self._rows.find({"_id": {"$in": [*keys]}})
        return {
            row["_id"]: ERASED if row.get("gone") else self._model(row["_id"]).read(row["entry"])
            async for row in rows
        }

    async def as_of(self, wanted: set[tuple[str, int]]) -> dict[tuple[str, int], Any]:
        rows = {
            row["_id"]: row async for row in self._rows.find({"_id": {"$in": [key for key, _ in wanted]}})
        }
        found = {}
        for key, rev in wanted:
            row = rows.get(key, {})
            known = [*row.get("earlier", []), row | {"rev": row.get("since", row.get("rev"))}]
            older = [one["entry"] for one in known if "entry" in one and one["rev"] <= rev]
            if older:
                found[key, rev] = self._model(key).read(older[-1])
        return found

    async def read_to_its_end(self, partition: int) -> bool:
        end = await self._end_offset(self._topic, partition)  # before the cursor, which goes on meanwhile
        return end is not None and (await self._cursors.read(self._topic, partition)).offset >= end

    def _model(self, key: str) -> type[EntryModel]:
        rule = self._features.entry_rule(key)
        assert rule is not None, "no other is written down"
        return rule.model
