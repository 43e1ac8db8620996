"""What the token of a program may do: no role, but the few things that it was made for."""

import re
from collections.abc import Sequence
from typing import Final

from services.registration.kernel.actions import Action

SUBMIT: Final = "commands:submit"
SCOPE: Final = re.compile(
    r"commands:submit|outcomes:/[a-z][a-z0-9-]{1,19}/[\x21-\x7e]{1,200}|attendance:[a-z0-9-]{1,63}"
)
RESERVED: Final = frozenset({"staff", "public"})
"""Names of sources that no token has."""


def in_scope(scopes: Sequence[str], action: Action, activity: str | None, source: str) -> bool:
    """`source`: whose outcomes are asked for, if any are."""
    match action:
        case Action.REGISTER_PERSON:
            return SUBMIT in scopes
        case Action.RECORD_ATTENDANCE:
            return activity is not None and f"attendance:{activity}" in scopes
        case Action.FOLLOW_COMMAND:
            return True
        case Action.SEE_OUTCOMES:
            return bool(source) and f"outcomes:{source}" in scopes
        case _:
            return False
