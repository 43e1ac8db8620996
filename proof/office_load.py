"""The clients of one office, open-loop and seeded: what they do follows plan and clock, never answers."""

import asyncio
import random
import time
from collections.abc import Sequence
from typing import Any

from proof.clients import Client, Told, resolved
from proof.history import History
from proof.offices import OfficeView
from proof.plan import Plan, Step, Wish

RETRIES_AT_ONCE = 8  # a backlog after an outage must not become a burst of its own
PATIENCE = 12.0  # seconds that a client waits to hear of the registration that it wants to cancel or mark


class OfficeLoad:
    """The clients of one office. `open`: wishes not known to be decided, by id, in the order asked."""

    def __init__(self, office: OfficeView, history: History, seed: int, number: int, rate: float) -> None:
        self.client = Client(office, history)
        self.plan = Plan(seed, number, rate)
        self.rate = rate
        self.open: dict[str, Wish] = {}
        self.registrations: dict[str, str] = {}
        self.decided: list[Wish] = []
        self._taken: set[str] = set()
        self._unknown: list[Wish] = []
        self._over = False
        self._rng = random.Random(f"{seed}/{number}/again")
        self._running: set[asyncio.Task[Any]] = set()

    async def prepare(self, seconds: float = 60.0) -> None:
        """Publish what the plan opens with. Raises `TimeoutError` where the office does not decide it."""
        async with asyncio.timeout(seconds):
            for wish in self.plan.opening():
                await self.insist(wish)

    async def insist(self, wish: Wish) -> None:
        """Ask a command again and again until it is decided or refused before it was taken."""
        self.open[wish.id] = wish
        while wish.id in self.open:
            await self.send(wish, wait=True)
            await asyncio.sleep(0.2 if wish.id in self.open else 0)

    async def run(self, until: asyncio.Event) -> None:
        """Follow the plan, whatever is answered, and ask again what stayed unknown."""
        self._over, retrying = False, asyncio.create_task(self._retry())
        due = time.monotonic()
        for step in self.plan.steps():
            due += step.after
            if await _stopped(until, due):
                break
            self.spawn(self._take(step))
        self._over = True
        await asyncio.gather(retrying, self.idle())

    async def idle(self) -> None:
        """Until every attempt that is under way is answered."""
        running, self._running = self._running, set()
        await asyncio.gather(*running)

    async def close(self) -> None:
        """End what is under way, then its connections."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self.client.close()

    def spawn(self, work: Any) -> None:
        """Start it; what it raises, which is a mistake of the load itself, comes out of `idle`."""
        self._running.add(asyncio.create_task(work))

    async def send(self, wish: Wish, wait: bool, instance: int | None = None) -> None:
        """One attempt, and what it tells is kept."""
        self.open.setdefault(wish.id, wish)
        instance = self._rng.randrange(2) if instance is None else instance
        self._learn(wish, await self.client.send(wish, wait, instance))

    async def settle(self, until: float) -> int:
        """Ask again, whatever was acknowledged or unknown, until it is decided; answers how many are not
        at `until` (monotonic seconds). Then a few of the decided are asked again, late."""
        while self.open and time.monotonic() < until:
            await self._each([*self.open.values()], self._ask_again)
            await asyncio.sleep(0.2 if self.open else 0)
        late = self._rng.sample(self.decided, min(100, len(self.decided)))
        await self._each(late, lambda wish: self.send(wish, wait=True))
        return len(self.open)

    async def _take(self, step: Step) -> None:
        wish = await self._resolved(step.wish)
        if wish is None:
            return
        match step.doing:
            case "late":
                self._learn(wish, await self.client.ask(wish, step.instance))
            case "twice":
                await asyncio.gather(*(self.send(wish, step.wait, instance) for instance in (0, 1)))
            case _:
                await self.send(wish, step.wait, step.instance)

    async def _resolved(self, wish: Wish) -> Wish | None:
        """None where the registration that it is about does not come about in time, or the load is over."""
        give_up = time.monotonic() + PATIENCE
        while (found := resolved(wish, self.registrations)) is None:
            if self._over or time.monotonic() > give_up:
                return None
            await asyncio.sleep(0.1)
        return found

    async def _retry(self) -> None:
        """Come back with the same key for what stayed unknown; what was taken is only asked about later."""
        while not self._over:
            await asyncio.sleep(0.5)
            some, self._unknown = self._unknown[:100], self._unknown[100:]
            await self._each([wish for wish in some if wish.id in self.open], self._ask_again)

    async def _ask_again(self, wish: Wish) -> None:
        if wish.id in self._taken and self._rng.random() < 0.8:
            self._learn(wish, await self.client.ask(wish, self._rng.randrange(2)))
        else:
            await self.send(wish, wait=True)

    async def _each(self, wishes: Sequence[Wish], do: Any) -> None:
        slots = asyncio.Semaphore(RETRIES_AT_ONCE)

        async def one(wish: Wish) -> None:
            async with slots:
                await do(wish)

        await asyncio.gather(*(one(wish) for wish in wishes))

    def _learn(self, wish: Wish, told: dict[str, Told]) -> None:
        for id_, (_, outcome) in told.items():
            if wish.type == "registration.submit" and outcome and "registration" in outcome:
                self.registrations[id_] = outcome["registration"]
        if all(kind == "ok" for kind, _ in told.values()):
            self._taken.add(wish.id)
        elif wish.id not in self._taken and any(kind == "unknown" for kind, _ in told.values()):
            self._unknown.append(wish)
        ended = all(kind == "fail" or outcome for kind, outcome in told.values())
        if ended and wish.id in self.open:
            del self.open[wish.id]
            self.decided += [wish] if wish.id in self._taken else []


async def _stopped(until: asyncio.Event, due: float) -> bool:
    """Wait until it is time for the next step; True where the load ends before."""
    try:
        async with asyncio.timeout(max(0.0, due - time.monotonic())):
            await until.wait()
    except TimeoutError:
        return False
    return True
