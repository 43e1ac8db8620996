"""How the states follow a fact: those that are loaded, and what of them is to be written."""

from collections.abc import Callable, Mapping
from typing import Final

from services.registration.application.commit import Commit, NumberedFact
from services.registration.application.loaded import Loaded
from services.registration.domain import activity, registration
from services.registration.domain.activity import ActivityState
from services.registration.domain.registration import Registration
from shared.contracts.facts import (
    ActivityCancelled,
    ActivityChanged,
    ActivityCounted,
    ActivityPublished,
    AttendanceRecorded,
    Body,
    OfficeDescribed,
    OfficeTotals,
    ParticipantCorrected,
    RegistrationCancelled,
    RegistrationConfirmed,
    RegistrationCorrected,
    RegistrationFact,
    RegistrationPromoted,
    RegistrationWaitlisted,
)

Follow = Callable[[Commit, Loaded, NumberedFact], None]


class FactUnfollowed(Exception):
    """No state can follow a fact: an office's own is never nothing to it."""


def following(fact: NumberedFact) -> Follow:
    """Raises `FactUnfollowed`, also where a fact is of an activity that its key does not name: the activities
    of a partition are loaded by key."""
    body = fact.happened.body
    follow = FOLLOWING.get(type(body))
    if follow is None:
        raise FactUnfollowed(f"no state follows {type(body).__name__}")
    if getattr(body, "activity", fact.key) != fact.key:
        raise FactUnfollowed(f"{type(body).__name__} is keyed by something else than its activity")
    return follow


def fold(commit: Commit, loaded: Loaded, fact: NumberedFact) -> None:
    """Let the states follow a fact. Raises `FactUnfollowed`."""
    following(fact)(commit, loaded, fact)


def _follow_activity(commit: Commit, loaded: Loaded, fact: NumberedFact) -> None:
    """A fact that names its activity."""
    name = fact.happened.body.activity  # type: ignore[attr-defined]
    state = loaded.activities.get(name)
    commit.activities[name] = loaded.activities[name] = activity.evolve(state, fact.happened)


def _follow_registration(commit: Commit, loaded: Loaded, fact: NumberedFact) -> None:
    body = fact.happened.body
    assert isinstance(body, RegistrationFact)
    state = loaded.activities.get(body.activity)
    _follow_activity(commit, loaded, fact)
    before = loaded.registrations.get(body.registration)
    after = registration.evolve(before, fact.happened, fact.number)
    loaded.registrations[after.id] = after
    new = isinstance(body, RegistrationConfirmed | RegistrationWaitlisted)
    (commit.made if new or after.id in commit.made else commit.changed)[after.id] = after
    _move_line(loaded, body.activity, state, after)


def _follow_person(commit: Commit, loaded: Loaded, fact: NumberedFact) -> None:
    """One that comes back from the topic says of nobody who they are: the directory does."""
    if (person := fact.happened.corrected) is not None:
        commit.corrected.append((loaded.people[fact.key], person))
        loaded.people[fact.key] = person


def _follow_nothing(commit: Commit, loaded: Loaded, fact: NumberedFact) -> None:
    """Of the office as a whole: its cursor keeps what there is to keep."""


FOLLOWING: Final[Mapping[type[Body], Follow]] = {
    ActivityPublished: _follow_activity,
    ActivityChanged: _follow_activity,
    ActivityCancelled: _follow_activity,
    ActivityCounted: _follow_activity,
    RegistrationConfirmed: _follow_registration,
    RegistrationWaitlisted: _follow_registration,
    RegistrationPromoted: _follow_registration,
    RegistrationCancelled: _follow_registration,
    RegistrationCorrected: _follow_registration,
    AttendanceRecorded: _follow_registration,
    ParticipantCorrected: _follow_person,
    OfficeDescribed: _follow_nothing,
    OfficeTotals: _follow_nothing,
}


def _move_line(loaded: Loaded, name: str, before: ActivityState | None, after: Registration) -> None:
    """Keep what is loaded of a line its beginning: who leaves is taken out, who comes is put at the end
    only if the whole line is at hand."""
    lines = loaded.lines.get(name)
    if lines is None:
        return
    line = lines.setdefault(after.quotas, [])
    if after.status == "waitlisted":
        if before is not None and len(line) == before.waiting.get(after.quotas, 0):
            line.append(after)
    elif line and line[0].id == after.id:
        del line[0]
    else:
        line[:] = [one for one in line if one.id != after.id]
