"""What any ledger must hold, recounted from the facts alone."""

from collections import Counter
from typing import Any

Fact = dict[str, Any]


def once_each(facts: list[Fact]) -> list[Fact]:
    """Facts by number, repetitions left out; fails on a gap or on two facts under one number."""
    partitions: dict[int, dict[int, Fact]] = {}
    for fact in facts:
        known = partitions.setdefault(fact["partition"], {}).setdefault(fact["number"], fact)
        assert known == fact, "two facts under one number"
    for numbers in partitions.values():
        assert sorted(numbers) == list(range(1, len(numbers) + 1)), "a number is missing"
    return [numbers[key] for numbers in partitions.values() for key in sorted(numbers)]


def highest_confirmed(facts: list[Fact], activity: str) -> int:
    """The most that were ever confirmed at once, looking at every prefix of the ledger."""
    now = highest = 0
    for fact in facts:
        if fact.get("activity") == activity:
            now += sum(change["add"].get("confirmed", 0) for change in fact["changes"])
            highest = max(highest, now)
    return highest


def sums(facts: list[Fact]) -> Counter[str]:
    """Every measure added up over all changes."""
    total: Counter[str] = Counter()
    for fact in facts:
        for change in fact.get("changes", []):
            for measure, number in change["add"].items():
                total[measure] += number
    return total
