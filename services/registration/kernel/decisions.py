"""What a decision gives: facts with what stays in the office beside them, or a refusal."""

from dataclasses import dataclass, field
from typing import Any

from shared.contracts.facts import Body
from shared.contracts.outcomes import Reason


@dataclass(frozen=True, slots=True)
class NewFact:
    """A fact: `body` is published. `private` never leaves the office's MongoDB; of what type it is, says the
    fact's feature. `side_writes`: what the fact's transaction writes beside the states of its partition."""

    body: Body
    private: Any = None
    side_writes: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """`numbers` go into the sentence that people read: seats taken, a quota's id, never a person's data."""

    reason: Reason
    numbers: dict[str, str | int] = field(default_factory=dict)
    side_writes: tuple[object, ...] = ()


Decision = list[NewFact] | Refusal
"""Facts, none when the command changes nothing, or a refusal."""
