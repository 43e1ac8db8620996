"""Answers in a row of a list: those that fit are taken, of the others it is said which do not."""

from collections.abc import Mapping, Sequence

from services.registration.features.gatherings.answers_typed import fault_words, typed_answer
from services.registration.features.gatherings.domain.answering import Misanswered, sorted_out
from services.registration.features.gatherings.sheets.cells import CellRefused, unread
from services.registration.features.gatherings.sheets.list_columns import ANSWER
from services.registration.features.gatherings.sheets.sheet_row import Fault
from services.registration.workbooks.sheets import Cell, Unread
from shared.contracts.questions import Answer, Question

WITHOUT = "diundang tanpa jawaban ini"


def answers_of_row(
    cells: Mapping[str, Cell], questions: Sequence[Question], category: str
) -> tuple[dict[str, Answer], list[Fault]]:
    """Somebody is invited whatever their answers."""
    given, faults = dict[str, Answer](), list[Fault]()
    for question in questions:
        name = ANSWER + question.id
        try:
            answer = typed_answer(question, _text(cells[name])) if name in cells else None
        except CellRefused as refused:
            faults.append(Fault(name, f"{refused}; {WITHOUT}", refused=False))
            continue
        except Misanswered as wrong:
            faults.append(_fault(question, wrong.args[0]))
            continue
        if answer is not None:
            given[question.id] = answer
    known = {question.id: question for question in questions}
    held, misfits = sorted_out(questions, category, given)
    faults += [_fault(known[one.field.partition(".")[2]], one.rule) for one in misfits]
    return {name: given[name] for name in held}, faults


def _fault(question: Question, rule: str) -> Fault:
    return Fault(ANSWER + question.id, f"{fault_words(question, rule)}; {WITHOUT}", refused=False)


def _text(cell: Cell) -> str:
    """A number in full, with a comma. Raises `CellRefused` for an error."""
    if isinstance(cell, Unread):
        raise CellRefused(unread(cell))
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell).replace(".", ",")
    return str(cell)
