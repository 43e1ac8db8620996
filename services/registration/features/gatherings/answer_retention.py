"""Answers are held no longer than was said: then they go from the register, from what lies beside the facts,
and from the directory."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from services.registration.features.gatherings.directory import OF_REGISTRATION, Directory
from services.registration.features.gatherings.domain.answering import still_held
from services.registration.features.gatherings.fold import answers_document, answers_of
from services.registration.features.gatherings.gathering_states import ENDED_ANSWERS
from services.registration.features.gatherings.views import Views
from services.registration.kernel.digests import Digests
from services.registration.kernel.feature import EntryWriter
from services.registration.storage.documents import number_of, position
from shared.contracts.activity import Activity
from shared.kafka.records import partition_of
from shared.mongo.driver import Document, Session, Store, UpdateOne

log = logging.getLogger(__name__)

EVERY_SECONDS: Final = 3600.0
AT_ONCE: Final = 500
_ANSWERED: Final = {"who.answers": {"$exists": True}}


@dataclass(frozen=True, slots=True)
class AnswerRetention:
    """Rows of `ended_answers` name registrations whose entry of the directory is yet to be written anew."""

    store: Store
    digests: Digests

    async def keep_removing(self, entries: EntryWriter) -> None:
        """Until cancelled; whichever instance is there."""
        while True:
            try:
                await self.remove(datetime.now(UTC), entries)
            except Exception as error:  # both servers come back; the type alone, texts may hold an answer
                log.warning("answers whose time is over wait: %s", type(error).__name__)
            await asyncio.sleep(EVERY_SECONDS)

    async def remove(self, now: datetime, entries: EntryWriter) -> int:
        """Of how many registrations answers went. Raises `KafkaUnavailable`."""
        views, removed = Views(self.store, self.digests), 0
        for name in await self.store["registrations"].distinct("activity", _ANSWERED):
            if state := await views.state(name):
                removed += await self._of_activity(state.described, now)
        await self._write_entries(entries)
        if removed:
            log.info("answers of %d registrations went: the time for which they are held is over", removed)
        return removed

    async def _of_activity(self, activity: Activity, now: datetime) -> int:
        rows = self.store["registrations"].find(
            {"_id": self.digests.activity_range(activity.id), "activity": activity.id} | _ANSWERED,
            {"who.answers": 1},
        )
        due = [row["_id"] async for row in rows if _left(activity, row["who"]["answers"], now) is not None]
        for start in range(0, len(due), AT_ONCE):
            some = due[start : start + AT_ONCE]
            await self.store.transaction(partial(self._take, activity, some, now))
        return len(due)

    async def _take(
        self, activity: Activity, registrations: Sequence[str], now: datetime, session: Session
    ) -> None:
        """The raised epoch turns away whoever decides just now upon what it read before."""
        partitions = await self.store["cursors"].count_documents({})
        partition = partition_of(activity.id.encode(), partitions)
        await self.store["cursors"].update_one({"_id": partition}, {"$inc": {"epoch": 1}}, session=session)
        named = {"_id": {"$in": list(registrations)}}
        rows = await self.store["registrations"].find(named, session=session).to_list(None)
        facts = await self._facts(activity.id, partition, rows, session)
        beside = {"_id": {"$in": [fact["_id"] for fact in facts]}, "registrant.answers": {"$exists": True}}
        private = await self.store["private"].find(beside, session=session).to_list(None)
        for collection, field, found in (("registrations", "who", rows), ("private", "registrant", private)):
            if writes := [*filter(None, (_without(activity, row, field, now) for row in found))]:
                await self.store[collection].bulk_write(writes, session=session)
        revs: dict[str, int] = {}
        for fact in facts:
            revs[fact["data"]["registration"]] = number_of(fact["_id"])
        due = [
            UpdateOne({"_id": name}, {"$set": {"rev": rev, "partition": partition}}, upsert=True)
            for name, rev in revs.items()
        ]
        if due:
            await self.store[ENDED_ANSWERS].bulk_write(due, session=session)

    async def _facts(
        self, activity: str, partition: int, rows: Sequence[Document], session: Session
    ) -> list[Document]:
        """Those of these registrations that changed their entries, in order."""
        first = min((row["arrival"] for row in rows), default=0)
        wanted = {
            "_id": {"$gte": position(partition, first), "$lt": position(partition + 1, 0)},
            "key": activity,
            "type": {"$in": list(OF_REGISTRATION)},
            "data.registration": {"$in": [row["_id"] for row in rows]},
        }
        found = self.store["facts"].find(wanted, {"data.registration": 1}, session=session)
        facts: list[Document] = await found.sort("_id", 1).to_list(None)
        return facts

    async def _write_entries(self, entries: EntryWriter) -> None:
        """As the register has them; a newer fact's entry says the same of answers."""
        while rows := await self.store[ENDED_ANSWERS].find({}).limit(AT_ONCE).to_list(None):
            revs = {row["_id"]: row["rev"] for row in rows}
            where = {f"r:{row['_id']}": row["partition"] for row in rows}
            for entry in await Directory(self.store).of_registrations(revs):
                await entries.write(entry, where[entry.key])
            written = {"$or": [{"_id": name, "rev": rev} for name, rev in revs.items()]}
            await self.store[ENDED_ANSWERS].delete_many(written)


def _left(activity: Activity, answers: Mapping[str, Any], now: datetime) -> Document | None:
    """What is left of these answers; None where it is all of them."""
    left = still_held(activity, answers_of(dict(answers)), now)
    return None if len(left) == len(answers) else answers_document(left)


def _without(activity: Activity, row: Document, field: str, now: datetime) -> UpdateOne | None:
    answers = row[field].get("answers")
    left = None if answers is None else _left(activity, answers, now)
    if left is None:
        return None
    where = f"{field}.answers"
    return UpdateOne({"_id": row["_id"]}, {"$set": {where: left}} if left else {"$unset": {where: ""}})
