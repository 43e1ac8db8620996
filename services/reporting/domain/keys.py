"""What is counted apart: activities, cells of people who have something in common, rows of the nation."""

from typing import NamedTuple


class ActivityKey(NamedTuple):
    office: str
    activity: str

    @property
    def id(self) -> str:
        return "|".join(self)


class CellKey(NamedTuple):
    """Who is counted. Activities and seats stand in the cell whose last three are None; of no activity are
    cells of which only a newer version knows what they are of."""

    office: str
    activity: str | None
    category: str | None
    home_regency: str | None
    cohort: int | None

    @property
    def id(self) -> str:
        return "|".join("" if part is None else str(part) for part in self)

    @property
    def of_activity(self) -> ActivityKey | None:
        return None if self.activity is None else ActivityKey(self.office, self.activity)


class RollUpKey(NamedTuple):
    """As the key of a record in the national topic."""

    office: str
    month: str | None
    kind: str | None
    category: str | None

    @property
    def id(self) -> str:
        return "|".join(part or "" for part in self)


class Placement(NamedTuple):
    """What an activity's cells are grouped by. All None until the activity was heard of."""

    month: str | None = None
    kind: str | None = None
    province: str | None = None
    regency: str | None = None


class Attributes(NamedTuple):
    title: str | None
    placement: Placement
