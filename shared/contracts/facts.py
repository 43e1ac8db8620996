"""What has happened, as an office states it: in the past tense, pseudonymous, with its change to counts."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Literal, Self

import pydantic
from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetPydanticSchema,
    WithJsonSchema,
    create_model,
)
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import typed_dict_field, typed_dict_schema

from shared.contracts.types import (
    INT_BOUND,
    AwareDatetime,
    Category,
    Count,
    Duration,
    Line,
    Message,
    Month,
    OfficeCode,
    ProvinceCode,
    RegencyCode,
    RegistrationId,
    Signed,
    Slug,
)

MEASURES: list[str] = [
    "activities",
    "seats",
    "confirmed",
    "beyond",
    "waitlisted",
    "cancelled",
    "present",
    "session_attendances",
    "jp_attended",
    "invited",
    "came_by_invitation",
]
"""What offices may count, by name, in the order of columns."""


def _declared(name: str) -> str:
    if name not in MEASURES:
        raise PydanticCustomError("measure", "a measure that is declared")
    return name


Measure = Annotated[str, AfterValidator(_declared), WithJsonSchema({"enum": [*MEASURES], "type": "string"})]
MAX_FACT_BYTES: Final = 256_000
MAX_CELLS: Final = 1_000


class Cell(Message):
    """Who is counted: an activity, alone or with what its people have in common."""

    activity: Slug
    category: Category | None = None
    home_regency: RegencyCode | None = None
    cohort: Count | None = None


class Change(Message):
    cell: Cell
    add: dict[Measure, Signed]


def _known_measures(add: Any) -> Any:
    if not isinstance(add, dict):
        return add
    return {measure: value for measure, value in add.items() if measure in MEASURES}


KnownMeasures = Annotated[dict[Measure, Signed], BeforeValidator(_known_measures)]
"""Totals as a reader takes them: it passes over measures that only a newer office knows."""


# Facts are read by the hundred thousand. What nearly all of them hold is taken without a call of Python, and
# into as few objects as may be; all else by the types from which they are made, with the same result.
_FIRST: Final = Field(union_mode="left_to_right")
_Count = Annotated[Annotated[int, Field(strict=True, ge=0, le=INT_BOUND)] | Count, _FIRST]
_Signed = Annotated[Annotated[int, Field(strict=True, ge=-INT_BOUND, le=INT_BOUND)] | Signed, _FIRST]


def _known_first(_: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
    value = handler(_Signed)
    known = dict.fromkeys(map(str, MEASURES), typed_dict_field(value, required=False))
    return typed_dict_schema(known, extra_behavior="allow", extras_schema=value)


@dataclass(frozen=True, slots=True)
class AnyCell:
    """A cell as a reader takes it: a newer office may know further categories, further keys, which are passed
    over, and people who are of no activity."""

    activity: Slug | None = None
    category: Slug | None = None
    home_regency: RegencyCode | None = None
    cohort: _Count | None = None


@dataclass(frozen=True, slots=True)
class AnyChange:
    """`add` may name measures that only a newer office knows."""

    cell: AnyCell
    add: Annotated[dict[str, int], GetPydanticSchema(_known_first)]


class Body(Message):
    """What a fact says beside its place in the ledger."""

    type: ClassVar[str]
    changes: tuple[Change, ...] = ()


class Stated(Message):
    """A fact's place: which office's ledger, where in it, when (UTC, the broker's time)."""

    office: OfficeCode
    ledger: str = Field(pattern="^[0-9a-f]{32}$")
    partition: Count
    number: Count
    at: AwareDatetime
    subject: str | None = None

    @property
    def id(self) -> str:
        return f"{self.office}-{self.partition}-{self.number}"


class AnyFact(Stated):
    """A fact of any type, known or not, from an office as new as may be: enough to add up its changes."""

    model_config = ConfigDict(extra="ignore")

    partition: _Count
    number: _Count
    at: Annotated[pydantic.AwareDatetime, Field(strict=True)]
    changes: tuple[AnyChange, ...] = ()

    @classmethod
    def read(cls, data: bytes | str) -> Self:
        """As `Message.read`, but for measures, of which each is taken."""
        return cls.model_validate_json(data)


class SeatCount(Message):
    id: Slug
    seats: Count


class SessionTime(Message):
    id: Slug
    starts: AwareDatetime
    ends: AwareDatetime
    jp: Count


class ActivityPublished(Body):
    """Attributes that figures are grouped by. `province` and `regency` are null online.

    `reminder_before`: how long before a session participants are reminded; a day unless given, never if 0.
    """

    type = "id.simpul.activity.published.v1"

    activity: Slug
    title: Line
    kind: Slug
    month: Month
    province: ProvinceCode | Literal["online"]
    regency: RegencyCode | Literal["online"]
    seats: Count
    quotas: tuple[SeatCount, ...]
    sessions: tuple[SessionTime, ...]
    reminder_before: Duration | None = None


class ActivityChanged(ActivityPublished):
    """The attributes as they are from now on; `fields` names what the command changed. `notify`: false
    where participants are not mailed what concerns them."""

    type = "id.simpul.activity.changed.v1"

    fields: tuple[str, ...]
    notify: bool | None = None


class ActivityCancelled(Body):
    """Every live registration of the activity is cancelled by this one fact."""

    type = "id.simpul.activity.cancelled.v1"

    activity: Slug


class ActivityCounted(Body):
    """Further changes of the fact before it, which had more cells than one fact holds."""

    type = "id.simpul.activity.counted.v1"

    activity: Slug


Standing = Literal["submitted", "confirmed", "waitlisted", "offered"]
"""What a registration is that is neither cancelled nor rejected."""
ENDED: Final = frozenset({"cancelled", "rejected"})
"""Statuses of a registration after which its person may register again."""


class RegistrationFact(Body):
    activity: Slug
    registration: RegistrationId


class RegistrationConfirmed(RegistrationFact):
    """`quotas`: those of which it takes a seat; `beyond`: it takes a seat of none; `invitation`: of whose
    seats, which were held, it takes one."""

    type = "id.simpul.registration.confirmed.v1"

    round: Count
    quotas: tuple[Slug, ...]
    beyond: bool | None = None
    invitation: RegistrationId | None = None


class RegistrationWaitlisted(RegistrationFact):
    """`place`: those waiting ahead in the activity, plus one."""

    type = "id.simpul.registration.waitlisted.v1"

    round: Count
    quotas: tuple[Slug, ...]
    place: Count


class RegistrationSubmitted(RegistrationFact):
    """Of an activity that wants approval: it has no seat and no place in the line until staff approve, and
    counts as waitlisted. `quotas`: those that hold for it."""

    type = "id.simpul.registration.submitted.v1"

    round: Count
    quotas: tuple[Slug, ...]


class RegistrationApproved(RegistrationFact):
    """Staff approved it: it takes a seat of each of `quotas` where it is `seated`, else it waits for one from
    now on. `place`: those waiting ahead in the activity, plus one."""

    type = "id.simpul.registration.approved.v1"

    quotas: tuple[Slug, ...]
    seated: bool
    place: Count | None = None


class RegistrationRejected(RegistrationFact):
    """Staff did not approve it. It counts as cancelled."""

    type = "id.simpul.registration.rejected.v1"


class OfferMade(RegistrationFact):
    """A seat of each of `quotas` is held `until` then for who was the first to wait for it, who leaves the
    line by this and counts as waitlisted until the offer is accepted, by a promotion that says `offered`."""

    type = "id.simpul.offer.made.v1"

    quotas: tuple[Slug, ...]
    until: AwareDatetime


class OfferEnded(RegistrationFact):
    """An offer was `declined`, or its time has passed: its seats are free, and who had it is cancelled."""

    type = "id.simpul.offer.ended.v1"

    quotas: tuple[Slug, ...]
    declined: bool


class RegistrationPromoted(RegistrationFact):
    """`quotas`: those of which it takes a seat; `out_of_turn`: staff gave it before its turn; `beyond`: it
    takes a seat of none, and `line` names the quotas that it waited for; `offered`: it was offered the seat
    that it takes, which was held for it."""

    type = "id.simpul.registration.promoted.v1"

    quotas: tuple[Slug, ...]
    out_of_turn: bool | None = None
    beyond: bool | None = None
    line: tuple[Slug, ...] | None = None
    offered: bool | None = None


class RegistrationChanged(RegistrationFact):
    """What it stands for was corrected: its counts move to another cell. `was`: what it was and is; `line`,
    `quotas`: the seats it had or waited for, before and from now on; `beyond`: it takes a seat of none."""

    type = "id.simpul.registration.changed.v1"

    fields: tuple[str, ...]
    was: Standing
    line: tuple[Slug, ...]
    quotas: tuple[Slug, ...]
    beyond: bool | None = None


class RegistrationSubstituted(RegistrationFact):
    """`registration` is confirmed in the place of `replaces`, which is cancelled by this. `line`: the seats
    that were given back; `quotas`: those of which it takes a seat; `beyond`: it takes a seat of none;
    `invitation`: by which whom it replaces was named."""

    type = "id.simpul.registration.substituted.v1"

    replaces: RegistrationId
    round: Count
    line: tuple[Slug, ...]
    quotas: tuple[Slug, ...]
    beyond: bool | None = None
    invitation: RegistrationId | None = None


class RegistrationCancelled(RegistrationFact):
    """`was`: as what it counted before; `quotas`: the seats it gave back, or had waited for. `standing`: what
    it was that counts as waitlisted, and stood in no line."""

    type = "id.simpul.registration.cancelled.v1"

    was: Literal["confirmed", "waitlisted"]
    quotas: tuple[Slug, ...]
    standing: Literal["submitted", "offered"] | None = None


class InvitationFact(Body):
    activity: Slug
    invitation: RegistrationId


class InvitationSent(InvitationFact):
    """`seats` of each of `quotas` are held `until` then for whom is invited."""

    type = "id.simpul.invitation.sent.v1"

    seats: Count
    quotas: tuple[Slug, ...]
    until: AwareDatetime


class InvitationAnswered(InvitationFact):
    """`freed`: seats of each of `quotas` that are held no longer."""

    type = "id.simpul.invitation.answered.v1"

    answer: Literal["coming", "represented", "not_coming"]
    freed: Count
    quotas: tuple[Slug, ...]


class InvitationReminded(InvitationFact):
    """Who is invited and has not answered is mailed once more."""

    type = "id.simpul.invitation.reminded.v1"


class InvitationEnded(InvitationFact):
    """Its date has passed: `freed` seats of each of `quotas`, for which nobody was named, are held no
    longer."""

    type = "id.simpul.invitation.ended.v1"

    freed: Count
    quotas: tuple[Slug, ...]


class AttendanceRecorded(RegistrationFact):
    type = "id.simpul.attendance.recorded.v1"

    session: Slug
    present: bool
    jp: Count


class ParticipantCorrected(Body):
    """Someone's name, address or numbers were corrected; `fields` names which. Changes no count."""

    type = "id.simpul.participant.corrected.v1"

    fields: tuple[Literal["name", "email", "phone", "nip", "nuptk"], ...]


class RegistrationCorrected(RegistrationFact):
    """What the directory says of it is new."""

    type = "id.simpul.registration.corrected.v1"


class MaterialFact(Body):
    """`material`: its id within the activity; `public`: it is for everybody, not for participants alone;
    `version`: how many times it was published."""

    activity: Slug
    material: Slug
    public: bool
    version: Count


class MaterialPublished(MaterialFact):
    """Material of an activity, whose title, and address or file, stay in the office. `public`: it is shown to
    everybody, not to confirmed participants and staff alone; `notify`: who is confirmed is to hear of it.
    Changes no count."""

    type = "id.simpul.material.published.v1"

    notify: bool | None = None


class MaterialWithdrawn(MaterialFact):
    """It is shown to nobody any more. Changes no count."""

    type = "id.simpul.material.withdrawn.v1"


class PartFact(Body):
    """`part`: of a person whom nobody names but the office; `kind`: what they do in the activity."""

    activity: Slug
    part: RegistrationId
    kind: Slug


class PartAdded(PartFact):
    """Somebody has a part in an activity, or what was said of them is new. `notify`: they are to hear of it.
    Changes no count: who has a part takes no seat."""

    type = "id.simpul.part.added.v1"

    notify: bool


class PartRemoved(PartFact):
    """They have it no longer. Changes no count."""

    type = "id.simpul.part.removed.v1"


class OfficeName(Message):
    name: Line
    since: str = Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")


class Territory(Message):
    province: ProvinceCode
    since: str = Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    until: str | None = Field(default=None, pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")


class OfficeDescribed(Body):
    """How an office is called and which provinces it serves, with dates. Codes are of the named `scheme`."""

    type = "id.simpul.office.described.v1"

    names: tuple[OfficeName, ...] = Field(min_length=1)
    scheme: Literal["kemendagri"]
    territory: tuple[Territory, ...] = Field(min_length=1)
    zone: Literal["WIB", "WITA", "WIT"]


class OfficeTotals(Body):
    """Control totals: what the partition's states say at this very number. No change themselves."""

    type = "id.simpul.office.totals.v1"

    totals: KnownMeasures


FACTS: dict[str, type[Body]] = {
    fact.type: fact
    for fact in (
        ActivityPublished,
        ActivityChanged,
        ActivityCancelled,
        ActivityCounted,
        RegistrationConfirmed,
        RegistrationWaitlisted,
        RegistrationSubmitted,
        RegistrationApproved,
        RegistrationRejected,
        OfferMade,
        OfferEnded,
        RegistrationPromoted,
        RegistrationChanged,
        RegistrationSubstituted,
        RegistrationCancelled,
        InvitationSent,
        InvitationAnswered,
        InvitationReminded,
        InvitationEnded,
        AttendanceRecorded,
        ParticipantCorrected,
        RegistrationCorrected,
        MaterialPublished,
        MaterialWithdrawn,
        PartAdded,
        PartRemoved,
        OfficeDescribed,
        OfficeTotals,
    )
}


def published(body: type[Body]) -> type[Message]:
    """The model of a fact's data as it stands in the topic: its place, then what its type adds."""
    return create_model(body.__name__, __base__=(Stated, body), __doc__=body.__doc__)
