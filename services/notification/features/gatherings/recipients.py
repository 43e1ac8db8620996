"""To whom an activity's mails go: who is live at the fact, or, of a reminder, confirmed before it is due."""

from collections.abc import Sequence

from services.notification.features.gatherings.domain.lists import ACTIVITIES, REGISTRATIONS
from services.notification.features.gatherings.domain.reminders import Reminder
from services.notification.kernel.deliveries import FanOut
from shared.mongo.driver import Document, Store


async def recipients(store: Store, fan_out: FanOut, after: str, at_most: int) -> Sequence[tuple[str, int]]:
    if not await _stands(store, fan_out):
        return []
    if fan_out.template == "activity-cancelled":
        await _wake_changes(store, fan_out.activity)
    found = store[REGISTRATIONS].find(_live_at(fan_out, after)).sort("_id", 1).limit(at_most)
    return [(row["_id"], row["rev"]) async for row in found]


async def _wake_changes(store: Store, activity: str) -> None:
    """Nobody is to hear of them any more: they are looked at now, and withdrawn."""
    waiting = {"activity": activity, "template": "activity-changed", "state": "pending"}
    now = await store.now()
    await store["deliveries"].update_many(
        waiting | {"next": {"$gt": now}, "claim": {"$exists": False}}, {"$set": {"next": now}}
    )


async def _stands(store: Store, fan_out: FanOut) -> bool:
    """A reminder whose session moved, or whose activity was cancelled, is owed to nobody."""
    if fan_out.template != "reminder":
        return True
    row = await store[ACTIVITIES].find_one({"_id": fan_out.activity}) or {}
    return fan_out.occasion in {Reminder(**one).occasion for one in row.get("reminders", ())}


def _live_at(fan_out: FanOut, after: str) -> Document:
    of_activity = {"activity": fan_out.activity, "_id": {"$gt": after}}
    if fan_out.template == "reminder":
        return of_activity | {"status": "confirmed", "seated": {"$not": {"$gte": fan_out.due}}}
    return of_activity | {
        "born": {"$lt": fan_out.number},
        "$or": [{"status": {"$ne": "cancelled"}}, {"ended": {"$gt": fan_out.number}}],
    }
