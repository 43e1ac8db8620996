"""Material of an activity, a link or a file: staff publish it, publish it anew, and withdraw it."""

from dataclasses import dataclass, replace
from typing import Final

from services.registration.features.files.domain.stored_file import FileReference, StoredFile
from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.kernel.decisions import Decision, NewFact, Refusal
from shared.contracts.commands import PublishMaterial
from shared.contracts.facts import MaterialPublished, MaterialWithdrawn

MATERIAL: Final = "material"
MOST_SHOWN: Final = 100
"""Of an activity: what is shown is one list."""


@dataclass(frozen=True, slots=True)
class MaterialLink:
    """What stays in the office."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class MaterialFile:
    """The same of one that the office keeps itself."""

    title: str
    file: StoredFile


Content = MaterialLink | MaterialFile


@dataclass(frozen=True, slots=True)
class Material:
    """`id`: within its activity; `content`: None where it is shown to nobody, since it was withdrawn or was
    lost with the office's database; `version`: how many times it was published, each time with another
    content, and counted on from there when it is published again."""

    activity: str
    id: str
    content: Content | None
    public: bool
    version: int

    @property
    def file(self) -> StoredFile | None:
        return self.content.file if isinstance(self.content, MaterialFile) else None


def state_id(activity: str, material: str) -> str:
    """Of all materials of an office; neither part holds a slash."""
    return f"{activity}/{material}"


def publish(
    activity: ActivityState | None,
    known: Material | None,
    shown: int,
    file: StoredFile | None,
    command: PublishMaterial,
) -> Decision:
    """`shown`: how many materials of the activity are; `file`: the one that is named, if it is there."""
    if activity is None:
        return Refusal("activity_unknown")
    if activity.cancelled:
        return Refusal("activity_cancelled")
    content = _content(file, command)
    if content is None:
        return Refusal("file_unknown")
    if known is not None and (known.content, known.public) == (content, command.public):
        return []
    if shown >= MOST_SHOWN and (known is None or known.content is None):
        return Refusal("too_many_materials", {"most": MOST_SHOWN})
    fact = MaterialPublished(
        activity=command.activity,
        material=command.id,
        public=command.public,
        version=known.version + 1 if known else 1,
        **({"notify": True} if command.notify else {}),
    )
    return [NewFact(fact, content, _held(known, command.activity, command.id, content))]


def _content(file: StoredFile | None, command: PublishMaterial) -> Content | None:
    if command.url is not None:
        return MaterialLink(command.title, command.url)
    return MaterialFile(command.title, file) if file else None


def _held(
    known: Material | None, activity: str, material: str, content: Content | None
) -> tuple[FileReference, ...]:
    """What is to be written of files, if the material had one or has one now."""
    digest = content.file.digest if isinstance(content, MaterialFile) else None
    before = known.file if known else None
    if digest is None and before is None:
        return ()
    return (FileReference(MATERIAL, state_id(activity, material), digest),)


def withdraw(known: Material | None) -> Decision:
    """Also of an activity that was cancelled."""
    if known is None or known.content is None:
        return Refusal("material_unknown")
    fact = MaterialWithdrawn(
        activity=known.activity, material=known.id, public=known.public, version=known.version
    )
    return [NewFact(fact, None, _held(known, known.activity, known.id, None))]


def evolve(state: Material | None, content: NewFact, number: int) -> Material:
    body = content.body
    if isinstance(body, MaterialPublished):
        return Material(body.activity, body.material, content.private, body.public, body.version)
    assert state is not None, "only what was published is withdrawn"
    return replace(state, content=None)
