"""A link to material of an activity: staff publish it, publish it anew, and withdraw it."""

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.kernel.decisions import Decision, NewFact, Refusal
from shared.contracts.commands import PublishMaterial
from shared.contracts.facts import MaterialPublished, MaterialWithdrawn


@dataclass(frozen=True, slots=True)
class Material:
    """`id`: within its activity; `version`: how many times it was published, each time with another content;
    `withdrawn`: it is shown to nobody, and keeps its versions for when it is published again."""

    activity: str
    id: str
    title: str
    url: str
    public: bool
    version: int
    withdrawn: bool = False

    @property
    def host(self) -> str:
        """Where the link leads."""
        return urlsplit(self.url).netloc

    def says(self, command: PublishMaterial) -> bool:
        shown = (self.title, self.url, self.public)
        return not self.withdrawn and shown == (command.title, command.url, command.public)


def state_id(activity: str, material: str) -> str:
    """Of all materials of an office; neither part holds a slash."""
    return f"{activity}/{material}"


def publish(activity: ActivityState | None, known: Material | None, command: PublishMaterial) -> Decision:
    if activity is None:
        return Refusal("activity_unknown")
    if activity.cancelled:
        return Refusal("activity_cancelled")
    if known is not None and known.says(command):
        return []
    fact = MaterialPublished(
        activity=command.activity,
        material=command.id,
        title=command.title,
        url=command.url,
        public=command.public,
        version=known.version + 1 if known else 1,
    )
    return [NewFact(fact)]


def withdraw(known: Material | None) -> Decision:
    """Also of an activity that was cancelled."""
    if known is None or known.withdrawn:
        return Refusal("material_unknown")
    return [NewFact(MaterialWithdrawn(activity=known.activity, material=known.id))]


def evolve(state: Material | None, content: NewFact, number: int) -> Material:
    body = content.body
    if isinstance(body, MaterialPublished):
        return Material(body.activity, body.material, body.title, body.url, body.public, body.version)
    assert state is not None, "only what was published is withdrawn"
    return replace(state, withdrawn=True)
