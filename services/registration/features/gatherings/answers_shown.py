"""What somebody answered, in words for people: on pages and in sheets."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from services.registration.features.gatherings.domain.answering import Held, ended, held_until
from shared.contracts.activity import Activity
from shared.contracts.questions import Answer, Question
from shared.words import MONTHS, number


class ShownAnswer(NamedTuple):
    """`answer`: empty where nothing is held. `until`: when it is removed; `over`: that was already."""

    question: Question
    answer: str
    until: datetime | None
    over: bool


def shown_answers(activity: Activity, category: str, answers: Held, now: datetime) -> list[ShownAnswer]:
    """To each question that concerns somebody of this category, or was answered all the same."""
    over = ended(activity, now)
    return [
        ShownAnswer(
            one,
            "" if one.id in over else in_words(one, answers.get(one.id)),
            held_until(activity, one),
            one.id in over,
        )
        for one in activity.questions
        if one.asked_of(category) or one.id in answers
    ]


def in_words(question: Question, answer: Answer | None) -> str:
    if answer is None:
        return ""
    if isinstance(answer, float):
        whole, _, rest = f"{answer:.6f}".rstrip("0").partition(".")
        return number(int(whole)) + (f",{rest}" if rest else "")
    if isinstance(answer, str):
        return _day(answer) if question.answered_by == "date" else answer
    return ", ".join(answer)


def as_cells(questions: Sequence[Question], answers: Mapping[str, Answer]) -> list[str]:
    """As sheets hold them, one for each question, and as an import reads them again."""
    return [_cell(answers.get(question.id)) for question in questions]


def _cell(answer: Answer | None) -> str:
    if answer is None:
        return ""
    if isinstance(answer, float):
        return f"{answer:.6f}".rstrip("0").rstrip(".").replace(".", ",")
    return answer if isinstance(answer, str) else "; ".join(answer)


def _day(answer: str) -> str:
    at = date.fromisoformat(answer)
    return f"{at.day} {MONTHS[at.month - 1]} {at.year}"
