"""What a new command may hold beyond its shape. What was decided once keeps its outcome, so this is asked
after a command's identity; and messages stay as open as they are, since what stands must be readable."""

from collections.abc import Iterator
from datetime import datetime, timedelta
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
from shared.visible import all_visible

C = TypeVar("C", bound=Command)
YEARS: Final = range(2000, 2101)
LONGEST: Final = timedelta(days=366)


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
    for name in command.model_fields_set & Activity.model_fields.keys():
        if getattr(command, name) is None and Activity.model_fields[name].is_required():
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
        yield from _of_line(command.institution.name, "institution.name")
        yield from _of_line(command.institution.npsn, "institution.npsn", letters=False)
    yield from _of_line(command.group, "group", letters=False)


def _of_person(who: Participant | CorrectParticipant, path: str) -> Iterator[Misfit]:
    if "name" in who.model_fields_set:
        yield from _of_line(who.name, f"{path}name", person=True)
    if who.phone is not None and sum(sign.isdigit() for sign in who.phone) < 5:
        yield Misfit(f"{path}phone", "too_few_digits")
    if who.nip is not None:
        try:
            identity.nip(who.nip)
        except identity.NotANumber as wrong:
            yield Misfit(f"{path}nip", f"nip_{wrong.rule}")


def _of_line(text: str | None, field: str, **how: Any) -> Iterator[Misfit]:
    rule = None if text is None else fault_of_name(text, **how)
    if rule is not None:
        yield Misfit(field, rule)
