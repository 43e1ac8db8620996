"""What a run, or several, came to: one table of rows, one line for each invariant."""

import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from proof.checks import Verdict
from proof.history import events
from proof.nemesis import Told

HEADS = ("row", "runs", "operations", "faults", "violations", "recovery median", "worst")


@dataclass
class Outcome:
    """One run. `unrest`: what would not come to rest."""

    seed: int
    kind: str
    folder: Path
    told: dict[str, Told]
    verdicts: list[Verdict]
    unrest: str | None

    @property
    def violated(self) -> list[Verdict]:
        return [verdict for verdict in self.verdicts if not verdict.held]

    @property
    def well(self) -> bool:
        return not self.violated and self.unrest is None


@dataclass
class _Sum:
    told: Told = field(default_factory=Told)
    operations: int = 0
    violations: int = 0


def table(outcomes: Sequence[Outcome]) -> str:
    """Rows by name. A violation counts for every row of its run: the counterexample tells which it was."""
    sums: dict[str, _Sum] = {}
    for outcome in outcomes:
        asked = [
            event["at"] for event in events(outcome.folder / "history.jsonl") if event["event"] == "invoke"
        ]
        for name, told in outcome.told.items():
            total = sums.setdefault(name, _Sum())
            total.told.runs += told.runs
            total.told.faults += told.faults
            total.told.recoveries += told.recoveries + [math.inf] * len(told.late)
            total.operations += sum(begun <= at <= end for begun, end in told.spans for at in asked)
            total.violations += len(outcome.violated)
    lines = [HEADS, *(_line(name, sums[name]) for name in sorted(sums))]
    widths = [max(len(line[at]) for line in lines) for at in range(len(HEADS))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if not at else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def _line(name: str, total: _Sum) -> tuple[str, ...]:
    found = total.told.recoveries
    median, worst = (statistics.median(found), max(found)) if found else (0.0, 0.0)
    counts = (total.told.runs, total.operations, total.told.faults, total.violations)
    return (name, *map(str, counts), _seconds(median), _seconds(worst))


def _seconds(value: float) -> str:
    return "never" if value == math.inf else f"{value:.1f} s"


def invariants(outcomes: Sequence[Outcome]) -> str:
    """How much each invariant looked at over all runs, and what that bounds."""
    looked: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for outcome in outcomes:
        for verdict in outcome.verdicts:
            looked[verdict.name] += verdict.looked
            wrong[verdict.name] += verdict.wrong
    return "\n".join(str(Verdict(name, looked[name], _found(wrong[name]), wrong[name])) for name in looked)


def _found(wrong: int) -> str | None:
    return "see above" if wrong else None
