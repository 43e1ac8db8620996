"""What a mail needs and a fact may not hold. Private to the office; compacted; `rev` is a fact's number."""

from shared.contracts.activity import Session
from shared.contracts.types import Count, Email, Line, Message, Paragraph, Phone, RegistrationId, Slug


class RegistrationEntry(Message):
    """Who a registration is. Key `r:{registration}`."""

    rev: Count
    registration: RegistrationId
    activity: Slug
    name: Line
    email: Email
    phone: Phone | None = None


class ActivityEntry(Message):
    """An activity's details. Key `a:{activity}`."""

    rev: Count
    activity: Slug
    title: Line
    sessions: tuple[Session, ...]
    host: Line | None = None
    reply_to: Email | None = None
    cancelled: bool = False
    reason: Paragraph | None = None


def registration_key(registration: str) -> str:
    return f"r:{registration}"


def activity_key(activity: str) -> str:
    return f"a:{activity}"
