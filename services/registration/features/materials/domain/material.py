"""A link to material of an activity: staff publish it, publish it anew, and withdraw it."""

from dataclasses import dataclass, replace
from typing import Final

from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.kernel.decisions import Decision, NewFact, Refusal
from shared.contracts.commands import PublishMaterial
from shared.contracts.facts import MaterialPublished, MaterialWithdrawn

MOST_SHOWN: Final = 100
"""Of an activity: what is shown is one list."""


@dataclass(frozen=True, slots=True)
class MaterialLink:
    """What stays in the office."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Material:
    """`id`: within its activity; `link`: None where it is shown to nobody, since it was withdrawn or its link
    was lost with the office's database; `version`: how many times it was published, each time with another
    content, and counted on from there when it is published again."""

    activity: str
    id: str
    link: MaterialLink | None
    public: bool
    version: int


def state_id(activity: str, material: str) -> str:
    """Of all materials of an office; neither part holds a slash."""
    return f"{activity}/{material}"


def publish(
    activity: ActivityState | None, known: Material | None, shown: int, command: PublishMaterial
) -> Decision:
    """`shown`: how many materials of the activity are."""
    if activity is None:
        return Refusal("activity_unknown")
    if activity.cancelled:
        return Refusal("activity_cancelled")
    link = MaterialLink(command.title, command.url)
    if known is not None and (known.link, known.public) == (link, command.public):
        return []
    if shown >= MOST_SHOWN and (known is None or known.link is None):
        return Refusal("too_many_materials", {"most": MOST_SHOWN})
    fact = MaterialPublished(
        activity=command.activity,
        material=command.id,
        public=command.public,
        version=known.version + 1 if known else 1,
    )
    return [NewFact(fact, link)]


def withdraw(known: Material | None) -> Decision:
    """Also of an activity that was cancelled."""
    if known is None or known.link is None:
        return Refusal("material_unknown")
    fact = MaterialWithdrawn(
        activity=known.activity, material=known.id, public=known.public, version=known.version
    )
    return [NewFact(fact)]


def evolve(state: Material | None, content: NewFact, number: int) -> Material:
    body = content.body
    if isinstance(body, MaterialPublished):
        return Material(body.activity, body.material, content.private, body.public, body.version)
    assert state is not None, "only what was published is withdrawn"
    return replace(state, link=None)
