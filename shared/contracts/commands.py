"""What may be asked of an office. Imperatives; each is a CloudEvent on the office's intake topic."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from shared.contracts.activity import Activity, Contact, Quota, Session, Speaker
from shared.contracts.questions import Answers, AnswersGiven, Questions
from shared.contracts.types import (
    AwareDatetime,
    Category,
    Duration,
    Email,
    FileDigest,
    HttpsLink,
    Line,
    Message,
    Paragraph,
    PartKind,
    Phone,
    RegencyCode,
    RegistrationId,
    Slug,
    Small,
)
from shared.visible import visible


class Command(Message):
    type: ClassVar[str]


class PublishActivity(Activity, Command):
    type = "id.simpul.activity.publish.v1"


class ChangeActivity(Command):
    """The fields that change, whole; lists replace the lists that stood. `notify`: whether participants are
    mailed what concerns them."""

    type = "id.simpul.activity.change.v1"

    activity: Slug
    title: Line | None = None
    kind: Slug | None = None
    sessions: tuple[Session, ...] | None = None
    quotas: tuple[Quota, ...] | None = None
    opens: AwareDatetime | None = None
    closes: AwareDatetime | None = None
    host: Line | None = None
    reply_to: Email | None = None
    speakers: tuple[Speaker | Line, ...] | None = None
    topics: tuple[Line, ...] | None = None
    purpose: Paragraph | None = None
    description: Paragraph | None = None
    rundown: Paragraph | None = None
    contact: Contact | None = None
    reminder_before: Duration | None = None
    attendance_opens_before: Duration | None = None
    approval: Annotated[bool, Field(strict=True)] | None = None
    invitation_only: Annotated[bool, Field(strict=True)] | None = None
    offer_within: Duration | None = None
    continues: Slug | None = None
    questions: Questions | None = None
    notify: Annotated[bool, Field(strict=True)] = True


class CancelActivity(Command):
    type = "id.simpul.activity.cancel.v1"

    activity: Slug
    reason: Paragraph | None = None


def _spaced(digits: int) -> WithJsonSchema:
    """A number of so many digits, typed with spaces as people do, or left empty."""
    pattern = rf"^[ ]*(([0-9][ ]*){{{digits}}})?$"
    return WithJsonSchema({"type": "string", "pattern": pattern})


Nip = Annotated[str, StringConstraints(pattern=r"^[0-9]{18}$"), _spaced(18)]
Nuptk = Annotated[str, StringConstraints(pattern=r"^[0-9]{16}$"), _spaced(16)]


def _without_spaces(data: object) -> object:
    """Numbers as they are typed: with spaces, or left empty."""
    if not isinstance(data, dict):
        return data
    tidy = {
        key: "".join(visible(data[key]).split()) for key in ("nip", "nuptk") if isinstance(data.get(key), str)
    }
    return data | {key: value or None for key, value in tidy.items()}


class Participant(Message):
    """A person as they name themselves. Numbers are optional; spaces in them do not count."""

    name: Line
    email: Email
    phone: Phone | None = None
    nip: Nip | None = None
    nuptk: Nuptk | None = None

    _tidy = model_validator(mode="before")(_without_spaces)


class Institution(Message):
    name: Line
    npsn: Line | None = None


class SubmitRegistration(Command):
    """`beyond`: by the office's own staff, also while registration is closed, and where no quota has room for
    them, beyond the quotas; `invitation`: by who answers that one for whom they name. Of anybody else neither
    is heard. `answers`: to the activity's questions."""

    type = "id.simpul.registration.submit.v1"

    activity: Slug
    participant: Participant
    category: Category
    regency: RegencyCode | None = None
    institution: Institution | None = None
    cohort: Small | None = None
    group: Line | None = None
    role_in_group: str | None = Field(default=None, pattern="^(facilitator|principal)$")
    beyond: Annotated[bool, Field(strict=True)] = False
    answers: Answers = Field(default_factory=dict)
    invitation: RegistrationId | None = None


class CancelRegistration(Command):
    type = "id.simpul.registration.cancel.v1"

    registration: RegistrationId


class ChangeRegistration(Command):
    """The fields of a registration that change; a null takes one away. Its key is the activity's. A confirmed
    one stays confirmed: beyond the quotas, where those that hold for it from then on have no room. Answers
    that are not named stay."""

    type = "id.simpul.registration.change.v1"

    registration: RegistrationId
    category: Category = "lainnya"
    regency: RegencyCode | None = None
    institution: Institution | None = None
    cohort: Small | None = None
    group: Line | None = None
    role_in_group: str | None = Field(default=None, pattern="^(facilitator|principal)$")
    answers: AnswersGiven = Field(default_factory=dict)


class SeatRegistration(Command):
    """Somebody who waits is confirmed before their turn. Its key is the activity's. `beyond`: also where no
    quota of theirs has room, without taking a seat of any; `reason`: for the office's history."""

    type = "id.simpul.registration.seat.v1"

    registration: RegistrationId
    reason: Paragraph
    beyond: Annotated[bool, Field(strict=True)] = False


class SubstituteRegistration(Command):
    """Somebody comes in the place of a confirmed registration's person. Its key is the activity's. What is
    not given is as it was of whom they replace. `beyond`: also where no quota of theirs has room."""

    type = "id.simpul.registration.substitute.v1"

    registration: RegistrationId
    participant: Participant
    category: Category | None = None
    regency: RegencyCode | None = None
    institution: Institution | None = None
    cohort: Small | None = None
    beyond: Annotated[bool, Field(strict=True)] = False


class ApproveRegistration(Command):
    """Of an activity that wants approval: who asked takes a seat where there is one, else a place at the end
    of the line. Its key is the activity's."""

    type = "id.simpul.registration.approve.v1"

    registration: RegistrationId


class RejectRegistration(Command):
    """Who asked gets no place, and is mailed the reason. Its key is the activity's."""

    type = "id.simpul.registration.reject.v1"

    registration: RegistrationId
    reason: Paragraph


class AcceptOffer(Command):
    """Whom a seat is offered takes it. Its key is the activity's."""

    type = "id.simpul.offer.accept.v1"

    registration: RegistrationId


class DeclineOffer(Command):
    """Whom a seat is offered leaves it to the next, and the line. Its key is the activity's."""

    type = "id.simpul.offer.decline.v1"

    registration: RegistrationId


class Invitee(Message):
    """To whom an invitation goes: a person, perhaps for their institution."""

    name: Line
    email: Email


class SendInvitation(Command):
    """Somebody is invited with so many seats, which are held `until` then, of the quotas that hold for who
    stands for this. `invitation`: a new id; `text`, `letter`: what the mail says besides, and leads to."""

    type = "id.simpul.invitation.send.v1"

    activity: Slug
    invitation: RegistrationId
    to: Invitee
    institution: Institution | None = None
    seats: Annotated[int, Field(strict=True, ge=1, le=1_000)]
    until: AwareDatetime
    category: Category
    regency: RegencyCode | None = None
    cohort: Small | None = None
    text: Paragraph | None = None
    letter: HttpsLink | None = None


class AnswerInvitation(Command):
    """`represented`: others come. `seats`: how many of them are needed; the rest is free, all of them where
    nobody comes."""

    type = "id.simpul.invitation.answer.v1"

    activity: Slug
    invitation: RegistrationId
    answer: Literal["coming", "represented", "not_coming"]
    seats: Annotated[int, Field(strict=True, ge=1, le=1_000)] | None = None


class RemindInvitation(Command):
    """Who has not answered is mailed once more."""

    type = "id.simpul.invitation.remind.v1"

    activity: Slug
    invitation: RegistrationId


class RecordAttendance(Command):
    type = "id.simpul.attendance.record.v1"

    activity: Slug
    session: Slug
    registration: RegistrationId
    present: Annotated[bool, Field(strict=True)] = True


PersonRef = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{24}$")]


class CorrectParticipant(Command):
    """The fields that change; a null takes a number away. Its key is `p:{ref}`."""

    type = "id.simpul.participant.correct.v1"

    ref: PersonRef
    name: Line = Field(default="", min_length=1)
    email: Email = ""
    phone: Phone | None = None
    nip: Nip | None = None
    nuptk: Nuptk | None = None

    _tidy = model_validator(mode="before")(_without_spaces)


class CorrectRegistration(Command):
    """The service's own: a registration's person was corrected, so what mails need of it is stated anew."""

    type = "id.simpul.registration.correct.v1"

    activity: Slug
    registration: RegistrationId


class PublishMaterial(Command):
    """Material of an activity: a link, or a file that was sent before, by its digest; one of the two. The
    same id again replaces what was there. `public`: it is shown to everybody, not to confirmed participants
    and staff alone; `notify`: who is confirmed is mailed that it is there, or new."""

    type = "id.simpul.material.publish.v1"

    activity: Slug
    id: Slug
    title: Line
    url: HttpsLink | None = None
    file: FileDigest | None = None
    public: Annotated[bool, Field(strict=True)] = False
    notify: Annotated[bool, Field(strict=True)] = False

    @model_validator(mode="after")
    def _leads_somewhere(self) -> Self:
        if (self.url is None) == (self.file is None):
            raise PydanticCustomError("link_or_file", "either a link or a file")
        return self


class WithdrawMaterial(Command):
    type = "id.simpul.material.withdraw.v1"

    activity: Slug
    id: Slug


class AddPart(Command):
    """A person with a part in an activity, who takes no seat; the same id again changes what was said of
    them. `id`: made up, of nobody's name; `sessions`: those that their part is in, all where there is none;
    `order`: in which they are shown."""

    type = "id.simpul.part.add.v1"

    activity: Slug
    id: RegistrationId
    part: PartKind
    name: Line
    institution: Line | None = None
    email: Email | None = None
    phone: Phone | None = None
    sessions: tuple[Slug, ...] = Field(default=(), max_length=100)
    order: Small | None = None


class RemovePart(Command):
    type = "id.simpul.part.remove.v1"

    activity: Slug
    id: RegistrationId


class Tick(Command):
    """The service's own: brings the broker's time to a partition that waits for something."""

    type = "id.simpul.partition.tick.v1"


COMMANDS: dict[str, type[Command]] = {
    command.type: command
    for command in (
        PublishActivity,
        ChangeActivity,
        CancelActivity,
        SubmitRegistration,
        CancelRegistration,
        ChangeRegistration,
        SeatRegistration,
        SubstituteRegistration,
        ApproveRegistration,
        RejectRegistration,
        AcceptOffer,
        DeclineOffer,
        SendInvitation,
        AnswerInvitation,
        RemindInvitation,
        RecordAttendance,
        CorrectParticipant,
        CorrectRegistration,
        PublishMaterial,
        WithdrawMaterial,
        AddPart,
        RemovePart,
        Tick,
    )
}
