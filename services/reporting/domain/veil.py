"""What anyone may learn of an activity's people without learning how many a handful are (ADR 20).

Everything that is told without the directorate's token is added up from what `veil` leaves of each activity,
and from nothing else.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from services.reporting.domain.measures import MEASURES, Exact, Following, families
from services.reporting.domain.sums import Sums, zeros

FEW: Final = 5


class Told(NamedTuple):
    """`sum` is of what may be told. `few` and `many` count what is hidden beside it: parts of fewer than five
    people each, and others, of which `sum` holds no more than what everyone may know."""

    sum: int
    few: int = 0
    many: int = 0


Row = dict[str, Told]
Category = str | None


class Veiled(NamedTuple):
    """An activity as a whole, and by category."""

    whole: Row
    parts: dict[Category, Row]


def veil(parts: Mapping[Category, Sums]) -> Veiled:
    """An activity's sums by category, as anyone may know them; nothing of unknown measures."""
    parts = {category: zeros() | sums for category, sums in parts.items()}
    found = Veiled({}, {category: {} for category in parts})
    for name, measure in MEASURES.items():
        if isinstance(measure.disclosure, Exact):
            _tell(found, name, parts)
    people = {category: sums for category, sums in parts.items() if _has_people(sums)}
    for family in families():
        if any(0 != sums[name] < FEW for sums in people.values() for name in family):
            _close(found, family, people)
        else:
            for name in family:
                _tell(found, name, parts)
    for name, measure in MEASURES.items():
        if isinstance(measure.disclosure, Following):
            _follow(found, name, measure.disclosure.measure, parts)
    for row in found.parts.values():
        row.update({name: Told(0) for name in MEASURES if name not in row})
    return found


def mark(sum_: int, few: int, many: int) -> int | dict[str, int]:
    """How a row's figure is written: exact, `{"below": 5}`, or `{"at_least": n}`."""
    if not few and not many:
        return sum_
    return {"below": FEW} if sum_ < FEW and not many else {"at_least": sum_}


def text(figure: Any) -> Any:
    """A figure for a cell of a file: an integer as it is, `<5`, or `≥40`."""
    if isinstance(figure, dict):
        return f"<{figure['below']}" if "below" in figure else f"≥{figure['at_least']}"
    return figure


def _has_people(sums: Sums) -> bool:
    return any(sums[name] for name, measure in MEASURES.items() if not isinstance(measure.disclosure, Exact))


def _tell(found: Veiled, measure: str, parts: Mapping[Category, Sums]) -> None:
    found.whole[measure] = Told(sum(sums[measure] for sums in parts.values()))
    for category, sums in parts.items():
        found.parts[category][measure] = Told(sums[measure])


def _close(found: Veiled, family: Sequence[str], people: Mapping[Category, Sums]) -> None:
    """By category only whether a figure is under five. The sums: those that have larger figures
    too, all or none, where each leaves room for every category under five in any of the
    family to be 0 to 4."""
    handfuls = sum(any(sums[measure] < FEW for measure in family) for sums in people.values())
    figures = {measure: {category: sums[measure] for category, sums in people.items()} for measure in family}
    large = {measure: sum(figure >= FEW for figure in by.values()) for measure, by in figures.items()}
    roomy = all(
        sum(by.values()) >= FEW * large[measure] + (FEW - 1) * handfuls
        for measure, by in figures.items()
        if large[measure]
    )
    for measure, by in figures.items():
        if not any(by.values()):
            _tell(found, measure, people)
            continue
        for category, figure in by.items():
            found.parts[category][measure] = Told(FEW, 0, 1) if figure >= FEW else Told(0, 1)
        floor = Told(FEW * large[measure], 0, 1) if large[measure] else Told(0, 1)
        found.whole[measure] = Told(sum(by.values())) if roomy and large[measure] else floor


def _follow(found: Veiled, measure: str, followed: str, parts: Mapping[Category, Sums]) -> None:
    """Hidden where the other is: three people present at two sessions each are six attendances."""
    total = sum(sums[measure] for sums in parts.values())
    found.whole[measure] = _as_hidden(found.whole[followed], total)
    for category, sums in parts.items():
        found.parts[category][measure] = _as_hidden(
            found.parts[category].get(followed, Told(0)), sums[measure]
        )


def _as_hidden(followed: Told, value: int) -> Told:
    return Told(0, followed.few, followed.many) if followed.few or followed.many else Told(value)
