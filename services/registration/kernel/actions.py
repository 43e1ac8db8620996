"""What staff may do, and in which roles they do it: the words that routes and permissions share."""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    ADMIN = "admin"
    PANITIA = "panitia"
    PINTU = "pintu"
    PENELAAH = "penelaah"
    PIMPINAN = "pimpinan"


RoleClaims = Mapping[str, Mapping[str, Role]]
"""By a claim of a provider's, its name or its path with dots, which role each of its values gives."""


class Action(StrEnum):
    """Every route that is not for the public names the one that it is."""

    ENTER = "enter"
    """The desk's home, one's own devices, signing out."""
    ANNOUNCE_ACTIVITY = "announce_activity"
    CHANGE_ACTIVITY = "change_activity"
    CANCEL_ACTIVITY = "cancel_activity"
    PUBLISH_MATERIAL = "publish_material"
    """Also withdraw it, and see what is for staff alone."""
    SEE_ROSTER = "see_roster"
    """An activity and who takes part in it."""
    EXPORT_ROSTER = "export_roster"
    REGISTER_PERSON = "register_person"
    IMPORT_LIST = "import_list"
    CANCEL_REGISTRATION = "cancel_registration"
    RECORD_ATTENDANCE = "record_attendance"
    CORRECT_PERSON = "correct_person"
    SEE_PEOPLE = "see_people"
    """All people of the office, whatever they took part in."""
    COMPARE_PEOPLE = "compare_people"
    SEE_MAILS = "see_mails"
    SEND_MAIL = "send_mail"
    FOLLOW_COMMAND = "follow_command"
    """What became of a command, by its id: programs see their own."""
    SEE_OUTCOMES = "see_outcomes"
    """What became of the commands of one source."""
    SEE_COMMANDS = "see_commands"
    """What became of commands, and what could not be read."""
    MANAGE_ACCOUNTS = "manage_accounts"
    SEE_CHANGES = "see_changes"
    """Who did what in an activity, or to a person."""
    SEE_HISTORY = "see_history"
    """The whole office's, also as a file."""
