"""What became of a command."""

from typing import Literal

from shared.contracts.types import Count, Message, RegistrationId

Reason = Literal[
    "window_closed",
    "not_open_yet",
    "not_eligible",
    "already_registered",
    "activity_unknown",
    "activity_exists",
    "activity_cancelled",
    "quota_below_taken",
    "no_seat",
    "already_confirmed",
    "not_approved",
    "already_answered",
    "offer_ended",
    "not_invited",
    "deadline_passed",
    "quota_rule_fixed",
    "session_unknown",
    "session_not_open",
    "registration_unknown",
    "already_cancelled",
    "participant_unknown",
    "material_unknown",
    "too_many_materials",
    "file_unknown",
    "part_unknown",
    "too_many_parts",
    "id_reused",
    "invalid",
    "too_large",
]
ParkedReason = Literal["unreadable", "wrong_partition", "wrong_office", "unknown_type", "forbidden", "failed"]
Result = Literal[
    "confirmed",
    "waitlisted",
    "submitted",
    "rejected",
    "invited",
    "cancelled",
    "recorded",
    "published",
    "changed",
    "corrected",
    "withdrawn",
    "added",
    "removed",
    "received",
    "refused",
    "parked",
]


class CommandKey(Message):
    source: str
    id: str


class Outcome(Message):
    """`message` is one sentence for people, in Indonesian; `reason` is set for what was refused or parked."""

    command: CommandKey
    state: Literal["pending", "decided"]
    result: Result | None = None
    reason: Reason | ParkedReason | None = None
    message: str | None = None
    registration: RegistrationId | None = None
    place: Count | None = None
    fact: str | None = None
