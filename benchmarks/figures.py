"""What was measured, and how it is written down."""

import json
import os
import platform
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "benchmarks.md"


@dataclass(frozen=True)
class Figure:
    """One line: a number of each round, ours and what it is held against (empty: nothing to hold it against).

    `unit` is that of the numbers; `target` is in the words of the reader; `note` says what holds it back.
    """

    name: str
    what: str
    unit: str
    ours: Sequence[float]
    against: Sequence[float] = field(default_factory=list)
    other: str = ""
    target: str = ""

    @property
    def ratios(self) -> list[float]:
        return [one / other for one, other in zip(self.ours, self.against, strict=False) if other]

    def cells(self) -> str:
        ours, against = spread(self.ours), spread(self.against)
        ratio = spread(self.ratios) if self.ratios else ""
        other = f"{against} ({self.other})" if self.against else ""
        return f"| {self.name} | {self.what} ({self.unit}) | {ours} | {other} | {ratio} | {self.target} |"


def spread(numbers: Sequence[float]) -> str:
    """Median, and the range in brackets where there is one."""
    if not numbers:
        return ""
    low, middle, high = min(numbers), statistics.median(numbers), max(numbers)
    return short(middle) if low == high else f"{short(middle)} [{short(low)} to {short(high)}]"


def short(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"


def percentile(numbers: Sequence[float], share: float) -> float:
    """The least number that so many of a hundred do not exceed."""
    ordered = sorted(numbers)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share / 100))]


def machine() -> str:
    """By what these numbers can be told from another machine's."""
    with open("/proc/cpuinfo") as lines:
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    name = names[0] if names else platform.machine()
    return f"{os.cpu_count()} cores ({name}), Python {platform.python_version()}"


def kept(measured: Sequence[Figure]) -> list[Figure]:
    """Those of the committed page whose benchmark was not taken again."""
    known = json.loads(PAGE.with_suffix(".json").read_text())["figures"]
    again = {one.name for one in measured}
    return [Figure(**one) for one in known if one["name"] not in again]


def write(figures: Sequence[Figure], remarks: str) -> None:
    """docs/benchmarks.md and, beside it, the same with every round as JSON."""
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    data = {"day": day, "machine": machine(), "figures": [asdict(one) for one in figures]}
    PAGE.with_suffix(".json").write_text(json.dumps(data, indent=1) + "\n")
    head = (
        "# Benchmarks\n\n"
        "Made by `make bench ARGS=--write`; every round is in [benchmarks.json](benchmarks.json). Ours and\n"
        "what it is held against take turns in one run on Apache Kafka 4.3.1 (idempotent) and mongod 6.0.5,\n"
        "all on one machine: median and range of the rounds. A speed here is worth its ratio only.\n\n"
        f"{day}, {machine()}.\n\n"
        "| | what | ours | against | ratio | target |\n|---|---|---|---|---|---|\n"
    )
    PAGE.write_text(head + "\n".join(one.cells() for one in figures) + "\n\n" + remarks)
