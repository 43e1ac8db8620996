"""The one table of measures: what reporting knows of each, for sums, suppression, tables, answers and files.

The names are the contract's (`shared.contracts.facts`), and so are the columns of the national topic. What a
newer office counts under another name is added up all the same, and shown to nobody.
"""

from dataclasses import dataclass
from typing import Literal

from shared.contracts.facts import MEASURES as STATED


@dataclass(frozen=True, slots=True)
class Exact:
    """Everyone may know it: it is of nobody."""


@dataclass(frozen=True, slots=True)
class Closing:
    """Hidden in an activity with a handful in any measure of the family: one bounds the other."""

    family: str


@dataclass(frozen=True, slots=True)
class Following:
    """Hidden where the other is, of which it is a multiple; the other is of a family."""

    measure: str


Disclosure = Exact | Closing | Following


@dataclass(frozen=True, slots=True)
class Measure:
    """`label`: as pages and files call it. `whose`: an activity's as a whole is not split by its people.
    `disclosure`: what anyone may know of it (ADR 20)."""

    name: str
    label: str
    whose: Literal["activity", "people"]
    disclosure: Disclosure


def _table(*measures: Measure) -> dict[str, Measure]:
    """Raises `LookupError` for a measure that offices may state and nobody declares."""
    found: dict[str, Measure] = {measure.name: measure for measure in measures}
    if lacking := set(STATED) - found.keys():
        raise LookupError(f"reporting declares no measure {', '.join(sorted(lacking))}")
    return found


MEASURES = _table(
    Measure("activities", "Kegiatan", "activity", Exact()),
    Measure("seats", "Kursi", "activity", Exact()),
    Measure("confirmed", "Terkonfirmasi", "people", Closing("confirmed")),
    Measure("beyond", "Di luar kuota", "people", Closing("confirmed")),
    Measure("waitlisted", "Daftar tunggu", "people", Closing("waitlisted")),
    Measure("cancelled", "Dibatalkan", "people", Closing("cancelled")),
    Measure("present", "Hadir", "people", Closing("confirmed")),  # nearly all of them were confirmed
    Measure("session_attendances", "Kehadiran sesi", "people", Following("present")),
    Measure("jp_attended", "JP diikuti", "people", Following("present")),
    Measure("invited", "Diundang", "people", Closing("invited")),
    Measure("came_by_invitation", "Hadir atas undangan", "people", Closing("confirmed")),
)
"""By name, in the order of columns."""


def of_activities() -> tuple[str, ...]:
    return tuple(name for name, measure in MEASURES.items() if measure.whose == "activity")


def families() -> list[list[str]]:
    """Measures that close together."""
    found: dict[str, list[str]] = {}
    for name, measure in MEASURES.items():
        if isinstance(measure.disclosure, Closing):
            found.setdefault(measure.disclosure.family, []).append(name)
    return [*found.values()]
