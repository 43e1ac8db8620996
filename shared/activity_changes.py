"""What became different of an activity, as far as it concerns who takes part."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shared.contracts.activity import Activity, Session
from shared.contracts.directory import ActivityEntry
from shared.words import span

DescribedActivity = Activity | ActivityEntry


@dataclass(frozen=True, slots=True)
class Change:
    """`session`: its title, None if the activity as a whole changed. `old`, `new`: as people read them."""

    kind: Literal["title", "time", "place", "link", "added", "removed"]
    session: str | None
    old: str | None
    new: str | None


def changes(old: DescribedActivity, new: DescribedActivity) -> tuple[Change, ...]:
    """In the order of the sessions as they are now; those that fell away come last."""
    found = [] if old.title == new.title else [Change("title", None, old.title, new.title)]
    before = {session.id: session for session in old.sessions}
    for session in new.sessions:
        found += _of_session(before.get(session.id), session)
    return (*found, *(Change("removed", session.title, span(session), None) for session in removed(old, new)))


def told_against(known: Sequence[ActivityEntry], new: ActivityEntry) -> ActivityEntry | None:
    """Of what somebody may have been told, in order, the first that is not so any more, else the first."""
    return next((old for old in known if changes(old, new)), next(iter(known), None))


def removed(old: DescribedActivity, new: DescribedActivity) -> tuple[Session, ...]:
    left = {session.id for session in new.sessions}
    return tuple(session for session in old.sessions if session.id not in left)


def _of_session(old: Session | None, new: Session) -> list[Change]:
    if old is None:
        return [Change("added", new.title, None, span(new))]
    found = []
    if (old.starts, old.ends, old.zone) != (new.starts, new.ends, new.zone):
        found.append(Change("time", new.title, span(old), span(new)))
    if old.place != new.place:
        found.append(Change("place", new.title, old.place, new.place))
    if old.link != new.link:
        found.append(Change("link", new.title, old.link, new.link))
    return found
