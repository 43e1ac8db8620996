"""What a new command may hold beyond its shape. What was decided once keeps its outcome, so this is asked
after a command's identity; and messages stay as open as they are, since what stands must be readable."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, TypeVar

from pydantic import ValidationError
from pydantic_core import from_json

from services.registration.application.naming import fault_of_name
from shared import identity
from shared.contracts.activity import Activity, Session
from shared.contracts.commands import (
    ChangeActivity,
    Command,
    CorrectParticipant,
    Participant,
    PublishActivity,
    SubmitRegistration,
)
from shared.contracts.misfits import Misfit, misfits
from shared.contracts.types import Message
from shared.visible import all_visible, visible

C = TypeVar("C", bound=Command)
YEARS: Final = range(2000, 2101)
LONGEST: Final = timedelta(days=366)
FEWEST_DIGITS: Final = 5  # of a telephone number


class Unacceptable(Exception):
    """A command that is not to be asked like this."""

    def __init__(self, found: list[Misfit]) -> None:
        super().__init__("a command that is not acceptable")
        self.found = found


def read(model: type[C], data: Any) -> C:
    """A new command as it is decided: without signs that nobody sees. Raises `Unacceptable`."""
    try:
        command = model.model_validate(all_visible(data), extra="ignore")
    except ValidationError as error:
        raise Unacceptable([_seen(one, data) for one in misfits(error.errors())]) from None
    if found := faults(command):
        raise Unacceptable(found)
    return command


def check(command: Command) -> None:
    """Of a command as it was sent. Raises `Unacceptable`."""
    encoded = command.encoded()
    if not encoded.isascii():
        read(type(command), from_json(encoded))
    elif found := faults(command):
        raise Unacceptable(found)


def faults(command: Command) -> list[Misfit]:
    """Of a command as it is decided, in the order of its fields."""
    match command:
        case PublishActivity() | ChangeActivity():
            return list(_of_activity(command))
        case SubmitRegistration():
            return list(_of_submission(command))
        case CorrectParticipant():
            return list(_of_person(command, ""))
    return []


def rule_broken(field: str, typed: str) -> str | None:
    """By a text as it was typed, in a field of a submission; None where it may stand there."""
    seen = visible(typed).strip()
    return _RULES[field](seen) if seen else "invisible"


def _seen(found: Misfit, data: Any) -> Misfit:
    """What looks empty, and is not, is told as such."""
    for part in found.field.split("."):
        at = int(part) if isinstance(data, list) and part.isdecimal() else part
        try:
            data = data[at]
        except (KeyError, IndexError, TypeError):
            return found
    empty = isinstance(data, str) and data.strip() and found.rule == "string_too_short"
    return found._replace(rule="invisible") if empty else found


def _of_activity(command: PublishActivity | ChangeActivity) -> Iterator[Misfit]:
    for name, field in Activity.model_fields.items():
        if field.is_required() and name in command.model_fields_set and getattr(command, name) is None:
            yield Misfit(name, "required")
    for at, session in enumerate(command.sessions or ()):
        yield from _instants(session, f"sessions.{at}.", "starts", "ends")
    yield from _instants(command, "", "opens", "closes")
    for name in ("reminder_before", "attendance_opens_before"):
        given: timedelta | None = getattr(command, name)
        if given is not None and not timedelta(0) <= given <= LONGEST:
            yield Misfit(name, "duration_out_of_range")


def _instants(of: Session | PublishActivity | ChangeActivity, path: str, *names: str) -> Iterator[Misfit]:
    for name in names:
        at: datetime | None = getattr(of, name)
        if at is not None and at.year not in YEARS:
            yield Misfit(path + name, "instant_out_of_range")


def _of_submission(command: SubmitRegistration) -> Iterator[Misfit]:
    yield from _of_person(command.participant, "participant.")
    if command.institution is not None:
        yield from _of_texts(command.institution, "institution.", "name", "npsn")
    yield from _of_texts(command, "", "group")


def _of_person(who: Participant | CorrectParticipant, path: str) -> Iterator[Misfit]:
    given = [name for name in ("name", "phone", "nip") if name in who.model_fields_set]
    for misfit in _of_texts(who, "participant.", *given):
        yield misfit._replace(field=path + misfit.field.removeprefix("participant."))


def _of_texts(of: Message, path: str, *names: str) -> Iterator[Misfit]:
    for name in names:
        text: str | None = getattr(of, name)
        rule = None if text is None else _RULES[path + name](text)
        if rule is not None:
            yield Misfit(path + name, rule)


def _of_phone(text: str) -> str | None:
    return "too_few_digits" if sum(sign.isdigit() for sign in text) < FEWEST_DIGITS else None


def _of_nip(text: str) -> str | None:
    try:
        identity.nip(text)
    except identity.NotANumber as wrong:
        return f"nip_{wrong.rule}"
    return None


_RULES: Final[dict[str, Callable[[str], str | None]]] = {
    "participant.name": partial(fault_of_name, person=True),
    "participant.phone": _of_phone,
    "participant.nip": _of_nip,
    "institution.name": fault_of_name,
    "institution.npsn": partial(fault_of_name, letters=False),
    "group": partial(fault_of_name, letters=False),
}
