"""What a batch may need of the register, read before it is decided."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

States = dict[str, dict[str, Any]]
"""By kind and id."""


class Ref(NamedTuple):
    """Names one state."""

    kind: str
    id: str


@dataclass(slots=True)
class LoadedStates:
    """`states`: None of what was looked for and is not there; `beside`: by a feature's name, what its
    decisions look at beside states; `known`: identity -> payload of what was decided; `unfinished`: states
    with a step to go on with when they were last written, read for a tick."""

    states: States = field(default_factory=dict)
    beside: dict[str, Any] = field(default_factory=dict)
    known: dict[bytes, bytes] = field(default_factory=dict)
    unfinished: set[Ref] = field(default_factory=set)
