"""The questions of an activity as its form carries them on unseen: as JSON in one field."""

import json
from collections.abc import Sequence
from typing import Final

from pydantic import TypeAdapter, ValidationError

from shared.contracts.questions import Question

_QUESTIONS: Final = TypeAdapter(tuple[Question, ...])


def questions_typed(text: str) -> list[Question]:
    """Of the form's hidden field; none where somebody made it otherwise."""
    try:
        return [*_QUESTIONS.validate_json(text)] if text else []
    except ValidationError:
        return []


def questions_json(questions: Sequence[Question]) -> str:
    if not questions:
        return ""
    return json.dumps(
        [one.model_dump(mode="json", exclude_defaults=True) for one in questions], ensure_ascii=False
    )
