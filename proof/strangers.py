"""Strangers who name somebody's number, name or address, and those whose they are: in either order, at every
door. The owners come through the staff's as well; strangers never do."""

import asyncio
import random
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any, Final

from proof.foreign import Foreign, Put
from proof.office_load import OfficeLoad
from proof.people import Person, numbers_of
from proof.plan import Plan
from proof.public import Public

Naming = Callable[[Person, Person], Person]
"""What a stranger types, of the stranger and the owner."""
NAMINGS: Final[dict[str, Naming]] = {
    "NUPTK": lambda me, owner: replace(me, numbers={"nuptk": owner.numbers["nuptk"]}),
    "NIP and name": lambda me, owner: replace(me, name=owner.name, numbers={"nip": owner.numbers["nip"]}),
    "email and name": lambda me, owner: replace(me, name=owner.name, email=owner.email),
    "email": lambda me, owner: replace(me, email=owner.email),
    "name": lambda me, owner: replace(me, name=owner.name),
}
OPEN: Final = ("api", "form", "kafka")
BETWEEN: Final = 1.0  # seconds between the two, on average: within one batch, and batches apart
SEATS: Final = [{"id": "semua", "seats": 100_000}]


class Strangers:
    """Of one office. What they do is drawn from the seed, before anything is answered."""

    def __init__(self, clients: OfficeLoad, foreign: Foreign, public: Public, seed: int, number: int) -> None:
        self._clients, self._foreign, self._public = clients, foreign, public
        self._plan = Plan(seed, number, 1, "strangers")
        self._rng = random.Random(f"{seed}/{number}/strangers")
        self._source = f"urn:asing:{seed}"
        self._activities = [self._plan.extra("asing", SEATS) for _ in range(2)]

    async def prepare(self) -> None:
        for wish in self._activities:
            await self._clients.insist(wish)

    async def run(self, until: asyncio.Event, rate: float) -> None:
        """Open-loop, `rate` pairs a second."""
        due = time.monotonic()
        running: set[asyncio.Task[Any]] = set()
        try:
            while not until.is_set():
                due += self._rng.expovariate(rate)
                work = self._pair(self._rng.choice(list(NAMINGS)))
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                running.add(task := asyncio.create_task(work))
                task.add_done_callback(running.discard)
            await asyncio.gather(*running)
        finally:
            for task in running:
                task.cancel()

    async def each(self) -> None:
        """Every naming through every open door, before and after."""
        for naming in NAMINGS:
            for door in OPEN:
                for first in (True, False):
                    await self._pair(naming, door, first)

    async def close(self) -> None:
        await self._public.close()

    def _pair(
        self, naming: str, door: str | None = None, first: bool | None = None
    ) -> Coroutine[Any, Any, None]:
        """A stranger and an owner, in one activity or two, all of it drawn now. `first`: whether the stranger
        is."""
        rng, owner = self._rng, self._person()
        owner = replace(owner, numbers=numbers_of(owner.number))
        stranger = NAMINGS[naming](self._person(), owner)
        both = [
            self._through(door or rng.choice(OPEN), stranger, owner, self._source),
            self._through(rng.choice([*OPEN, "staff"]), owner, owner, None),
        ]
        if not (rng.random() < 0.5 if first is None else first):
            both.reverse()
        return _in_turn(both, rng.expovariate(1 / BETWEEN))

    def _person(self) -> Person:
        return replace(self._plan.person(), cohort=None, numbers={})

    def _through(
        self, door: str, who: Person, owner: Person, source: str | None
    ) -> Callable[[], Coroutine[Any, Any, Any]]:
        activity, instance = self._rng.choice(self._activities).key, self._rng.randrange(2)
        wish = self._plan.submit(activity, who)
        match door:
            case "api":
                return lambda: self._public.by_api(activity, who, owner, wish.id, instance)
            case "form":
                return lambda: self._public.by_form(activity, who, owner, instance)
            case "kafka":
                return lambda: self._foreign.put(Put(wish, source=source))
        return lambda: self._clients.send(wish, wait=True, instance=instance)


async def _in_turn(both: list[Callable[[], Coroutine[Any, Any, Any]]], pause: float) -> None:
    await both[0]()
    await asyncio.sleep(pause)
    await both[1]()
