"""Why mails of the office are held up, in sentences for technicians that name no person."""

from typing import Final

from services.notification.storage.cursors import Cursors
from shared.mongo.driver import Store

SHOWN: Final = 5


async def reading_problems(store: Store) -> list[str]:
    """Partitions that are read no further, by whichever instance, and parked entries that mails wait for."""
    return await Cursors(store).stopped() + await unreadable_entries(store)


async def unreadable_entries(store: Store) -> list[str]:
    """Parked entries that mails wait for."""
    parked = store["parked"].find({"needed": True}, {"value": 0}).sort("_id", 1).limit(SHOWN)
    return [
        f"{row['topic']} partition {row['partition']} offset {row['offset']} holds no readable entry; "
        "mails that need it wait"
        async for row in parked
    ]
