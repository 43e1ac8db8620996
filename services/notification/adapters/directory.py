"""The directory as last stated: of each key the highest revision, or that it was ended for good."""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from services.notification.adapters.cursors import Cursors
from services.notification.domain.judgement import GONE, Gone
from services.notification.domain.lists import Standing
from shared.contracts.directory import ActivityEntry, RegistrationEntry, activity_key, registration_key
from shared.kafka.facts import OfficeStopped
from shared.kafka.records import Record
from shared.mongo.driver import Store, UpdateOne

Entry = TypeVar("Entry", RegistrationEntry, ActivityEntry)
KEPT_EARLIER: Final = 20  # of an activity, unlike each other in what participants read; others are no news


class DirectoryStore:
    """`end_offset` asks the broker where a partition of a topic ends now; None while it does not answer."""

    def __init__(
        self,
        store: Store,
        cursors: Cursors,
        topic: str,
        end_offset: Callable[[str, int], Awaitable[int | None]],
    ) -> None:
        self._rows, self._lists, self._cursors = store["directory"], store["registrations"], cursors
        self._topic, self._end_offset = topic, end_offset

    async def apply(self, records: Sequence[Record]) -> None:
        """Idempotent, in any order and by any number of instances. Raises `OfficeStopped`."""
        await self._rows.bulk_write([_change(record) for record in records], ordered=True)

    async def people(self, ids: set[str]) -> dict[str, RegistrationEntry | Gone]:
        return await self._find(RegistrationEntry, {registration_key(id): id for id in ids})

    async def activities(self, ids: set[str]) -> dict[str, ActivityEntry | Gone]:
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

    async def standings(self, ids: set[str]) -> dict[str, Standing]:
        """As the facts say that were read so far."""
        return {
            row["_id"]: Standing(row["status"], row["status"] == "confirmed" or bool(row.get("seated")))
            async for row in self._lists.find({"_id": {"$in": list(ids)}})
        }

    async def read_to_its_end(self, partition: int) -> bool:
        end = await self._end_offset(self._topic, partition)  # before the cursor, which goes on meanwhile
        return end is not None and (await self._cursors.read(self._topic, partition)).offset >= end

    async def _find(self, model: type[Entry], keys: dict[str, str]) -> dict[str, Entry | Gone]:
        rows = self._rows.find({"_id": {"$in": list(keys)}})
        return {keys[row["_id"]]: GONE if row.get("gone") else model.read(row["entry"]) async for row in rows}


SINCE: Final = {"$ifNull": ["$since", "$rev"]}
# What stood until now, after what stood before; nothing where the key is new.
STOOD: Final = {"$cond": [{"$gte": ["$rev", 0]}, [{"rev": SINCE, "entry": "$entry"}], []]}
BEFORE: Final = {"$ifNull": ["$earlier", []]}
EARLIER: Final = {"$slice": [{"$concatArrays": [BEFORE, STOOD]}, -KEPT_EARLIER]}


def _with_history(stated: Any, entry: ActivityEntry) -> Any:
    """`shown`: digest of what participants read of an activity; `since`: the revision that it is so since."""
    shown = hashlib.sha256(entry.model_dump_json(include={"title", "sessions"}).encode()).hexdigest()
    same = {"$eq": ["$shown", shown]}
    history = {
        "shown": shown,
        "since": {"$cond": [same, SINCE, entry.rev]},
        "earlier": {"$cond": [same, BEFORE, EARLIER]},
    }
    return {"$mergeObjects": [stated, history]}


def _change(record: Record) -> UpdateOne:
    key = (record.key or b"").decode(errors="replace")
    # A literal, since a name may begin with `$`. What was ended stays so: no replay brings it back.
    stated: Any = {"$literal": {"_id": key, "rev": -1, "gone": True}}
    stays: Any = "$gone"
    if record.value is not None:
        entry = _read(record, key)
        stated = {"$literal": {"_id": key, "rev": entry.rev, "entry": record.value.decode()}}
        stays = {"$or": ["$gone", {"$gte": ["$rev", entry.rev]}]}
        if isinstance(entry, ActivityEntry):
            stated = _with_history(stated, entry)
    kept = {"$cond": [stays, "$$ROOT", stated]}
    return UpdateOne({"_id": key}, [{"$replaceWith": kept}], upsert=True)


def _read(record: Record, key: str) -> RegistrationEntry | ActivityEntry:
    try:
        if key.startswith("r:"):
            person = RegistrationEntry.read(record.value or b"")
            known: RegistrationEntry | ActivityEntry = person
            fits = key == registration_key(person.registration)
        else:
            activity = ActivityEntry.read(record.value or b"")
            known, fits = activity, key == activity_key(activity.activity)
    except (ValidationError, UnicodeDecodeError):
        fits = False
    if not fits:
        raise OfficeStopped(
            f"{record.topic} partition {record.partition} offset {record.offset} holds no readable entry"
        )
    return known
