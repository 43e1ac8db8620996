"""What anyone may learn of an activity's people without learning how many a handful are (ADR 20).

Everything that is told without the directorate's token is added up from what `suppress` leaves of each
activity, and from nothing else.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from services.reporting.domain.measures import MEASURES, Exact, Following, families
from services.reporting.domain.sums import Sums, zeros

FEW: Final = 5


class PublicFigure(NamedTuple):
    """`sum` is of what may be told. `few` and `many` count what is hidden beside it: parts of fewer than five
    people each, and others, of which `sum` holds no more than what everyone may know."""

    sum: int
    few: int = 0
    many: int = 0


PublicRow = dict[str, PublicFigure]
Category = str | None


class PublicActivity(NamedTuple):
    """An activity as a whole, and by category."""

    whole: PublicRow
    parts: dict[Category, PublicRow]


def suppress(parts: Mapping[Category, Sums]) -> PublicActivity:
    """An activity's sums by category, as anyone may know them; nothing of unknown measures."""
    parts = {category: zeros() | sums for category, sums in parts.items()}
    found = PublicActivity({}, {category: {} for category in parts})
    for name, measure in MEASURES.items():
        if isinstance(measure.disclosure, Exact):
            _disclose(found, name, parts)
    people = {category: sums for category, sums in parts.items() if _has_people(sums)}
    for family in families():
        if any(0 != sums[name] < FEW for sums in people.values() for name in family):
            _close(found, family, people)
        else:
            for name in family:
                _disclose(found, name, parts)
    for name, measure in MEASURES.items():
        if isinstance(measure.disclosure, Following):
            _follow(found, name, measure.disclosure.measure, parts)
    for row in found.parts.values():
        row.update({name: PublicFigure(0) for name in MEASURES if name not in row})
    return found


def mask(sum_: int, few: int, many: int) -> int | dict[str, int]:
    """How a row's figure is written: exact, `{"below": 5}`, or `{"at_least": n}`."""
    if not few and not many:
        return sum_
    return {"below": FEW} if sum_ < FEW and not many else {"at_least": sum_}


def cell_text(figure: Any) -> Any:
    """A figure for a cell of a file: an integer as it is, `<5`, or `≥40`."""
    if isinstance(figure, dict):
        return f"<{figure['below']}" if "below" in figure else f"≥{figure['at_least']}"
    return figure


def _has_people(sums: Sums) -> bool:
    return any(sums[name] for name, measure in MEASURES.items() if not isinstance(measure.disclosure, Exact))


def _disclose(found: PublicActivity, measure: str, parts: Mapping[Category, Sums]) -> None:
    found.whole[measure] = PublicFigure(sum(sums[measure] for sums in parts.values()))
    for category, sums in parts.items():
        found.parts[category][measure] = PublicFigure(sums[measure])


def _close(found: PublicActivity, family: Sequence[str], people: Mapping[Category, Sums]) -> None:
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
            _disclose(found, measure, people)
            continue
        for category, figure in by.items():
            found.parts[category][measure] = PublicFigure(FEW, 0, 1) if figure >= FEW else PublicFigure(0, 1)
        floor = PublicFigure(FEW * large[measure], 0, 1) if large[measure] else PublicFigure(0, 1)
        found.whole[measure] = PublicFigure(sum(by.values())) if roomy and large[measure] else floor


def _follow(found: PublicActivity, measure: str, followed: str, parts: Mapping[Category, Sums]) -> None:
    """Hidden where the other is: three people present at two sessions each are six attendances."""
    total = sum(sums[measure] for sums in parts.values())
    found.whole[measure] = _as_hidden(found.whole[followed], total)
    for category, sums in parts.items():
        found.parts[category][measure] = _as_hidden(
            found.parts[category].get(followed, PublicFigure(0)), sums[measure]
        )


def _as_hidden(followed: PublicFigure, value: int) -> PublicFigure:
    hidden = followed.few or followed.many
    return PublicFigure(0, followed.few, followed.many) if hidden else PublicFigure(value)
