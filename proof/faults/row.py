"""A row of the fault matrix: what is done to the system, and how it is taken away again."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from proof.history import History
from proof.load import Load
from proof.system import Service, System


@dataclass
class Stage:
    """What a row may touch. `struck` counts the faults of a row, `missed` tells of those that did not come
    about. All that is drawn is drawn from `dice`."""

    system: System
    load: Load
    history: History
    dice: random.Random
    name: str = ""
    struck: int = 0
    missed: list[str] = field(default_factory=list)

    def fault(self, target: str, **more: Any) -> None:
        self.struck += 1
        self.history.note("fault", row=self.name, target=target, **more)

    def pick(self, *kinds: str, up: bool = True) -> Service:
        """One of the instances of these services that are up."""
        return self.dice.choice(
            [one for one in self.system.of_kind(*kinds) if (one.child is not None) == up and not one.stopped]
        )


Fault = Callable[[Stage], AbstractAsyncContextManager[None]]


@dataclass(frozen=True)
class Row:
    """`fault`: entering it starts the fault, leaving it heals; between the two it stands for `seconds`.
    `runs`: in `main` and `all`, in `all` only, or when it is named. `kafka`: only where the broker is durable
    and stamps records; `alone`: not mixed with others; `disks`: servers have disks of a set size; `lacks`:
    why it cannot be done on this machine."""

    fault: Fault
    seconds: float = 0.0
    runs: Literal["main", "all", "named"] = "main"
    kafka: bool = False
    alone: bool = False
    disks: bool = False
    lacks: Callable[[], str | None] = lambda: None


@asynccontextmanager
async def standing(row: Row, stage: Stage) -> AsyncIterator[None]:
    async with row.fault(stage):
        yield
        await asyncio.sleep(row.seconds)
