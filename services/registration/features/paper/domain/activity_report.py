"""What a committee reports of an activity: who was expected, who came, from where."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attendee:
    """One confirmed registration as a report tells of it; empty where it does not say. `attended`: session
    -> JP."""

    name: str
    category: str
    regency: str
    institution: str
    attended: Mapping[str, int]

    @property
    def jp(self) -> int:
        return sum(self.attended.values())


@dataclass(frozen=True, slots=True)
class Share:
    """How many of a group are confirmed, and how many of them came."""

    label: str
    confirmed: int
    present: int

    @property
    def percent(self) -> int:
        """Of those who are confirmed, rounded half up; 0 of nobody."""
        return (200 * self.present + self.confirmed) // (2 * self.confirmed) if self.confirmed else 0


@dataclass(frozen=True, slots=True)
class ActivityReport:
    """`total`: came to one session or more; `sessions`: in the order of their ids given; the others by how
    many are confirmed; `present`, `absent`: by name, as they were given."""

    total: Share
    sessions: tuple[Share, ...]
    categories: tuple[Share, ...]
    regencies: tuple[Share, ...]
    institutions: tuple[Share, ...]
    present: tuple[Attendee, ...]
    absent: tuple[Attendee, ...]


def activity_report(people: Sequence[Attendee], sessions: Mapping[str, str]) -> ActivityReport:
    """`people`: all who are confirmed; `sessions`: titles by id, in their order."""
    present = tuple(one for one in people if one.attended)
    came = Counter(session for one in present for session in one.attended)
    return ActivityReport(
        Share("Semua", len(people), len(present)),
        tuple(Share(title, len(people), came[name]) for name, title in sessions.items()),
        _shares([(one.category, bool(one.attended)) for one in people]),
        _shares([(one.regency, bool(one.attended)) for one in people]),
        _shares([(one.institution, bool(one.attended)) for one in people]),
        present,
        tuple(one for one in people if not one.attended),
    )


def _shares(labelled: Sequence[tuple[str, bool]]) -> tuple[Share, ...]:
    confirmed = Counter(label for label, _ in labelled)
    present = Counter(label for label, there in labelled if there)
    found = [Share(label or "(tidak disebut)", number, present[label]) for label, number in confirmed.items()]
    return tuple(sorted(found, key=lambda share: (-share.confirmed, share.label.casefold())))
