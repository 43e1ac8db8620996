"""How far the figures of an office may be relied upon."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from services.reporting.domain.cursor import Cursor

ControlWord = Literal["equal", "differs", "waiting"]


@dataclass(frozen=True, slots=True)
class OfficeStanding:
    """`facts`: how many were applied, None for who may not know; `gaps`: partitions of which a number lacks;
    `stopped`: why none of its facts is read, in the words for technicians.

    `control` is `differs` if any partition's sums differed from the totals that it stated last, `waiting`
    while a partition with facts has stated none, else `equal`: what came after the last totals is not yet
    checked.
    """

    office: str
    name: str
    ledger: str | None
    last_fact_at: datetime | None
    facts: int | None
    gaps: int
    control: ControlWord
    stopped: str | None

    @property
    def sound(self) -> bool:
        return self.control == "equal" and not self.gaps and not self.stopped


def standing_of(
    code: str, described: Mapping[str, Any], cursors: Sequence[Cursor], as_of: datetime
) -> OfficeStanding:
    return OfficeStanding(
        office=code,
        name=_name(described.get("names", []), as_of) or code,
        ledger=described.get("ledger"),
        last_fact_at=max((cursor.last_at for cursor in cursors if cursor.last_at), default=None),
        facts=sum(cursor.number for cursor in cursors),
        gaps=sum(cursor.gap is not None for cursor in cursors),
        control=_control(cursors),
        stopped=next((cursor.stopped for cursor in cursors if cursor.stopped), None),
    )


def _name(names: Sequence[Mapping[str, str]], as_of: datetime) -> str | None:
    """As it is called now; a name that begins later waits until then."""
    today = as_of.date().isoformat()
    borne = sorted((name["since"], name["name"]) for name in names if name["since"] <= today)
    return borne[-1][1] if borne else names[0]["name"] if names else None


def _control(cursors: Sequence[Cursor]) -> ControlWord:
    seen = [cursor.control for cursor in cursors if cursor.number]
    if any(control is not None and not control.equal for control in seen):
        return "differs"
    return "equal" if seen and all(seen) else "waiting"
