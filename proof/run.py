"""One run: everything started, clients and faults at once, rest, the witnesses gathered, the checks."""

import asyncio
import json
import shutil
import time
from collections.abc import Sequence
from pathlib import Path

import httpx

from proof.check import check
from proof.faults import ROWS
from proof.faults.row import Row
from proof.history import History
from proof.load import Load
from proof.nemesis import Nemesis
from proof.prober import Prober
from proof.progress import Progress
from proof.system import Kind, System, system
from proof.table import Outcome

RATE = 5.0  # commands a second for each of three offices, which two cores carry besides 13 services
START_AND_END = 75.0  # seconds of a run that starting, coming to rest and checking take
LEAST = 30.0  # seconds of faults, however short the run is to be
SETTLED_WITHIN = 120.0  # seconds for what clients asked to be decided
REST_WITHIN = 60.0  # seconds without any progress


def chosen(names: str, kind: Kind) -> dict[str, Row]:
    """`main`, `all`, or names with commas; rows that cannot be done here are told and left out.

    Raises ValueError for a name that is no row's.
    """
    wide = {"main": ("main",), "all": ("main", "all")}.get(names)
    wanted = [name for name, row in ROWS.items() if row.runs in wide] if wide else names.split(",")
    if unknown := [name for name in wanted if name not in ROWS]:
        raise ValueError(f"there is no row {unknown[0]}; there are: {' '.join(ROWS)}")
    why = {name: _why_not(ROWS[name], kind) for name in wanted}
    for reason in sorted({reason for reason in why.values() if reason}):
        print(f"  left out, {reason}: {' '.join(name for name in wanted if why[name] == reason)}")
    return {name: ROWS[name] for name in wanted if not why[name]}


def _why_not(row: Row, kind: Kind) -> str | None:
    if row.kafka and kind != "kafka":
        return "since it takes Apache Kafka"
    return row.lacks()


async def run(
    seed: int,
    kind: Kind,
    folder: Path,
    minutes: float,
    rows: dict[str, Row],
    *,
    mutant: str | None = None,
    members: int = 1,
    offices: tuple[str, ...] = ("bali", "sumbar", "papua"),
) -> Outcome:
    """Raises LocalError where something does not start."""
    begun = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    settings = {"broker": kind, "minutes": minutes, "rows": list(rows), "rate": RATE, "mutant": mutant}
    (folder / "run.json").write_text(json.dumps({"seed": seed, "settings": settings}))
    with History(folder / "history.jsonl") as history:
        async with system(
            kind,
            folder / "system",
            seed,
            mutant=mutant,
            members=members,
            offices=offices,
            disks=any(row.disks for row in rows.values()),
        ) as running:
            print(f"  up after {time.monotonic() - begun:.0f} s", flush=True)
            until = max(begun + minutes * 60 - START_AND_END, time.monotonic() + LEAST)
            nemesis, unrest = await _tried(running, history, rows, seed, until)
            await _witnessed(running, folder)
    verdicts = await asyncio.to_thread(check, folder)
    return Outcome(seed, kind, folder, dict(nemesis.told), verdicts, unrest)


async def _tried(
    running: System, history: History, rows: dict[str, Row], seed: int, until: float
) -> tuple[Nemesis, str | None]:
    load = Load(list(running.offices.values()), history, seed, RATE)
    progress = Progress(running.kafka, running.mongo, running.offices, 6)
    prober = Prober(running, history)
    nemesis = Nemesis(running, load, history, progress, rows, seed)
    try:
        await load.prepare()
        over = asyncio.Event()
        asking = asyncio.gather(load.run(over), prober.run(over))
        try:
            await nemesis.run(until)
        except BaseException:
            asking.cancel()
            await asyncio.wait({asking}, timeout=10)
            raise
        over.set()
        await asking
        left = await load.settle(SETTLED_WITHIN)
        # who lost a lease may take a moment to end, and all are asked in the end
        await asyncio.gather(*(running.until_ready(name) for name in await nemesis.revive()))
        unrest = await progress.rest(REST_WITHIN)
        if unrest is None:
            history.note("rest")
        print(f"  at rest: {unrest or 'yes'}; undecided: {left}", flush=True)
        return nemesis, unrest
    finally:
        await load.close()
        await prober.close()
        await progress.close()


async def _witnessed(running: System, folder: Path) -> None:
    await running.heard(folder)
    texts = folder / "texts"
    texts.mkdir(exist_ok=True)
    async with httpx.AsyncClient(timeout=10) as client:
        for name, service in running.services.items():
            (texts / f"{name}.metrics").write_text(
                (await client.get(f"{service.management_url}/metrics")).text
            )
            shutil.copy(running.folder / "logs" / f"{name}.log", texts)


def tell(outcome: Outcome) -> None:
    """What is wrong with a run, whole."""
    if outcome.unrest:
        print(f"NO REST: {outcome.unrest}")
    for verdict in outcome.violated:
        print(verdict)


def forget(outcomes: Sequence[Outcome]) -> None:
    """Runs that were well leave nothing; of the others what the checks read stays, and the servers' files."""
    for outcome in outcomes:
        if outcome.well:
            shutil.rmtree(outcome.folder)
