"""Sums by measure. What a newer office counts and this version does not know is added up under its own name
and told to nobody, so that the version that knows it goes on where this one ended."""

import re
from collections.abc import Mapping
from typing import Any, Final

from services.reporting.domain.measures import MEASURES

Sums = dict[str, int]
MOST_MEASURES: Final = 64  # measures of a partition
MEASURE_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,39}", re.ASCII)
DIMENSIONS: Final = frozenset(
    ("office", "activity", "category", "home_regency", "cohort", "month", "kind", "province", "regency")
)
"""What stands beside sums in a document: no measure may be called so."""


def zeros() -> Sums:
    return dict.fromkeys(MEASURES, 0)


def add_to(sums: Sums, add: Mapping[str, int], times: int = 1) -> None:
    for measure, value in add.items():
        sums[measure] = sums.get(measure, 0) + times * value


def unknown_measures(sums: Mapping[str, int]) -> list[str]:
    """Measures that this version does not know, of which something is counted."""
    return sorted(measure for measure, value in sums.items() if value and measure not in MEASURES)


def agree(sums: Mapping[str, int], totals: Mapping[Any, int]) -> bool:
    """Whether both say the same of every measure that is known here."""
    return all(sums.get(measure, 0) == totals.get(measure, 0) for measure in MEASURES)


def storable(sums: Mapping[str, int]) -> bool:
    """Whether every measure is fit to name a field, and they are not too many."""
    further = sums.keys() - MEASURES.keys()
    return len(sums) <= MOST_MEASURES and all(
        MEASURE_NAME.fullmatch(name) and name not in DIMENSIONS for name in further
    )
