"""Who of the directorate may do what: the one table of roles and actions, and the scopes of programs."""

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from shared.accounts.domain.history import ACCOUNT_DEEDS
from shared.accounts.domain.permissions import Roles


class Role(StrEnum):
    MELIHAT = "melihat"
    MENGELOLA = "mengelola"


class Action(StrEnum):
    """Every route names the one that it is, but those that are the public's."""

    ENTER = "enter"
    """One's own devices and passkeys, signing out."""
    SEE_FIGURES = "see_figures"
    """Exactly, however few people they count."""
    EXPORT_FIGURES = "export_figures"
    MANAGE_ACCOUNTS = "manage_accounts"
    SEE_HISTORY = "see_history"


_EVERYBODY: Final = frozenset(Role)
PERMITTED: Final[Mapping[str, frozenset[str]]] = {
    Action.ENTER: _EVERYBODY,
    Action.SEE_FIGURES: _EVERYBODY,
    Action.EXPORT_FIGURES: _EVERYBODY,
    Action.MANAGE_ACCOUNTS: frozenset({Role.MENGELOLA}),
    Action.SEE_HISTORY: frozenset({Role.MENGELOLA}),
}
ROLES: Final = Roles(
    {
        Role.MELIHAT: "Melihat: angka tepat, juga unduhannya",
        Role.MENGELOLA: "Mengelola: juga akun, token, dan riwayat",
    },
    PERMITTED,
)

READ: Final = "figures:read"
SCOPE: Final = re.compile(re.escape(READ))
_OF_READING: Final = frozenset({Action.SEE_FIGURES, Action.EXPORT_FIGURES})

DEEDS: Final[Mapping[str, str]] = {
    **ACCOUNT_DEEDS,
    "read_figures": "membaca angka tepat lewat API",
    "export_figures": "mengunduh angka tepat",
}
"""What the history tells, in words."""


def in_scope(scopes: Sequence[str], action: str) -> bool:
    return READ in scopes and action in _OF_READING
