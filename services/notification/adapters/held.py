"""Why mails of the office are held up, in sentences for technicians that name no person."""

from typing import Final

from services.notification.adapters.cursors import Cursors
from shared.mongo.driver import Store

SHOWN: Final = 5


async def held_up(store: Store) -> list[str]:
    """Partitions that are read no further, and parked entries that mails wait for."""
    said = await Cursors(store).stopped()
    parked = store["parked"].find({"needed": True}, {"value": 0}).sort("_id", 1).limit(SHOWN)
    return said + [
        f"{row['topic']} partition {row['partition']} offset {row['offset']} holds no readable entry; "
        "mails that need it wait"
        async for row in parked
    ]
