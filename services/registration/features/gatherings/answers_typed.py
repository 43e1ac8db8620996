"""Answers as people type them, in a form or a cell of a sheet."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from pydantic import TypeAdapter, ValidationError

from services.registration.features.gatherings.domain.answering import Misanswered
from shared.contracts.questions import Answer, Question
from shared.visible import visible

_ANSWER: Final = TypeAdapter[Answer](Answer)
_GROUPED: Final = re.compile(r"-?\d{1,3}(\.\d{3})+(,\d+)?")
_NUMBER: Final = re.compile(r"-?\d+([.,]\d+)?")
_DAY: Final = re.compile(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})")
_SENTENCES: Final = {
    "missing": "wajib dijawab",
    "not_a_number": "tulis dengan angka, misalnya 12 atau 12,5",
    "not_a_date": "tulis tanggalnya, misalnya 17-05-1990",
    "not_a_choice": "pilih dari pilihan yang ada",
    "not_a_phone": "tulis nomor yang lengkap, misalnya 0812-3456-7890",
    "one_line": "tulis dalam satu baris, paling banyak 200 huruf",
    "other_category": "tidak ditanyakan kepada unsur ini; kosongkan",
    "not_asked": "tidak ditanyakan dalam kegiatan ini",
}
_OTHER: Final = "terlalu panjang, atau memuat tanda yang tidak dapat dicetak"


def typed_answer(question: Question, typed: str) -> Answer | None:
    """None where nothing is said. Raises `Misanswered`."""
    text = visible(typed.replace("\r\n", "\n")).strip()
    if not text or text == "-":
        return None
    match question.answered_by:
        case "number":
            return _number(text)
        case "date":
            return _day(text)
        case "some":
            return _shaped(_parted(question, text))
        case _:
            return _shaped(text)


def chosen_answer(chosen: Sequence[str]) -> Answer | None:
    """Of boxes that are ticked. Raises `Misanswered`."""
    return _shaped([*chosen]) if chosen else None


def fault_words(question: Question, rule: str) -> str:
    """What is wrong with an answer, beginning with the question's words."""
    return f"{question.words}: {_SENTENCES.get(rule, _OTHER)}"


def _parted(question: Question, text: str) -> list[str]:
    """By semicolons or lines; by commas as other programs write them, where no choice has that comma."""
    offered, found = {one.casefold() for one in question.offered}, list[str]()
    for part in filter(None, (one.strip() for one in re.split(r"[;\n]", text))):
        whole = part.casefold() in offered
        found += [part] if whole else [one.strip() for one in part.split(",") if one.strip()]
    return found


def _shaped(given: str | list[str]) -> Answer:
    try:
        return _ANSWER.validate_python(given)
    except ValidationError:
        raise Misanswered("too_long") from None


def _number(text: str) -> float:
    if _GROUPED.fullmatch(text):
        text = text.replace(".", "")
    if not text.isascii() or len(text) > 15 or _NUMBER.fullmatch(text) is None:
        raise Misanswered("not_a_number")
    return float(text.replace(",", "."))


def _day(text: str) -> str:
    """`17-05-1990` or `1990-05-17`."""
    if found := _DAY.fullmatch(text):
        day, month, year = map(int, found.groups())
        try:
            return date(year, month, day).isoformat()
        except ValueError:
            raise Misanswered("not_a_date") from None
    return text[:10] if re.fullmatch(r"\d{4}-\d{2}-\d{2}([ T].*)?", text) else text
