"""Counting facts: repetition and interleaving change nothing, disorder shows and never gives a wrong sum."""

from collections import Counter
from collections.abc import Iterable, Sequence
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.domain.counting import advance_until_stop
from services.reporting.domain.cursor import Cursor
from services.reporting.domain.keys import ActivityKey, Attributes, CellKey
from shared.kafka.records import by_partition
from tests.support.offices import SpeakingOffice, Spoken

PARTITIONS = 3


class Report:
    """What a reader has added up, batch by batch, without a database."""

    def __init__(self) -> None:
        self.cursors: dict[int, Cursor] = {}
        self.cells: dict[CellKey, Counter[str]] = {}
        self.activities: dict[ActivityKey, Attributes] = {}
        self.gaps: set[int] = set()

    def read(self, records: Sequence[Spoken]) -> None:
        """A partition with a gap is held: nothing more of it comes until it is mended."""
        for (_, partition), found in by_partition(records).items():
            if partition in self.gaps:
                continue
            cursor = self.cursors.get(partition, Cursor("contoh", partition))
            step, stopped = advance_until_stop(cursor, found)
            assert step is not None
            assert stopped is None
            self.cursors[partition] = step.after
            self.gaps |= {partition} if step.gap else set()
            for key, sums in step.cells.items():
                self.cells.setdefault(key, Counter()).update({name: n for name, n in sums.items() if n})
            self.activities |= step.activities

    @property
    def told(self) -> tuple[Any, ...]:
        """Offsets aside: they say where to read on, not what was counted."""
        cursors = {
            partition: (cursor.number, cursor.sums, cursor.control, cursor.last_at, cursor.gap)
            for partition, cursor in self.cursors.items()
        }
        return cursors, {key: cell for key, cell in self.cells.items() if +cell}, self.activities


def facts(rng: Random) -> list[list[Spoken]]:
    """Of each partition in their order: activities that move about, people, totals right and wrong."""
    office = SpeakingOffice(code="contoh", ledger="a" * 32)

    def said(partition: int) -> Spoken:
        name = f"keg-{partition}-{rng.randint(0, 1)}"
        match rng.choice(["publish", "move", "confirm", "confirm", "confirm", "totals"]):
            case "publish":
                return office.publish(name, "2024-01", rng.randint(1, 9), partition)
            case "move":
                return office.move(name, rng.choice(["2024-02", "2024-03"]), partition=partition)
            case "totals":
                return office.total(partition, confirmed=rng.randint(0, 4))
        home, cohort = rng.choice(["51.03", None]), rng.choice([1, None])
        return office.confirm(name, home=home, cohort=cohort, partition=partition)

    return [[said(partition) for _ in range(rng.randint(1, 15))] for partition in range(PARTITIONS)]


def repeated(rng: Random, said: list[Spoken]) -> list[Spoken]:
    """As one partition is read: now and then from somewhere further back, at last to its end."""
    found, at = [], 0
    while at < len(said):
        step = rng.randint(1, 5)
        found += said[at : at + step]
        at = min(at + step, len(said))
        if at < len(said) and rng.random() < 0.5:
            at = rng.randint(0, at)
    return found


def interleaved(rng: Random, parts: list[list[Spoken]]) -> list[Spoken]:
    lines, found = [[*part] for part in parts], []
    while any(lines):
        found.append(rng.choice([one for one in lines if one]).pop(0))
    return found


def read(records: Sequence[Spoken], cuts: Iterable[int]) -> Report:
    report, left = Report(), [*records]
    sizes = [*cuts]
    while left:
        size = sizes[len(left) % len(sizes)]
        report.read(left[:size])
        left = left[size:]
    return report


CUTS = st.lists(st.integers(1, 9), min_size=1, max_size=4)
RANDOM = st.randoms(use_true_random=True)  # its seed is shown


@given(RANDOM, CUTS)
@settings(max_examples=25)
def test_any_repetition_and_interleaving_of_partitions_gives_the_same_report(
    rng: Random, cuts: list[int]
) -> None:
    parts = facts(rng)
    once = read([one for part in parts for one in part], [1_000])
    again = [repeated(rng, part) for part in parts]
    assert read(interleaved(rng, again), cuts).told == once.told


@given(RANDOM, CUTS)
@settings(max_examples=25)
def test_a_shuffle_within_a_partition_shows_as_a_gap_and_never_as_a_wrong_sum(
    rng: Random, cuts: list[int]
) -> None:
    parts = facts(rng)
    lossy = [rng.sample(part, rng.randint(0, len(part))) for part in parts]
    for part in lossy:
        part.sort(key=lambda one: one.offset if rng.random() < 0.8 else rng.random() * 15)
    report = read(interleaved(rng, lossy), cuts)
    counted = [part[: report.cursors[number].number] for number, part in enumerate(parts) if lossy[number]]
    expected = read([one for part in counted for one in part], [1_000])
    assert report.told[1:] == expected.told[1:], "what was counted is a beginning of each partition"
    for partition, part in enumerate(lossy):
        if part and report.cursors[partition].number < max(one.offset + 1 for one in part):
            assert partition in report.gaps
