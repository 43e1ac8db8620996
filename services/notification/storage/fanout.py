"""Mails to all of an activity: written in batches from its list, each once, wherever a crash fell."""

from datetime import datetime, timedelta

from services.notification.features.gatherings.domain.reminders import Reminder
from services.notification.kernel.deliveries import FanOut
from services.notification.storage.deliveries import insertion
from shared.mongo.driver import Document, Store

BATCH = 1_000


class FanOuts:
    """`gathered`: how long changes of an activity are gathered before they are told."""

    def __init__(self, store: Store, send_from: datetime, gathered: timedelta) -> None:
        self._store, self._send_from, self._gathered = store, send_from, gathered

    async def step(self) -> bool:
        """Write the next batch of the oldest open fan-out; False when none is due.

        Two instances at the same batch write the same rows, since a delivery's id is its own.
        """
        # by MongoDB's clock, as mails go
        due = {"done": False, "$expr": {"$lte": ["$due", "$$NOW"]}}
        row = await self._store["fanouts"].find_one(due, sort=[("due", 1), ("number", 1)])
        if row is None:
            return False
        fan_out = FanOut(**{name: row[name] for name in FanOut.__slots__ if name in row})
        if not await self._stands(fan_out):
            await self._store["fanouts"].update_one({"_id": row["_id"]}, {"$set": {"done": True}})
            return True
        found = self._store["registrations"].find(_live_at(fan_out, row["after"]))
        batch = [item async for item in found.sort("_id", 1).limit(BATCH)]
        owed = [fan_out.delivery(item["_id"], item["rev"], self._gathered) for item in batch]
        if owed:
            mails = [insertion(one, self._send_from) for one in owed]
            await self._store["deliveries"].bulk_write(mails, ordered=False)
        if fan_out.template == "activity-cancelled":
            await self._wake_changes(fan_out.activity)
        change: Document = {"done": True} if len(batch) < BATCH else {"after": batch[-1]["_id"]}
        await self._store["fanouts"].update_one({"_id": row["_id"], "after": row["after"]}, {"$set": change})
        return True

    async def _wake_changes(self, activity: str) -> None:
        """Nobody is to hear of them any more: they are looked at now, and withdrawn."""
        waiting = {"activity": activity, "template": "activity-changed", "state": "pending"}
        now = await self._store.now()
        await self._store["deliveries"].update_many(
            waiting | {"next": {"$gt": now}, "claim": {"$exists": False}}, {"$set": {"next": now}}
        )

    async def _stands(self, fan_out: FanOut) -> bool:
        """A reminder whose session moved, or whose activity was cancelled, is owed to nobody."""
        if fan_out.template != "reminder":
            return True
        row = await self._store["activities"].find_one({"_id": fan_out.activity}) or {}
        return fan_out.occasion in {Reminder(**one).occasion for one in row.get("reminders", ())}


def _live_at(fan_out: FanOut, after: str) -> Document:
    of_activity = {"activity": fan_out.activity, "_id": {"$gt": after}}
    if fan_out.template == "reminder":
        return of_activity | {"status": "confirmed", "seated": {"$not": {"$gte": fan_out.due}}}
    return of_activity | {
        "born": {"$lt": fan_out.number},
        "$or": [{"status": {"$ne": "cancelled"}}, {"ended": {"$gt": fan_out.number}}],
    }
