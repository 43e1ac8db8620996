"""A person with a part in an activity: narasumber, moderator, pembuka, panitia. They take no seat."""

from dataclasses import dataclass, replace
from typing import Final

from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.kernel.decisions import Decision, NewFact, Refusal
from shared.contracts.commands import AddPart
from shared.contracts.facts import PartAdded, PartRemoved

MOST: Final = 100
"""Of an activity: they are one list."""


@dataclass(frozen=True, slots=True)
class PartHolder:
    """What stays in the office. `sessions`: empty where their part is in all of them."""

    name: str
    institution: str | None = None
    email: str | None = None
    phone: str | None = None
    sessions: tuple[str, ...] = ()
    order: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """`kind`: what they do; `holder`: None where nobody has it any more, or nobody knows who."""

    activity: str
    id: str
    kind: str
    holder: PartHolder | None


def add(activity: ActivityState | None, known: Part | None, held: int, command: AddPart) -> Decision:
    """`held`: how many parts of the activity are."""
    if activity is None:
        return Refusal("activity_unknown")
    if activity.cancelled:
        return Refusal("activity_cancelled")
    if known is not None and known.activity != command.activity:
        return Refusal("part_unknown")
    if not {*command.sessions} <= {session.id for session in activity.described.sessions}:
        return Refusal("session_unknown")
    holder = PartHolder(
        command.name,
        command.institution,
        command.email,
        command.phone,
        tuple(sorted({*command.sessions})),
        command.order,
    )
    if known is not None and (known.kind, known.holder) == (command.part, holder):
        return []
    if held >= MOST and (known is None or known.holder is None):
        return Refusal("too_many_parts", {"most": MOST})
    fact = PartAdded(
        activity=command.activity,
        part=command.id,
        kind=command.part,
        notify=_concerns(known, command.part, holder),
    )
    return [NewFact(fact, holder)]


def _concerns(known: Part | None, kind: str, holder: PartHolder) -> bool:
    """Whether they are to hear of it: that they have it, what it is, or where it is."""
    if holder.email is None:
        return False
    if known is None or known.holder is None:
        return True
    before = known.holder
    return (known.kind, before.email, before.sessions) != (kind, holder.email, holder.sessions)


def remove(known: Part | None, activity: str) -> Decision:
    if known is None or known.holder is None or known.activity != activity:
        return Refusal("part_unknown")
    return [NewFact(PartRemoved(activity=known.activity, part=known.id, kind=known.kind))]


def evolve(state: Part | None, content: NewFact, number: int) -> Part:
    body = content.body
    if isinstance(body, PartAdded):
        return Part(body.activity, body.part, body.kind, content.private)
    assert state is not None, "only what was added is removed"
    return replace(state, holder=None)
