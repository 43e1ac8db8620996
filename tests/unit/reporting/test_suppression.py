"""Nobody can tell how many a hidden handful are from everything that a stranger may ask."""

from collections import defaultdict
from functools import cache
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.reporting.domain.measures import families
from services.reporting.domain.sums import Sums, zeros
from services.reporting.domain.suppression import cell_text, mask, suppress

CATEGORIES = ("guru", "komunitas", "pengawas")
COUNTS = st.integers(0, 11)
Counts = tuple[int, ...]


def activity(jp: int = 8, **counts: Counts) -> dict[str | None, Sums]:
    """An activity of one session. `counts`: a measure's figure for each category."""
    parts: dict[str | None, Sums] = {None: zeros() | {"activities": 1, "seats": 400}}
    for number, category in enumerate(CATEGORIES):
        sums: dict[Any, int] = {measure: found[number] for measure, found in counts.items()}
        present = sums.get("present", 0)
        parts[category] = zeros() | sums | {"session_attendances": present, "jp_attended": present * jp}
    return parts


@cache
def alike() -> dict[str, list[Counts]]:
    """Every activity of three categories of up to 15 people in one measure, by what is told of it."""
    found: dict[str, list[Counts]] = defaultdict(list)
    for counts in product(range(16), repeat=3):
        found[repr(suppress(activity(cancelled=counts)))].append(counts)
    return found


@given(st.tuples(COUNTS, COUNTS, COUNTS))
def test_a_hidden_count_could_be_another_for_all_that_is_told(counts: Counts) -> None:
    """Any answer is added up from what `suppress` leaves, activity by activity: so this is everything."""
    possible = alike()[repr(suppress(activity(cancelled=counts)))]
    for number, count in enumerate(counts):
        if 0 < count < 5:
            assert {1, 2, 3} <= {other[number] for other in possible}
    if 0 < sum(counts) < 5:
        assert len({sum(other) for other in possible}) > 2


def seen_of(confirmed: Counts, present: Counts) -> tuple[Any, ...]:
    found = suppress(dict(zip(("a", "b"), map(people, confirmed, present), strict=True)))
    return found.whole, found.parts


def people(confirmed: int, present: int) -> Sums:
    counted: Sums = {"confirmed": confirmed, "present": present, "session_attendances": present}
    return zeros() | counted | {"jp_attended": 3 * present}


def worlds() -> dict[str, list[tuple[Counts, Counts]]]:
    """Every two categories of up to ten people with nobody present who was not confirmed, by what is told."""
    found: dict[str, list[tuple[Counts, Counts]]] = defaultdict(list)
    for confirmed in product(range(13), repeat=2):
        for present in product(*(range(number + 1) for number in confirmed)):
            found[repr(seen_of(confirmed, present))].append((confirmed, present))
    return found


def test_who_knows_that_all_present_were_confirmed_cannot_tell_either() -> None:
    for possible in worlds().values():
        for confirmed, present in possible:
            if max(confirmed) > 8:
                continue  # its neighbours are beyond what was tried
            for number, (signed, came) in enumerate(zip(confirmed, present, strict=True)):
                if 0 < signed < 5:
                    assert len({other[number] for other, _ in possible}) > 1, (confirmed, present)
                if 0 < came < 5:
                    assert len({other[number] for _, other in possible}) > 1, (confirmed, present)


@given(st.tuples(COUNTS, COUNTS, COUNTS), st.tuples(COUNTS, COUNTS, COUNTS))
def test_what_is_told_is_true(counts: Counts, present: Counts) -> None:
    parts = activity(confirmed=counts, present=present)
    found = suppress(parts)
    rows = [(found.whole, summed(parts)), *((row, parts[name]) for name, row in found.parts.items())]
    for row, sums in rows:
        for measure, one in row.items():
            assert one.sum <= sums[measure]
            if not one.few and not one.many:
                assert one.sum == sums[measure]
        for measure in (name for family in families() for name in family):
            if 0 < sums[measure] < 5:
                assert mask(*row[measure]) == {"below": 5}


def summed(parts: dict[str | None, Sums]) -> Sums:
    return {measure: sum(sums[measure] for sums in parts.values()) for measure in zeros()}


@pytest.mark.parametrize(
    ("counts", "whole", "each"),
    [
        ((40, 30, 0), 70, [40, 30, 0]),
        ((40, 3, 0), 43, [{"at_least": 5}, {"below": 5}, {"below": 5}]),
        ((6, 3, 5), 14, [{"at_least": 5}, {"below": 5}, {"at_least": 5}]),
        ((5, 3, 5), {"at_least": 10}, [{"at_least": 5}, {"below": 5}, {"at_least": 5}]),
        ((5, 3, 0), {"at_least": 5}, [{"at_least": 5}, {"below": 5}, {"below": 5}]),
        ((4, 4, 0), {"below": 5}, [{"below": 5}, {"below": 5}, {"below": 5}]),
        ((5, 5, 0), 10, [5, 5, 0]),
        ((0, 0, 0), 0, [0, 0, 0]),
    ],
)
def test_an_activity_closes_when_one_of_its_categories_is_a_handful(
    counts: Counts, whole: object, each: list[object]
) -> None:
    found = suppress(activity(cancelled=counts, confirmed=(9, 9, 9)))
    assert mask(*found.whole["cancelled"]) == whole
    assert [mask(*found.parts[name]["cancelled"]) for name in CATEGORIES] == each
    assert [found.parts[name]["confirmed"] for name in CATEGORIES] == [(9, 0, 0)] * 3
    assert found.parts[None]["seats"].sum == 400


def test_attendances_and_hours_are_hidden_with_those_present() -> None:
    found = suppress(activity(confirmed=(40, 40, 40), present=(38, 1, 30)))
    assert [mask(*found.parts["komunitas"][name]) for name in ("session_attendances", "jp_attended")] == [
        {"below": 5},
        {"below": 5},
    ]
    assert mask(*found.whole["jp_attended"]) == 69 * 8


@pytest.mark.parametrize(
    ("sum_", "few", "many", "written"),
    [
        (7, 0, 0, 7),
        (0, 1, 0, {"below": 5}),
        (4, 2, 0, {"below": 5}),
        (5, 1, 0, {"at_least": 5}),
        (4, 0, 1, {"at_least": 4}),
        (0, 1, 1, {"at_least": 0}),
    ],
)
def test_what_is_hidden_is_written_as_below_five_or_as_at_least_so_many(
    sum_: int, few: int, many: int, written: object
) -> None:
    assert mask(sum_, few, many) == written


def test_a_category_that_no_people_are_of_has_none_present() -> None:
    found = suppress({None: zeros() | {"activities": 1}, "guru": zeros()})
    assert found.parts["guru"]["jp_attended"] == found.parts["guru"]["present"] == (0, 0, 0)


def test_a_figure_is_written_for_a_file() -> None:
    assert [cell_text(one) for one in (0, 70, {"below": 5}, {"at_least": 40}, None, "51")] == [
        0,
        70,
        "<5",
        "≥40",
        None,
        "51",
    ]
