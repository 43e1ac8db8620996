"""Mentored groups of an activity: facilitator and principals beside each other, and who of them was there."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from services.registration.features.gatherings.roster import EnrolledParticipant
from shared.contracts.facts import ENDED


@dataclass(slots=True)
class MentoredGroup:
    """`facilitators`, `principals`, `others`: by name. `present`: of a session, how many were seen."""

    name: str
    facilitators: list[EnrolledParticipant] = field(default_factory=list)
    principals: list[EnrolledParticipant] = field(default_factory=list)
    others: list[EnrolledParticipant] = field(default_factory=list)
    present: Counter[str] = field(default_factory=Counter)

    @property
    def members(self) -> int:
        return len(self.facilitators) + len(self.principals) + len(self.others)


def mentored_groups(rows: Sequence[EnrolledParticipant]) -> list[MentoredGroup]:
    """By name, of all that are not cancelled."""
    found: dict[str, MentoredGroup] = {}
    for row in rows:
        if row.group and row.status not in ENDED:
            group = found.setdefault(row.group, MentoredGroup(row.group))
            named = {"facilitator": group.facilitators, "principal": group.principals}
            named.get(row.role_in_group or "", group.others).append(row)
            group.present.update(row.attended.keys())
    return sorted(found.values(), key=lambda group: group.name.casefold())
