"""When participants are reminded of which session."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from shared.contracts.facts import ActivityPublished
from shared.instants import earlier

BEFORE: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reminder:
    """`rev`: number of the fact that gave the session this time."""

    session: str
    starts: datetime
    due: datetime
    rev: int

    @property
    def occasion(self) -> str:
        return f"{self.session}.{self.rev}"


def plan(
    body: ActivityPublished, number: int, at: datetime, standing: Sequence[Reminder]
) -> tuple[Reminder, ...]:
    """The reminders from this fact on; what was planned before stays as it is, unless its session moved.

    One for each session, but none where another ended so shortly before that people are together anyway: of
    days in a row the first is enough. None whose time had passed at the fact.
    """
    before = BEFORE if body.reminder_before is None else body.reminder_before
    if before <= timedelta(0):
        return ()
    known = {(one.session, one.starts, one.due): one for one in standing}
    found: list[Reminder] = []
    reached: datetime | None = None
    for session in sorted(body.sessions, key=lambda session: (session.starts, session.id)):
        starts, due = whole(session.starts), whole(earlier(session.starts, before))
        if reached is None or reached <= earlier(starts, min(before, BEFORE)):
            found.append(known.get((session.id, starts, due)) or Reminder(session.id, starts, due, number))
        reached = max(reached or session.ends, session.ends)
    return tuple(one for one in found if one.rev < number or at < one.due)


def whole(at: datetime) -> datetime:
    """To the millisecond, as MongoDB keeps it."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
