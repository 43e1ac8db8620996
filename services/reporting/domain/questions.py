"""What may be asked of the figures, and what an answer holds."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal, get_args

from services.reporting.domain.standing import OfficeStanding

Dimension = Literal[
    "office", "month", "kind", "category", "cohort", "province", "regency", "home_regency", "activity"
]
DIMENSIONS: Final[tuple[Dimension, ...]] = get_args(Dimension)
OF_PERSONS: Final = {"cohort", "home_regency"}
"""What sets people of one category apart: for the directorate alone."""
WITHIN: Final[tuple[Dimension, ...]] = ("category", "cohort", "home_regency")
"""Of participants, by which an activity and its seats are not split."""
STOPPED: Final = "its facts are not read until someone has looked at them"


@dataclass(frozen=True, slots=True)
class Filters:
    """`first` and `last`: months `YYYY-MM`, both included."""

    office: str | None = None
    province: str | None = None
    kind: str | None = None
    category: str | None = None
    cohort: int | None = None
    first: str | None = None
    last: str | None = None

    @property
    def named(self) -> dict[str, str | int]:
        """Those by one value, by their dimension."""
        found = {name: getattr(self, name) for name in ("office", "province", "kind", "category", "cohort")}
        return {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Question:
    """Without `by` there is one row. `exact`: for the directorate; else as anyone may know it (ADR 20),
    and neither `by` nor `filters` name one of `OF_PERSONS`."""

    by: tuple[Dimension, ...] = ()
    filters: Filters = Filters()
    exact: bool = True

    @property
    def named(self) -> set[str]:
        return {*self.by, *self.filters.named}


@dataclass(frozen=True, slots=True)
class Report:
    """`tables`: the rows of each question, in its order. `as_of`: when they were read (UTC).
    `titles`: of the activities of one office, if they were asked for."""

    as_of: datetime
    tables: list[list[dict[str, Any]]]
    offices: list[OfficeStanding] = field(default_factory=list)
    titles: dict[str, str] = field(default_factory=dict)

    def for_anyone(self) -> "Report":
        """Without how many facts there were: they bound how many people there are."""
        told = [replace(one, facts=None, stopped=one.stopped and STOPPED) for one in self.offices]
        return replace(self, offices=told)
