"""The harness is tried itself: every mutant must turn its invariant red, and without one all must hold.

python -m proof --mutants [NAME,NAME]
"""

import asyncio
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from proof.check import check
from proof.checks import Verdict
from proof.faults.row import Stage
from proof.history import History
from proof.load import Load
from proof.mutants import MUTANTS
from proof.prober import Prober
from proof.progress import Progress
from proof.stimuli import STIMULI
from proof.system import System, system

RATE: Final = 8.0  # commands a second
LOAD_SECONDS: Final = 8.0  # before the stimuli, which bring their own
REST_SECONDS: Final = 15.0  # a mutant may never come to rest
RECOVERY_SECONDS: Final = 60.0
CONTROL_REST_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Tried:
    """`name`: of the mutant, None for the run without one. `missed`: a stimulus that did not come about."""

    name: str | None
    verdicts: list[Verdict]
    seconds: float
    missed: str | None

    @property
    def red(self) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if not verdict.held]

    @property
    def as_expected(self) -> bool:
        if self.name is None:
            return not self.red and self.missed is None
        return MUTANTS[self.name].invariant in [verdict.name for verdict in self.red]


async def attempt(name: str | None, seed: int, folder: Path) -> Tried:
    """One office, two instances of each service, the mutant's stimuli under load, rest, and the checks."""
    begun = time.monotonic()
    folder.mkdir(parents=True)
    stimuli = MUTANTS[name].stimulus if name else tuple(STIMULI)
    told = {"seed": seed, "settings": {"mutant": name, "stimuli": stimuli}}
    (folder / "run.json").write_text(json.dumps(told))
    missed = None
    with History(folder / "history.jsonl") as history:
        async with system("embedded", folder / "system", seed, mutant=name, offices=("bali",)) as running:
            try:
                await _tried(
                    running, history, stimuli, CONTROL_REST_SECONDS if name is None else REST_SECONDS
                )
            except (LookupError, TimeoutError) as error:
                missed = str(error) or type(error).__name__
            await running.heard(folder)
    verdicts = await asyncio.to_thread(check, folder)
    return Tried(name, verdicts, time.monotonic() - begun, missed)


async def _tried(running: System, history: History, stimuli: Sequence[str], rest: float) -> None:
    """Raises `LookupError` where a stimulus does not come about."""
    load = Load(list(running.offices.values()), history, running.seed, RATE, poison=0)
    prober, done = Prober(running, history), asyncio.Event()
    progress = Progress(running.kafka, running.mongo, running.offices, 6)
    try:
        await load.prepare()
        over = asyncio.Event()
        asyncio.get_running_loop().call_later(LOAD_SECONDS, over.set)
        probing = asyncio.create_task(prober.run(done))
        await load.run(over)
        for number, name in enumerate(stimuli):
            if number:  # whoever was killed or held is back before the next one
                await progress.recovered(await progress.ends(), RECOVERY_SECONDS)
            await STIMULI[name](Stage(running, load, history, random.Random(running.seed), name))
        done.set()
        await probing
        await load.settle(rest)
        unrest: str | None = "it goes on and on"
        with suppress(TimeoutError):
            async with asyncio.timeout(4 * rest):
                unrest = await progress.rest(rest)
        if unrest is None:
            history.note("rest")
        else:
            history.note("unrest", why=unrest)
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(10):
                await load.close()
        done.set()
        await prober.close()
        await progress.close()


def line(tried: Tried) -> str:
    """The table's row: the mutant, its invariant, whether that is red and what else is, and why."""
    red = ", ".join(verdict.name for verdict in tried.red) or "none"
    if tried.name is None:
        word, reason = ("green" if tried.as_expected else "RED", tried.missed or "")
        return f"{'(none)':26} {'-':10} {word:9} {red:24} {tried.seconds:3.0f} s  {reason}"
    invariant = MUTANTS[tried.name].invariant
    mine = [verdict.counterexample or "" for verdict in tried.red if verdict.name == invariant]
    reason = mine[0].splitlines()[0] if mine else tried.missed or ""
    word = "red" if tried.as_expected else "NOT RED"
    return f"{tried.name:26} {invariant:10} {word:9} {red:24} {tried.seconds:3.0f} s  {reason}"


def main(names: str = "", seed: int | None = None, keep: Path | None = None) -> int:
    """Try these mutants (all without a name) and the system without any. 0: all as expected; 1; 2: usage."""
    wanted: list[str | None] = [*names.split(",")] if names else [None, *MUTANTS]
    if unknown := [name for name in wanted if name and name != "none" and name not in MUTANTS]:
        print(f"there is no mutant {unknown[0]}; there are: none {' '.join(MUTANTS)}", file=sys.stderr)
        return 2
    seed = random.randrange(10**6) if seed is None else seed
    folder = keep or Path(tempfile.mkdtemp(prefix="simpul-mutants-"))
    print(
        f"seed {seed}\n{'mutant':26} {'invariant':10} {'verdict':9} {'red in all':24}  time  why", flush=True
    )
    good = True
    for name in wanted:
        chosen = None if name == "none" else name
        run = folder / (chosen or "none")
        tried = asyncio.run(attempt(chosen, seed, run))
        print(line(tried), flush=True)
        if tried.as_expected and keep is None:
            shutil.rmtree(run)
        elif not tried.as_expected:
            good = False
            print(f"  its witnesses are in {run}", *map(str, tried.red), sep="\n  ", flush=True)
    return 0 if good else 1
