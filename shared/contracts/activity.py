"""An activity as the office describes it: the same shape in a command, over HTTP and in the register."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Self

from pydantic import Field, model_validator

from shared.contracts.misfits import misfit
from shared.contracts.questions import Questions, require_together
from shared.contracts.types import (
    AwareDatetime,
    Category,
    Count,
    Duration,
    Email,
    HttpsLink,
    Line,
    Link,
    Message,
    Paragraph,
    Phone,
    RegencyCode,
    Seats,
    Slug,
    Small,
    Zone,
)


class Session(Message):
    """One meeting. `jp`: the lesson hours that the programme states, never worked out from the clock;
    `map`: leads to the place on a map."""

    id: Slug
    title: Line
    starts: AwareDatetime
    ends: AwareDatetime
    zone: Zone
    place: Line | None = None
    regency: RegencyCode | None = None
    link: Link | None = None
    map: HttpsLink | None = None
    jp: Small

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.ends <= self.starts:
            raise misfit("ends", "ends_before_it_starts", "a session ends before it starts")
        return self


def sessions_in_order(sessions: Iterable[Session]) -> list[Session]:
    return sorted(sessions, key=lambda one: one.starts)


def session_named(sessions: Sequence[Session], name: str) -> Session | None:
    return next((one for one in sessions if one.id == name), None)


def last_end(sessions: Iterable[Session]) -> datetime | None:
    """When the last of them ends: from then on what they belong to is over."""
    return max((session.ends for session in sessions), default=None)


class Quota(Message):
    """Seats for whom every given list holds; a list that is not given holds everyone."""

    id: Slug
    seats: Seats
    categories: tuple[Category, ...] | None = None
    regencies: tuple[RegencyCode, ...] | None = None
    cohorts: tuple[Count, ...] | None = None

    def admits(self, category: str, regency: str | None, cohort: int | None) -> bool:
        return (
            (not self.categories or category in self.categories)
            and (not self.regencies or regency in self.regencies)
            and (not self.cohorts or cohort in self.cohorts)
        )

    @property
    def for_everyone(self) -> bool:
        return not (self.categories or self.regencies or self.cohorts)


class Speaker(Message):
    name: Line
    institution: Line | None = None


class Contact(Message):
    """Whom participants ask, and by which telephone."""

    name: Line
    phone: Phone


class Activity(Message):
    """A gathering or a series. `[opens, closes)` is when one may register. `purpose`: what it is held for;
    `rundown`: its course, hour by hour, in words; `questions`: what its form asks beside who somebody is.
    `approval`: who registers takes a seat or a place in the line only once staff approve; `invitation_only`:
    nobody registers who was not invited; `offer_within`: a
    seat that becomes free is offered to the first who waits, for so long."""

    id: Slug
    title: Line
    kind: Slug
    sessions: tuple[Session, ...] = Field(min_length=1, max_length=100)
    quotas: tuple[Quota, ...] = Field(min_length=1, max_length=50)
    opens: AwareDatetime
    closes: AwareDatetime
    host: Line | None = None
    reply_to: Email | None = None
    speakers: tuple[Speaker | Line, ...] = Field(default=(), max_length=100)
    topics: tuple[Line, ...] = Field(default=(), max_length=100)
    purpose: Paragraph | None = None
    description: Paragraph | None = None
    rundown: Paragraph | None = None
    contact: Contact | None = None
    reminder_before: Duration | None = None
    attendance_opens_before: Duration | None = None
    approval: Annotated[bool, Field(strict=True)] | None = None
    invitation_only: Annotated[bool, Field(strict=True)] | None = None
    offer_within: Duration | None = None
    continues: Slug | None = None
    questions: Questions = ()

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if self.closes <= self.opens:
            raise misfit("closes", "closes_before_it_opens", "registration closes before it opens")
        for name, ids in (("sessions", self.sessions), ("quotas", self.quotas)):
            if len({item.id for item in ids}) != len(ids):
                raise misfit(name, "same_id", "two have the same id")
        require_together(self.questions)
        return self

    @property
    def seats(self) -> int:
        """The largest quota that matches everyone, else the sum."""
        open_to_all = [quota.seats for quota in self.quotas if quota.for_everyone]
        return max(open_to_all) if open_to_all else sum(quota.seats for quota in self.quotas)
