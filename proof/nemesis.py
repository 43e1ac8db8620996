"""Does one row of faults after the other, some at the same time, and times how long all takes to recover."""

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from proof.faults.row import Row, Stage, standing
from proof.history import History
from proof.load import Load
from proof.progress import Progress, insist
from proof.system import System

AT_ONCE = 3  # rows
RECOVERED_WITHIN = 120.0  # seconds after which it is no recovery any more; the promise is 30


@dataclass
class Told:
    """Of one row: how often it was done, faults that struck, seconds from heal to recovered, and when it
    began and was recovered from (seconds since 1970)."""

    runs: int = 0
    faults: int = 0
    spans: list[tuple[float, float]] = field(default_factory=list)
    recoveries: list[float] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


class Nemesis:
    def __init__(
        self,
        system: System,
        load: Load,
        history: History,
        progress: Progress,
        rows: dict[str, Row],
        seed: int,
    ) -> None:
        self._system, self._load, self._history, self._progress = system, load, history, progress
        self._rows = rows
        self._dice = random.Random(f"nemesis/{seed}")
        self.told: dict[str, Told] = defaultdict(Told)

    async def run(self, until: float) -> None:
        """Rows in a seeded order, each once before any comes again, until that time (monotonic)."""
        while time.monotonic() < until:
            for names in self._schedule():
                if time.monotonic() >= until:
                    break
                await self.strike(names)

    def _schedule(self) -> list[list[str]]:
        """Rows come alone, two or three at a time."""
        names = list(self._rows)
        self._dice.shuffle(names)
        steps: list[list[str]] = [[name] for name in names if self._rows[name].alone]
        mixed = [name for name in names if not self._rows[name].alone]
        while mixed:
            size = self._dice.randint(1, AT_ONCE)
            steps.append(mixed[:size])
            del mixed[:size]
        self._dice.shuffle(steps)
        return steps

    async def strike(self, names: Sequence[str]) -> None:
        """Start these rows together; when all are healed, wait until the system has recovered."""
        begun = time.time()
        stages = [
            Stage(self._system, self._load, self._history, random.Random(self._dice.random()), name)
            for name in names
        ]
        await asyncio.gather(*(self._stand(stage) for stage in stages))
        await self.revive()
        healed = time.monotonic()
        ends = await insist(self._progress.ends)
        late = await self._progress.recovered(ends, RECOVERED_WITHIN)
        seconds = time.monotonic() - healed
        for stage in stages:
            self._tell(stage, seconds, late)
            self.told[stage.name].spans.append((begun, time.time()))

    async def _stand(self, stage: Stage) -> None:
        async with standing(self._rows[stage.name], stage):
            pass
        self._history.note("heal", row=stage.name)

    async def revive(self) -> list[str]:
        """Start again what ended by itself, as an operator's supervisor does; the instances' names."""
        ended = [
            service
            for service in self._system.services.values()
            if service.child is not None and service.child.process.poll() is not None
        ]
        for service in ended:
            assert service.child is not None
            self._history.note("ended", target=service.name, status=service.child.process.returncode)
            self._system.kill(service.name)
            self._system.start(service.name)
        return [service.name for service in ended]

    def _tell(self, stage: Stage, seconds: float, late: str | None) -> None:
        told = self.told[stage.name]
        told.runs += 1
        told.faults += stage.struck
        told.missed += stage.missed
        if late is None:
            told.recoveries.append(seconds)
            self._history.note("recovered", row=stage.name, seconds=round(seconds, 3))
        else:
            told.late.append(late)
            self._history.note("late", row=stage.name, seconds=round(seconds, 3), why=late)
        said = "; ".join([f"{seconds:.1f} s to recover" if late is None else late, *stage.missed])
        print(f"  {stage.name}: {stage.struck} faults, {said}", flush=True)
