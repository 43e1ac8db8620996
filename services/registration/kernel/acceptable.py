"""What a new command may hold beyond its shape. What was decided once keeps its outcome, so this is asked
after a command's identity; and messages stay as open as they are, since what stands must be readable."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from pydantic import ValidationError
from pydantic_core import from_json

from shared.contracts.commands import Command
from shared.contracts.misfits import Misfit, misfits
from shared.visible import all_visible

C = TypeVar("C", bound=Command)
Faults = Callable[[Any], Sequence[Misfit]]
"""Of a command as it is decided, in the order of its fields."""


class Unacceptable(Exception):
    """A command that is not to be asked like this."""

    def __init__(self, found: Sequence[Misfit]) -> None:
        super().__init__("a command that is not acceptable")
        self.found = found


def read(model: type[C], data: Any, faults: Faults) -> C:
    """A new command as it is decided: without signs that nobody sees. Raises `Unacceptable`."""
    try:
        command = model.model_validate(all_visible(data), extra="ignore")
    except ValidationError as error:
        raise Unacceptable([_seen(one, data) for one in misfits(error.errors())]) from None
    if found := faults(command):
        raise Unacceptable(found)
    return command


def check(command: Command, faults: Faults) -> None:
    """Of a command as it was sent. Raises `Unacceptable`."""
    encoded = command.encoded()
    if not encoded.isascii():
        read(type(command), from_json(encoded), faults)
    elif found := faults(command):
        raise Unacceptable(found)


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
