"""What the form of an activity offers: only what its quotas take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final, get_args

from shared.contracts.activity import Activity
from shared.contracts.types import Category
from shared.regions import Regency, provinces, regencies

HOSTS: Final = ("narasumber", "panitia")
"""Whoever makes the activity: offered only where a quota names them."""


@dataclass(frozen=True, slots=True)
class Choices:
    """`regencies` by province. `elsewhere`: another one may be typed, since all 514 make too long a page.

    `cohorts` is empty where no quota asks for one; `any_cohort`: one without a cohort is taken, too.
    """

    categories: tuple[str, ...]
    regencies: tuple[tuple[str, tuple[Regency, ...]], ...]
    elsewhere: bool
    cohorts: tuple[int, ...]
    any_cohort: bool
    left: Mapping[str, str] = field(default_factory=dict)
    """By category, the seats that the next one finds; of which it hangs on more, there is none."""


def choices(activity: Activity, territory: Sequence[str]) -> Choices:
    """`territory`: codes of the provinces that the office serves."""
    quotas = activity.quotas
    every: tuple[str, ...] = get_args(Category)
    guests = [one for one in every if one not in HOSTS]
    named = {one for quota in quotas for one in quota.categories or guests}
    elsewhere = not all(quota.regencies for quota in quotas)
    wanted = {code for quota in quotas for code in quota.regencies or ()}
    offered = [
        one
        for one in regencies().values()
        if (one.province in territory if elsewhere else one.code in wanted)
    ]
    return Choices(
        categories=tuple(one for one in every if one in named),
        regencies=tuple(
            (provinces()[code], tuple(of_it)) for code, of_it in groupby(offered, lambda one: one.province)
        ),
        elsewhere=elsewhere,
        cohorts=tuple(sorted({number for quota in quotas for number in quota.cohorts or ()})),
        any_cohort=not all(quota.cohorts for quota in quotas),
    )
