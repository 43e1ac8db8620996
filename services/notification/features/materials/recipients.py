"""To whom a material's mail goes: who is confirmed when it is written down."""

from collections.abc import Sequence

from services.notification.features.gatherings.domain.lists import REGISTRATIONS
from services.notification.kernel.deliveries import FanOut
from shared.mongo.driver import Store


async def recipients(store: Store, fan_out: FanOut, after: str, at_most: int) -> Sequence[tuple[str, int]]:
    confirmed = {"activity": fan_out.activity, "_id": {"$gt": after}, "status": "confirmed"}
    found = store[REGISTRATIONS].find(confirmed).sort("_id", 1).limit(at_most)
    return [(row["_id"], row["rev"]) async for row in found]
