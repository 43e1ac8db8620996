"""Seats as the next person would find them, whatever the quotas are."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.pages.seats import by_category, seats_left
from shared.contracts.activity import Activity, Quota
from tests.support.office import activity

CATEGORIES = ("guru", "mitra-kerja", "komunitas", "dinas")
BADUNG, DENPASAR = "51.03", "51.71"


def state(quotas: list[dict[str, Any]], taken: Mapping[str, int], **more: Any) -> ActivityState:
    described = Activity.model_validate(activity("uji").model_dump() | {"quotas": quotas})
    return ActivityState(described, dict(taken), **more)


def rows(found: ActivityState, waits: bool = True) -> list[tuple[Any, ...]]:
    return [
        (one.categories, one.regencies, one.cohorts, one.rest, one.told) for one in seats_left(found, waits)
    ]


def test_a_full_quota_for_everyone_closes_the_one_within_it() -> None:
    quotas: list[dict[str, Any]] = [
        {"id": "semua", "seats": 10},
        {"id": "mitra", "seats": 5, "categories": ["mitra-kerja"]},
    ]
    full = seats_left(state(quotas, {"semua": 10, "mitra": 4}), True)
    assert set(by_category(full).values()) == {"daftar tunggu"}
    closed = seats_left(state(quotas, {"semua": 10, "mitra": 4}), False)
    assert set(by_category(closed).values()) == {"penuh"}
    some = by_category(seats_left(state(quotas, {"semua": 3, "mitra": 4}), True))
    assert (some["mitra-kerja"], some["guru"]) == ("sisa 1", "sisa 7")


def test_categories_that_are_not_taken_have_no_row() -> None:
    found = rows(state([{"id": "guru", "seats": 2, "categories": ["guru", "dinas"]}], {}))
    assert [(set(one[0]), *one[1:]) for one in found] == [({"guru", "dinas"}, (), (), False, "sisa 2")]


def test_where_regency_or_cohort_decide_each_has_its_row() -> None:
    quotas: list[dict[str, Any]] = [
        {"id": "badung", "seats": 1, "regencies": [BADUNG]},
        {"id": "semua", "seats": 4, "categories": ["guru"]},
    ]
    found = {(row[1], row[3]): row[4] for row in rows(state(quotas, {"badung": 1})) if "guru" in row[0]}
    assert found == {((BADUNG,), False): "daftar tunggu", ((), True): "sisa 4"}
    assert "guru" not in by_category(seats_left(state(quotas, {}), True)), "it hangs on where they work"


def test_nobody_finds_a_seat_before_those_who_wait_beside_one() -> None:
    waiting = state([{"id": "semua", "seats": 2}], {"semua": 1}, waiting={("semua",): 1})
    assert [row[4] for row in rows(waiting)] == ["daftar tunggu"]


@st.composite
def quota(draw: st.DrawFn, at: int) -> dict[str, Any]:
    lists = {
        "categories": st.lists(st.sampled_from(CATEGORIES), unique=True, max_size=3),
        "regencies": st.lists(st.sampled_from((BADUNG, DENPASAR)), unique=True, max_size=2),
        "cohorts": st.lists(st.integers(1, 2), unique=True, max_size=2),
    }
    given = {name: draw(one) for name, one in lists.items()}
    return {"id": f"k-{at}", "seats": draw(st.integers(0, 3))} | {
        name: one for name, one in given.items() if one
    }


@given(st.data())
def test_who_comes_next_finds_what_their_row_says(data: st.DataObject) -> None:
    quotas = [data.draw(quota(at)) for at in range(data.draw(st.integers(1, 4)))]
    taken = {one["id"]: data.draw(st.integers(0, one["seats"])) for one in quotas}
    found = state(quotas, taken)
    table = seats_left(found, True)
    for category in CATEGORIES:
        for regency in (BADUNG, DENPASAR, None):
            for cohort in (1, 2, None):
                signature = found.signature(category, regency, cohort)
                free = [one.seats - taken[one.id] for one in found.described.quotas if one.id in signature]
                mine = {
                    row.told
                    for row in table
                    if category in row.categories
                    and (not row.regencies or regency in row.regencies)
                    and (not row.cohorts or cohort in row.cohorts)
                }
                if not signature:
                    continue
                told = f"sisa {min(free)}" if min(free) else "daftar tunggu"
                assert told in mine
                whole = by_category(table)
                assert whole.get(category, told) == told, "the form says nothing that does not hold for all"


@pytest.mark.parametrize("many", [1, 50])
def test_a_row_names_whole_quotas_however_many_regencies_they_list(many: int) -> None:
    quotas = [{"id": f"k-{at}", "seats": 1, "regencies": [f"51.{at % 9 + 1:02}"]} for at in range(many)]
    assert len(rows(state(quotas, {}))) == min(many, 9)
    assert all(Quota.model_validate(one) for one in quotas)
