"""Clients of all offices: over HTTP, a regional system, strangers, odd ones, and what comes in bursts."""

import asyncio
import time
from collections.abc import Sequence

from proof.bursts import Bursts
from proof.foreign import Foreign
from proof.history import History
from proof.oddities import Oddities
from proof.office_load import OfficeLoad
from proof.offices import OfficeView
from proof.plan import Plan
from proof.public import Public
from proof.strangers import Strangers


class Load:
    """All offices at once. `rate`: commands a second for each of them over HTTP; its regional system adds a
    third of that, `poison` of it spoilt, and strangers, with those whom they name, another fifth."""

    def __init__(
        self,
        offices: Sequence[OfficeView],
        history: History,
        seed: int,
        rate: float,
        poison: float = 0.01,
    ) -> None:
        self.history = history
        self.rate = rate
        self._poison = poison
        self.offices = {
            office.code: OfficeLoad(office, history, seed, number, rate)
            for number, office in enumerate(offices)
        }
        self.foreign = {
            office.code: Foreign(office, history, seed, number) for number, office in enumerate(offices)
        }
        self.bursts = {
            office.code: Bursts(
                self.offices[office.code],
                self.foreign[office.code],
                Plan(seed, number, rate, "burst"),
            )
            for number, office in enumerate(offices)
        }
        self.strangers = {
            office.code: Strangers(
                self.offices[office.code],
                self.foreign[office.code],
                Public(office, history),
                seed,
                number,
            )
            for number, office in enumerate(offices)
        }
        self.oddities = {
            office.code: Oddities(
                office,
                history,
                Plan(seed, number, rate, "odd"),
                self.foreign[office.code].activities[0],
            )
            for number, office in enumerate(offices)
        }
        history.note("load", seed=seed, rate=rate, offices=[office.code for office in offices])

    async def prepare(self) -> None:
        """Publish the activities that all begins with. Raises `TimeoutError` where that is not decided."""
        await asyncio.gather(
            *(one.prepare() for one in self.offices.values()),
            *(one.prepare() for one in self.foreign.values()),
            *(one.prepare() for one in self.strangers.values()),
        )

    async def run(self, until: asyncio.Event) -> None:
        own = [one.run(until) for one in self.offices.values()]
        foreign = [one.run(until, self.rate / 3, self._poison) for one in self.foreign.values()]
        strangers = [one.run(until, self.rate / 10) for one in self.strangers.values()]
        odd = [one.run(until) for one in self.oddities.values()]
        await asyncio.gather(*own, *foreign, *strangers, *odd)

    async def settle(self, seconds: float = 120.0) -> int:
        """Until every command that was acknowledged or unknown is decided; answers how many are not."""
        until = time.monotonic() + seconds
        left = await asyncio.gather(
            *(one.settle(until) for one in self.offices.values()),
            *(one.settle(until) for one in self.foreign.values()),
        )
        self.history.note("settled", left=sum(left))
        return sum(left)

    async def close(self) -> None:
        for one in self.offices.values():
            await one.close()
        for strangers in self.strangers.values():
            await strangers.close()
        for oddities in self.oddities.values():
            await oddities.close()
        for foreign in self.foreign.values():
            await foreign.close()
