"""Who may do what: the one table of roles and actions."""

from collections.abc import Mapping
from typing import Final

from services.registration.kernel.actions import Action, Role
from shared.accounts.domain.permissions import Roles

EVERYBODY: Final = frozenset(Role)
_WORKING: Final = frozenset({Role.ADMIN, Role.PANITIA})
_SEEING: Final = _WORKING | {Role.PIMPINAN}

PERMITTED: Final[Mapping[str, frozenset[str]]] = {
    Action.ENTER: EVERYBODY,
    Action.ANNOUNCE_ACTIVITY: _WORKING,
    Action.CHANGE_ACTIVITY: _WORKING,
    Action.CANCEL_ACTIVITY: _WORKING,
    Action.PUBLISH_MATERIAL: _WORKING,
    Action.SEE_PARTS: _SEEING,
    Action.MANAGE_PARTS: _WORKING,
    Action.UPLOAD_FILE: _WORKING,
    Action.SEE_ROSTER: _SEEING,
    Action.EXPORT_ROSTER: _WORKING,
    Action.REGISTER_PERSON: _WORKING,
    Action.IMPORT_LIST: _WORKING,
    Action.CANCEL_REGISTRATION: _WORKING,
    Action.CHANGE_REGISTRATION: _WORKING,
    Action.SEAT_REGISTRATION: _WORKING,
    Action.APPROVE_REGISTRATION: _WORKING,
    Action.INVITE: _WORKING,
    Action.SUBSTITUTE_REGISTRATION: _WORKING,
    Action.RECORD_ATTENDANCE: _WORKING | {Role.PINTU},
    Action.CORRECT_PERSON: _WORKING,
    Action.SEE_PEOPLE: _SEEING,
    Action.COMPARE_PEOPLE: _WORKING,
    Action.SEE_MAILS: _SEEING,
    Action.SEND_MAIL: _WORKING,
    Action.FOLLOW_COMMAND: frozenset({Role.ADMIN}),
    Action.SEE_OUTCOMES: frozenset({Role.ADMIN}),
    Action.SEE_COMMANDS: frozenset({Role.ADMIN}),
    Action.MANAGE_ACCOUNTS: frozenset({Role.ADMIN}),
    Action.SEE_CHANGES: _WORKING,
    Action.SEE_HISTORY: frozenset({Role.ADMIN}),
}

ROLES: Final = Roles(
    {
        Role.ADMIN: "Admin: semuanya, juga akun",
        Role.PANITIA: "Panitia: mengurus kegiatan dan peserta",
        Role.PINTU: "Pintu: mencatat kehadiran",
        Role.PENELAAH: "Penelaah: menelaah naskah",
        Role.PIMPINAN: "Pimpinan: melihat",
    },
    PERMITTED,
    of_activities=True,
)
