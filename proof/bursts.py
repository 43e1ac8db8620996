"""What comes all at once: each is a stimulus of its own, put beside whatever load is running."""

import asyncio
import time
from collections.abc import Sequence

from proof.foreign import Foreign, Put
from proof.office_load import OfficeLoad
from proof.plan import Plan, Wish


class Bursts:
    """Of one office, on activities of their own; each answers with their ids once all was asked."""

    def __init__(self, clients: OfficeLoad, foreign: Foreign, plan: Plan) -> None:
        self._clients = clients
        self._foreign = foreign
        self._plan = plan

    async def rush(self, seconds: float = 60.0, factor: float = 20.0, seats: int = 50) -> str:
        """`factor` times the usual rate of registrations, open-loop, on one activity with few seats."""
        activity, rate = await self._published("serbu", seats), self._clients.rate * factor
        begun = time.monotonic()
        for number in range(1, round(seconds * rate) + 1):
            if (early := begun + number / rate - time.monotonic()) > 0:
                await asyncio.sleep(early)
            send = self._clients.send(self._submission(activity), number % 3 == 0, number % 2)
            self._clients.spawn(send)
        await self._clients.idle()
        return activity

    async def cancel(self, registrations: int = 30_000) -> str:
        """An activity with so many registrations is cancelled: half of them confirmed, in many cells."""
        activity = await self._published("batal", registrations // 2)
        await self._fill([activity], registrations)
        await self._clients.insist(self._plan.cancellation(activity))
        return activity

    async def raise_quota(self, by: int = 10_000, others: int = 500) -> str:
        """A quota is raised by so many seats, all of them waited for, while others come in."""
        activity = await self._published("tambah", 100)
        await self._fill([activity], 100 + by + 50)
        late = [Put(self._submission(activity)) for _ in range(others)]
        change = self._plan.change(activity, quotas=[{"id": "semua", "seats": 100 + by}])
        over_http = [self._clients.insist(self._submission(activity)) for _ in range(20)]
        await asyncio.gather(self._clients.insist(change), self._foreign.put_many(late), *over_http)
        return activity

    async def gather(self, facts: int = 100_000, activities: int = 20) -> list[str]:
        """So many facts, as gather while a reader is away."""
        names = [await self._published("tumpuk", facts) for _ in range(activities)]
        await self._fill(names, facts)
        return names

    def _submission(self, activity: str) -> Wish:
        return self._plan.submit(activity, self._plan.person())

    async def _published(self, name: str, seats: int) -> str:
        wish = self._plan.extra(name, [{"id": "semua", "seats": seats}])
        await self._clients.insist(wish)
        return wish.key

    async def _fill(self, activities: Sequence[str], registrations: int) -> None:
        """Through the regional system, in turns; until the office has decided all of them."""
        turns = [activities[number % len(activities)] for number in range(registrations)]
        await self._foreign.put_many([Put(self._submission(activity)) for activity in turns])
        while self._foreign.unknown:
            await self._foreign.settle(time.monotonic() + 60)
        # one more behind them in each partition: what is before it in the log is decided before it
        await asyncio.gather(*(self._clients.insist(self._submission(activity)) for activity in activities))
