"""Answers to what an activity asks: which fit, and as what they are held."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final

import phonenumbers
from pydantic import TypeAdapter, ValidationError

from services.registration.kernel.decisions import Refusal
from shared.contracts.activity import Activity, last_end
from shared.contracts.misfits import Misfit
from shared.contracts.questions import Answer, Question
from shared.contracts.types import Line
from shared.visible import visible

Held = Mapping[str, Answer]
"""By the id of the question."""
HOME: Final = "ID"
YEARS: Final = range(1900, 2101)
_LINE: Final = TypeAdapter(Line)


class Misanswered(ValueError):
    """`args[0]`: the rule that the answer breaks."""


def checked(
    questions: Sequence[Question], category: str, given: Mapping[str, Answer | None]
) -> Held | Refusal:
    """As they are held; what is taken away is not among them. The first that does not fit is named."""
    held, wrong = sorted_out(questions, category, given)
    return refused(wrong) if wrong else held


def sorted_out(
    questions: Sequence[Question], category: str, given: Mapping[str, Answer | None]
) -> tuple[Held, list[Misfit]]:
    """Those that fit as they are held, and what does not, in the order of the questions."""
    asked = {question.id: question for question in questions}
    held, wrong = dict[str, Answer](), [_misfit(name, "not_asked") for name in given if name not in asked]
    for name, question in asked.items():
        if (answer := given.get(name)) is None:
            continue
        if not question.asked_of(category):
            wrong.append(_misfit(name, "other_category"))
            continue
        try:
            held[name] = _READERS[question.answered_by](question, answer)
        except Misanswered as error:
            wrong.append(_misfit(name, error.args[0]))
    return held, wrong


def missing(questions: Iterable[Question], category: str, held: Held) -> list[Misfit]:
    """What somebody of this category must answer and has not."""
    return [
        _misfit(one.id, "missing")
        for one in questions
        if one.required and one.asked_of(category) and one.id not in held
    ]


def refused(wrong: Sequence[Misfit]) -> Refusal:
    return Refusal("invalid", wrong[0]._asdict())


def held_until(activity: Activity, question: Question) -> datetime | None:
    ends = last_end(activity.sessions)
    return ends + question.kept if ends else None


def ended(activity: Activity, now: datetime) -> frozenset[str]:
    """Questions whose answers are held no longer."""
    return frozenset(
        one.id for one in activity.questions if (until := held_until(activity, one)) and now >= until
    )


def still_held(activity: Activity, answers: Held, now: datetime) -> Held:
    """Of these answers; to what is asked no longer, nothing is held."""
    over, asked = ended(activity, now), {one.id for one in activity.questions}
    return {name: answer for name, answer in answers.items() if name in asked and name not in over}


def _misfit(name: str, rule: str) -> Misfit:
    return Misfit(f"answers.{name}", rule)


def _text(question: Question, answer: Answer) -> str:
    if not isinstance(answer, str):
        raise Misanswered("string_type")
    return answer


def _short(question: Question, answer: Answer) -> str:
    try:
        return _LINE.validate_python(_text(question, answer))
    except ValidationError:
        raise Misanswered("one_line") from None


def _number(question: Question, answer: Answer) -> float:
    if not isinstance(answer, float):
        raise Misanswered("not_a_number")
    return answer


def _date(question: Question, answer: Answer) -> str:
    try:
        found = date.fromisoformat(_text(question, answer))
    except ValueError:
        raise Misanswered("not_a_date") from None
    if found.year not in YEARS:
        raise Misanswered("not_a_date")
    return found.isoformat()


def _one(question: Question, answer: Answer) -> str:
    return _choice(question, _text(question, answer))


def _some(question: Question, answer: Answer) -> tuple[str, ...]:
    if not isinstance(answer, tuple) or not answer:
        raise Misanswered("not_a_choice")
    chosen = {_choice(question, one) for one in answer}
    return tuple(one for one in question.offered if one in chosen)


def _phone(question: Question, answer: Answer) -> str:
    """As the whole world dials it: `0812-3456-7890` is `+6281234567890`."""
    try:
        found = phonenumbers.parse(visible(_text(question, answer)), HOME)
    except phonenumbers.NumberParseException:
        raise Misanswered("not_a_phone") from None
    if not phonenumbers.is_possible_number(found):
        raise Misanswered("not_a_phone")
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)


def _choice(question: Question, answer: str) -> str:
    """Whatever its case, as people type it in a list."""
    alike = [one for one in question.offered if one.casefold() == answer.strip().casefold()]
    if not alike:
        raise Misanswered("not_a_choice")
    return alike[0]


_READERS: Final[Mapping[str, Callable[[Question, Answer], Answer]]] = {
    "short": _short,
    "long": _text,
    "number": _number,
    "date": _date,
    "one": _one,
    "some": _some,
    "phone": _phone,
}
