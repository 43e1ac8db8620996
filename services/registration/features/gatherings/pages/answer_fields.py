"""The fields of an activity's questions in a form: read as answers, or by field what to mend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.datastructures import FormData

from services.registration.features.gatherings.answers_shown import as_cells
from services.registration.features.gatherings.answers_typed import chosen_answer, fault_words, typed_answer
from services.registration.features.gatherings.domain.answering import Misanswered, missing, sorted_out
from shared.contracts.questions import Answer, Question

PREFIX: Final = "tanya."
LONGEST: Final = 2_500  # letters, a little more than an answer may have


@dataclass(frozen=True, slots=True)
class AnswerFields:
    """`values`: text by field, or what is chosen of several. `errors`: field -> what to do. `found`: what
    is answered, by question."""

    values: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    found: dict[str, Answer] = field(default_factory=dict)


def read_answers(
    form: FormData | Mapping[str, Any], questions: Sequence[Question], category: str, demanding: bool
) -> AnswerFields:
    """`demanding`: whether what must be answered is. What is typed where another category is asked does not
    count: the form shows it beside the rest."""
    read = AnswerFields()
    for question in questions:
        name = PREFIX + question.id
        read.values[name] = value = _value(form, name, question)
        if not category or not question.asked_of(category):
            continue
        try:
            answer = chosen_answer(value) if isinstance(value, list) else typed_answer(question, value)
        except Misanswered as wrong:
            read.errors[name] = fault_words(question, wrong.args[0])
            continue
        if answer is not None:
            read.found[question.id] = answer
    _check(read, questions, category, demanding)
    return read


def _check(read: AnswerFields, questions: Sequence[Question], category: str, demanding: bool) -> None:
    known = {question.id: question for question in questions}
    held, wrong = sorted_out(questions, category, read.found)
    if demanding:
        wrong += missing(questions, category, held)
    for one in wrong:
        name = one.field.partition(".")[2]
        read.errors.setdefault(PREFIX + name, fault_words(known[name], one.rule))


def answers_as_typed(questions: Sequence[Question], answers: Mapping[str, Answer]) -> dict[str, Any]:
    cells = dict(zip(questions, as_cells(questions, answers), strict=True))
    return {
        PREFIX + one.id: list(found) if isinstance(found := answers.get(one.id), tuple) else cells[one]
        for one in questions
    }


def in_order(errors: Mapping[str, str], questions: Sequence[Question]) -> dict[str, str]:
    names = [PREFIX + question.id for question in questions]
    return {name: errors[name] for name in names if name in errors}


def _value(form: FormData | Mapping[str, Any], name: str, question: Question) -> Any:
    if question.answered_by != "some":
        given = form.get(name)
        return given[:LONGEST] if isinstance(given, str) else ""
    many: Any = form.getlist(name) if isinstance(form, FormData) else form.get(name, ())
    return [one[:LONGEST] for one in many if isinstance(one, str)][: len(question.offered)]
