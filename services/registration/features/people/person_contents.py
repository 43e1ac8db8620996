"""What of a person a new command may hold beyond its shape."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Final

from services.registration.features.people.naming import fault_of_name
from shared import identity
from shared.contracts.commands import CorrectParticipant, Participant
from shared.contracts.misfits import Misfit
from shared.contracts.types import Message
from shared.visible import visible

FEWEST_DIGITS: Final = 5  # of a telephone number
Rules = Mapping[str, Callable[[str], str | None]]


def of_correction(command: CorrectParticipant) -> list[Misfit]:
    return list(of_person(command, ""))


def of_person(who: Participant | CorrectParticipant, path: str) -> Iterator[Misfit]:
    given = [name for name in ("name", "phone", "nip") if name in who.model_fields_set]
    for misfit in of_texts(RULES, who, "participant.", *given):
        yield misfit._replace(field=path + misfit.field.removeprefix("participant."))


def of_texts(rules: Rules, of: Message, path: str, *names: str) -> Iterator[Misfit]:
    for name in names:
        text: str | None = getattr(of, name)
        rule = None if text is None else rules[path + name](text)
        if rule is not None:
            yield Misfit(path + name, rule)


def rule_broken(rules: Rules, field: str, typed: str) -> str | None:
    """By a text as it was typed, in a field; None where it may stand there."""
    seen = visible(typed).strip()
    return rules[field](seen) if seen else "invisible"


def _of_phone(text: str) -> str | None:
    return "too_few_digits" if sum(sign.isdigit() for sign in text) < FEWEST_DIGITS else None


def _of_nip(text: str) -> str | None:
    try:
        identity.nip(text)
    except identity.NotANumber as wrong:
        return f"nip_{wrong.rule}"
    return None


RULES: Final[Rules] = {
    "participant.name": partial(fault_of_name, person=True),
    "participant.phone": _of_phone,
    "participant.nip": _of_nip,
}
