"""What a mail needs and a fact may not hold, and what an office needs beside its facts to have its register
again. Private to the office; compacted; `rev` is a fact's number."""

from typing import Annotated, Final, Literal

from pydantic import StringConstraints

from shared.contracts.activity import Contact, Quota, Session, Speaker
from shared.contracts.commands import Institution, PersonRef
from shared.contracts.questions import Answers, Questions
from shared.contracts.types import (
    AccountId,
    AwareDatetime,
    Count,
    Duration,
    Email,
    FileDigest,
    HttpsLink,
    Line,
    Message,
    Paragraph,
    Phone,
    RegistrationId,
    Slug,
)


class RegistrationEntry(Message):
    """Who a registration is. Key `r:{registration}`. `reason`: why it was not approved. No mail needs what
    comes after that."""

    rev: Count
    registration: RegistrationId
    activity: Slug
    name: Line
    email: Email
    phone: Phone | None = None
    reason: Paragraph | None = None
    ref: PersonRef | None = None
    institution: Institution | None = None
    group: Line | None = None
    role_in_group: str | None = None
    answers: Answers | None = None


class ActivityEntry(Message):
    """An activity's details. Key `a:{activity}`. No mail needs what comes after `reason`; entries from before
    the office stated it have no `quotas`."""

    rev: Count
    activity: Slug
    title: Line
    sessions: tuple[Session, ...]
    host: Line | None = None
    reply_to: Email | None = None
    cancelled: bool = False
    reason: Paragraph | None = None
    kind: Slug | None = None
    quotas: tuple[Quota, ...] | None = None
    opens: AwareDatetime | None = None
    closes: AwareDatetime | None = None
    speakers: tuple[Speaker | Line, ...] = ()
    topics: tuple[Line, ...] = ()
    purpose: Paragraph | None = None
    description: Paragraph | None = None
    rundown: Paragraph | None = None
    contact: Contact | None = None
    reminder_before: Duration | None = None
    attendance_opens_before: Duration | None = None
    approval: bool | None = None
    invitation_only: bool | None = None
    offer_within: Duration | None = None
    continues: Slug | None = None
    questions: Questions = ()


class InvitationEntry(Message):
    """Who was invited. Key `i:{invitation}`. `text`, `letter`: what the mail says besides, and leads to."""

    rev: Count
    invitation: RegistrationId
    activity: Slug
    name: Line
    email: Email
    institution: Institution | None = None
    text: Paragraph | None = None
    letter: HttpsLink | None = None
    seats: Count
    until: AwareDatetime


class SignInNews(Message):
    """`new_device`: somebody signed in on a device that the account was not signed in on before; `locked`: so
    many tries failed that nobody is let in for a while. `device` in a few words."""

    kind: Literal["new_device", "locked"]
    at: AwareDatetime
    device: Line | None = None


class AccountEntry(Message):
    """What somebody of the office's staff is to be mailed: that they are invited, or, where there is any,
    news of the last hour about signing in. Key `u:{random}`, the account's own. `cause`: of this mail, so
    that it is sent once; `rev` counts those of the account; from `until` on the link opens nothing, and the
    news is old."""

    rev: Count
    account: AccountId
    email: Email
    name: Line | None = None
    cause: Slug
    at: AwareDatetime
    link: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    until: AwareDatetime
    news: tuple[SignInNews, ...] = ()


class MaterialEntry(Message):
    """Material of an activity. Key `material:{activity}/{id}`. Without a title it was withdrawn; else it
    leads to `url`, or is the `file` of this type and size."""

    rev: Count
    activity: Slug
    material: Slug
    title: Line | None = None
    url: HttpsLink | None = None
    file: FileDigest | None = None
    media: Annotated[str, StringConstraints(max_length=100)] | None = None
    size: Count | None = None


class PartEntry(Message):
    """Who has a part in an activity. Key `k:{part}`; `kind`: what they do in it. Without a name they have it
    no longer, and nothing is known of them any more."""

    rev: Count
    part: RegistrationId
    activity: Slug
    kind: Slug
    name: Line | None = None
    email: Email | None = None
    institution: Line | None = None
    phone: Phone | None = None
    sessions: tuple[Slug, ...] = ()
    order: Count | None = None


class OwnPageEntry(Message):
    """Somebody asked for the link to their own page. Key `s:{page}`, of the keyed digest of an address.
    `rev`: when they asked, in seconds since 1970; `cause`: of this mail, so that it is sent once; `name`: of
    whose address it is, where it is one person's; from `until` on the link opens nothing."""

    rev: Count
    page: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
    email: Email
    name: Line | None = None
    cause: Slug
    at: AwareDatetime
    link: Annotated[str, StringConstraints(min_length=1, max_length=500)]
    until: AwareDatetime


ALWAYS_SIGNED: Final = ("i:", "material:", "s:", "u:")
"""How keys of entries begin that no version before signatures wrote: invitations, materials, own pages,
accounts."""


def material_key(activity: str, material: str) -> str:
    return f"material:{activity}/{material}"


def part_key(part: str) -> str:
    return f"k:{part}"


def own_page_key(page: str) -> str:
    return f"s:{page}"


def invitation_key(invitation: str) -> str:
    return f"i:{invitation}"


def registration_key(registration: str) -> str:
    return f"r:{registration}"


def activity_key(activity: str) -> str:
    return f"a:{activity}"


def recipient_key(recipient: str) -> str:
    """Of whom a mail goes to: a registration by its id alone, anybody else by the key itself."""
    return recipient if ":" in recipient else registration_key(recipient)
