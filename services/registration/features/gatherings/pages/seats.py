"""Seats as the next person would find them: by whom they are for, not by quota."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, get_args

from services.registration.features.gatherings.domain.activity import ActivityState, Signature
from shared.contracts.types import Category
from shared.words import number

Values = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Seats:
    """What the next person of these categories finds. `regencies` and `cohorts` say of whom it holds, empty
    for all; `rest`: of all of them whom no other row names. `told`: in words."""

    categories: tuple[str, ...]
    regencies: Values
    cohorts: Values
    rest: bool
    told: str


def seats_left(state: ActivityState, waits: bool) -> list[Seats]:
    """A row for all who take seats of the same quotas. `waits`: whether one may still join the line."""
    rows = _who_finds_the_same(state)
    every = [category for _, _, categories in rows for category in categories]
    found = []
    for signature, ways, categories in rows:
        regencies, cohorts = (_named({way[at] for way in ways}) for at in (0, 1))
        rest = not regencies and not cohorts and any(every.count(one) > 1 for one in categories)
        told = _told(_free(state, signature), waits)
        found.append(Seats(tuple(categories), regencies, cohorts, rest, told))
    return found


def by_category(rows: Sequence[Seats]) -> dict[str, str]:
    """What the next one finds, of those categories of which it holds for all."""
    return {one: row.told for row in rows for one in row.categories if _whole(row)}


def _whole(row: Seats) -> bool:
    return not (row.regencies or row.cohorts or row.rest)


def _who_finds_the_same(state: ActivityState) -> list[tuple[Signature, frozenset[Values], list[str]]]:
    """Signatures with whom they are of: pairs of regencies and of cohorts, and categories."""
    quotas = state.described.quotas
    pairs = list(product(_alike([one.regencies for one in quotas]), _alike([one.cohorts for one in quotas])))
    found: dict[tuple[Signature, frozenset[Values]], list[str]] = {}
    for category in get_args(Category):
        ways: dict[Signature, set[Values]] = defaultdict(set)
        for regencies, cohorts in pairs:
            signature = state.signature(category, next(iter(regencies), None), next(iter(cohorts), None))
            ways[signature].add((regencies, cohorts))
        for signature, those in ways.items():
            if signature:
                found.setdefault((signature, frozenset(those)), []).append(category)
    return [(signature, ways, categories) for (signature, ways), categories in found.items()]


def _alike(lists: Sequence[Collection[Any] | None]) -> list[Values]:
    """Values that stand in the same lists, together; at the end, as nothing, those that stand in none."""
    together: dict[Values, list[Any]] = defaultdict(list)
    for value in sorted({value for one in lists for value in one or ()}):
        together[tuple(value in (one or ()) for one in lists)].append(value)
    return [*map(tuple, together.values()), ()]


def _named(parts: Collection[Values]) -> Values:
    return () if () in parts else tuple(sorted(value for part in parts for value in part))


def _free(state: ActivityState, signature: Signature) -> int:
    """Behind somebody who waits though there is room, the next one waits, too."""
    seats = {quota.id: quota.seats for quota in state.described.quotas}
    left = min(seats[quota] - state.taken.get(quota, 0) for quota in signature)
    return 0 if state.lets_wait else max(left, 0)


def _told(free: int, waits: bool) -> str:
    return f"sisa {number(free)}" if free else "daftar tunggu" if waits else "penuh"
