"""To whom mails about an activity go that have a part in it, and what is looked up before one goes."""

from collections.abc import Mapping, Sequence

from services.notification.features.parts.domain.decision import TOLD_LATER
from services.notification.features.parts.domain.rules import CHANGED, PARTS
from services.notification.kernel.deliveries import Delivery, FanOut
from services.notification.kernel.ports import Directory
from shared.contracts.directory import part_key
from shared.mongo.driver import Store


async def recipients(store: Store, fan_out: FanOut, after: str, at_most: int) -> Sequence[tuple[str, int]]:
    """Who has a part when it is written down."""
    row = await store[PARTS].find_one({"_id": fan_out.activity}) or {"holders": {}}
    found = sorted((part_key(part), rev) for part, rev in row["holders"].items())
    return [(to, rev) for to, rev in found if to > after][:at_most]


async def look_up(store: Store, directory: Directory, deliveries: Sequence[Delivery]) -> Mapping[str, bool]:
    """Of changes: whether a later one is to be told."""
    changed = [one for one in deliveries if one.template == CHANGED]
    if not changed:
        return {}
    later: dict[str, int] = {}
    wanted = {"registration": {"$in": [one.recipient for one in changed]}, "template": CHANGED}
    async for row in store["deliveries"].find(wanted, {"registration": 1, "needs_activity": 1}):
        to = row["registration"]
        later[to] = max(later.get(to, 0), row["needs_activity"])
    return {one.id: TOLD_LATER for one in changed if later.get(one.recipient, 0) > one.needs_activity}
