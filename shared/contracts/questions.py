"""What an activity asks of those who register, beside who they are, and how that is answered."""

from datetime import timedelta
from typing import Annotated, Final, Literal, NamedTuple, Self

from pydantic import Field, StringConstraints, model_validator

from shared.contracts.misfits import misfit
from shared.contracts.types import Category, Duration, Line, Message, Paragraph, Slug

Kind = Literal["short", "long", "number", "date", "one", "some", "phone"]
MOST_OWN: Final = 15
MOST_CHOICES: Final = 30
KEPT: Final = timedelta(days=180)
"""How long after the last session answers are held where nothing else is said."""

Choice = Annotated[
    str,
    # no signs that part the choices of a list from each other
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029;]+$"
    ),
]
Number = Annotated[float, Field(strict=True, ge=-1e12, le=1e12, allow_inf_nan=False)]
Answer = Number | Paragraph | tuple[Line, ...]
"""A number, a text (a date as ISO 8601 has it), or several of the choices."""
Answers = Annotated[dict[Slug, Answer], Field(max_length=40)]
"""By the id of the question."""
AnswersGiven = Annotated[dict[Slug, Answer | None], Field(max_length=40)]
"""A null takes an answer away."""


class BuiltIn(NamedTuple):
    """A question that every office may ask with the same words."""

    label: str
    kind: Kind
    choices: tuple[str, ...] = ()


_RANKS: Final = tuple(f"{rank}/{step}" for rank in ("I", "II", "III", "IV") for step in "abcd")
BUILT_IN: Final[dict[str, BuiltIn]] = {
    "jenis-kelamin": BuiltIn("Jenis kelamin", "one", ("Laki-laki", "Perempuan")),
    "jabatan": BuiltIn("Jabatan", "short"),
    "golongan": BuiltIn(
        "Golongan", "one", (*_RANKS, "IV/e", "PPPK V", "PPPK VII", "PPPK IX", "PPPK X", "Bukan ASN")
    ),
    "nomor-wa": BuiltIn("Nomor WhatsApp", "phone"),
    "kebutuhan-khusus": BuiltIn("Kebutuhan khusus", "long"),
}
"""By the id of the question."""


class Question(Message):
    """One of the built-in ones by its id alone, or one of the office's own. `categories`: of whom it is
    asked; not given, of everybody. `keep`: how long after the last session its answers are held."""

    id: Slug
    label: Line | None = None
    kind: Kind | None = None
    choices: tuple[Choice, ...] = Field(default=(), max_length=MOST_CHOICES)
    required: Annotated[bool, Field(strict=True)] = False
    categories: tuple[Category, ...] | None = None
    keep: Duration | None = None

    @model_validator(mode="after")
    def _built_in_or_whole(self) -> Self:
        if self.built_in:
            if self.label or self.kind or self.choices:
                raise misfit("id", "built_in", "a built-in question has words of its own")
            return self
        if not self.label:
            raise misfit("label", "missing", "a question has words")
        if not self.kind:
            raise misfit("kind", "missing", "a question says how it is answered")
        if (self.kind in ("one", "some")) != (len(self.choices) > 1):
            raise misfit("choices", "choices", "there are choices exactly where one or some are chosen")
        if len({choice.casefold() for choice in self.choices}) != len(self.choices):
            raise misfit("choices", "same_choice", "two choices are the same")
        return self

    @property
    def built_in(self) -> BuiltIn | None:
        return BUILT_IN.get(self.id)

    @property
    def words(self) -> str:
        return self.built_in.label if self.built_in else self.label or self.id

    @property
    def answered_by(self) -> Kind:
        return self.built_in.kind if self.built_in else self.kind or "short"

    @property
    def offered(self) -> tuple[str, ...]:
        return self.built_in.choices if self.built_in else self.choices

    @property
    def kept(self) -> timedelta:
        return KEPT if self.keep is None else self.keep

    def asked_of(self, category: str) -> bool:
        return not self.categories or category in self.categories


Questions = Annotated[tuple[Question, ...], Field(max_length=MOST_OWN + len(BUILT_IN))]


def require_together(questions: tuple[Question, ...]) -> None:
    """Raises `PydanticCustomError`."""
    if len({question.id for question in questions}) != len(questions):
        raise misfit("questions", "same_id", "two have the same id")
    if sum(not question.built_in for question in questions) > MOST_OWN:
        raise misfit("questions", "too_long", "there are too many questions of one's own")
