"""Who stands behind a registration, without a name."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.contracts.commands import Institution
from shared.contracts.questions import Answer
from shared.contracts.types import Category


@dataclass(frozen=True, slots=True)
class Registrant:
    """Who registered and for what they stand. `ref` and `contact` lead to the person in this office only.
    `submitted_by`: the source that submitted it, of one that may cancel only what it submitted; `answers`: to
    the activity's questions."""

    ref: str
    contact: str
    category: Category
    regency: str | None = None
    cohort: int | None = None
    institution: Institution | None = None
    group: str | None = None
    role_in_group: str | None = None
    submitted_by: str | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
