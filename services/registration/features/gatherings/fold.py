"""What each fact of gatherings changes, and how the waiting lines at hand follow."""

from collections.abc import Mapping
from typing import Any, Final

from services.registration.features.gatherings.domain.activity import ActivityState, Signature
from services.registration.features.gatherings.domain.registrant import Registrant
from services.registration.features.gatherings.domain.registration import Registration
from services.registration.features.gatherings.domain.seating import line_joined
from services.registration.features.gatherings.gatherings import (
    ACTIVITY,
    INVITATION,
    REGISTRATION,
    Lines,
    beside,
)
from services.registration.features.gatherings.invitation_states import invited_document, invited_of
from services.registration.kernel.commit import NumberedFact
from services.registration.kernel.feature import FactRule, FactWithoutState, PrivatePart
from services.registration.kernel.loaded_states import LoadedStates
from shared.contracts.activity import Activity
from shared.contracts.commands import Institution
from shared.contracts.facts import (
    ActivityCancelled,
    ActivityChanged,
    ActivityCounted,
    ActivityPublished,
    AttendanceRecorded,
    Body,
    InvitationAnswered,
    InvitationEnded,
    InvitationFact,
    InvitationReminded,
    InvitationSent,
    OfferEnded,
    OfferMade,
    RegistrationApproved,
    RegistrationCancelled,
    RegistrationChanged,
    RegistrationConfirmed,
    RegistrationCorrected,
    RegistrationFact,
    RegistrationPromoted,
    RegistrationRejected,
    RegistrationSubmitted,
    RegistrationSubstituted,
    RegistrationWaitlisted,
)
from shared.contracts.questions import Answer
from shared.mongo.driver import Document


def _activity(body: Any, key: str) -> str:
    """Raises `FactWithoutState` where the key is another: activities are loaded by it."""
    if body.activity != key:
        raise FactWithoutState(f"{type(body).__name__} is keyed by something else than its activity")
    return key


def _invitation(body: InvitationFact, key: str) -> str:
    return body.invitation


def _registration(body: RegistrationFact, key: str) -> str:
    return body.registration


def move_line(loaded: LoadedStates, fact: NumberedFact) -> None:
    """Keep what is loaded of a line its beginning: who leaves is taken out, who comes is put at the end
    only if the whole line is at hand."""
    body = fact.content.body
    assert isinstance(body, RegistrationFact)
    lines = beside(loaded).lines.get(body.activity)
    if lines is None:
        return
    after: Registration = loaded.states[REGISTRATION][body.registration]
    if isinstance(body, RegistrationChanged):
        _change_line(loaded, lines, body, after)
        return
    line = lines.setdefault(_line_of(body, after), [])
    if isinstance(body, RegistrationWaitlisted | RegistrationApproved) and after.status == "waitlisted":
        state: ActivityState = loaded.states[ACTIVITY][body.activity]
        if len(line) + 1 == state.waiting[after.quotas]:
            line.append(after)
    elif after.status == "waitlisted":
        return  # where it was
    elif line and line[0].id == after.id:
        del line[0]
    else:
        line[:] = [one for one in line if one.id != after.id]


def _line_of(body: RegistrationFact, after: Registration) -> Signature:
    if isinstance(body, RegistrationPromoted) and body.line is not None:
        return body.line
    return after.quotas


def _change_line(loaded: LoadedStates, lines: Lines, body: RegistrationChanged, after: Registration) -> None:
    """Who waits goes over to the line of what they stand for now, at the place of their arrival."""
    if body.was != "waitlisted":
        return
    before = lines.setdefault(body.line, [])
    before[:] = [one for one in before if one.id != after.id]
    state: ActivityState = loaded.states[ACTIVITY][body.activity]
    joined = lines.setdefault(body.quotas, [])
    joined[:] = line_joined(joined, after, state.waiting[body.quotas])


def registrant_document(who: Registrant) -> Document:
    found: dict[str, Any] = {
        "ref": who.ref,
        "contact": who.contact,
        "category": who.category,
        "regency": who.regency,
        "cohort": who.cohort,
        "institution": who.institution and who.institution.model_dump(exclude_none=True),
        "group": who.group,
        "role_in_group": who.role_in_group,
        "submitted_by": who.submitted_by,
        "answers": answers_document(who.answers) if who.answers else None,
    }
    return {name: value for name, value in found.items() if value is not None}


def answers_document(answers: Mapping[str, Answer]) -> Document:
    return {name: list(one) if isinstance(one, tuple) else one for name, one in answers.items()}


def answers_of(document: Document) -> dict[str, Answer]:
    return {name: tuple(one) if isinstance(one, list) else one for name, one in document.items()}


def registrant_of(document: Document) -> Registrant:
    who = dict(document)
    if "institution" in who:
        who["institution"] = Institution.model_validate(who["institution"])
    if "answers" in who:
        who["answers"] = answers_of(who["answers"])
    return Registrant(**who)


def described_document(activity: Activity) -> Document:
    """Without questions where it has none: rows from before there were any say it so."""
    found: Document = activity.model_dump(mode="json", exclude_none=True)
    return found if activity.questions else {name: one for name, one in found.items() if name != "questions"}


_DESCRIBED: Final = PrivatePart(
    ACTIVITY,
    lambda described: {"described": described_document(described)},
    lambda row: Activity.model_validate(row["described"]),
    lambda state: state.described,
)
_REGISTRANT: Final = PrivatePart(
    REGISTRATION,
    lambda who: {"registrant": registrant_document(who)},
    lambda row: registrant_of(row["registrant"]),
    lambda state: state.registrant,
)
_REASON: Final = PrivatePart(
    ACTIVITY,
    lambda reason: {"reason": reason},
    lambda row: row["reason"],
    lambda state: state.reason,
)
_SEAT_REASON: Final = PrivatePart(
    REGISTRATION,
    lambda reason: {"reason": reason},
    lambda row: row["reason"],
    lambda state: None,
    lambda body: bool(body.out_of_turn),
)
_REJECTION: Final = PrivatePart(
    REGISTRATION,
    lambda reason: {"reason": reason},
    lambda row: row["reason"],
    lambda state: state.reason,
)
_STATES: Final = {ACTIVITY: _activity, REGISTRATION: _registration}
_INVITATION: Final = {ACTIVITY: _activity, INVITATION: _invitation}
_INVITED: Final = PrivatePart(
    INVITATION,
    lambda invited: {"invited": invited_document(invited)},
    lambda row: invited_of(row["invited"]),
    lambda state: state.invited,
)
_WHOLE: Final = {ACTIVITY: _activity}
FACTS: Final[Mapping[type[Body], FactRule]] = {
    ActivityPublished: FactRule(_WHOLE, "published", _DESCRIBED, history="mengumumkan kegiatan"),
    ActivityChanged: FactRule(_WHOLE, "changed", _DESCRIBED, history="mengubah kegiatan"),
    ActivityCancelled: FactRule(_WHOLE, "cancelled", _REASON, history="membatalkan kegiatan"),
    ActivityCounted: FactRule(_WHOLE),
    RegistrationConfirmed: FactRule(
        _STATES, "confirmed", _REGISTRANT, move_line, history="mendaftarkan orang, terkonfirmasi"
    ),
    RegistrationWaitlisted: FactRule(
        _STATES, "waitlisted", _REGISTRANT, move_line, history="mendaftarkan orang, di daftar tunggu"
    ),
    RegistrationSubmitted: FactRule(
        _STATES, "submitted", _REGISTRANT, history="mendaftarkan orang, menunggu persetujuan"
    ),
    RegistrationApproved: FactRule(
        _STATES,
        "confirmed",
        None,
        move_line,
        history="menyetujui pendaftaran",
        result_of=lambda data: "confirmed" if data["seated"] else "waitlisted",
    ),
    RegistrationRejected: FactRule(_STATES, "rejected", _REJECTION, history="tidak menyetujui pendaftaran"),
    OfferMade: FactRule(_STATES, None, None, move_line),
    OfferEnded: FactRule(_STATES, "cancelled", None, history="melepas tempat yang ditawarkan"),
    RegistrationPromoted: FactRule(
        _STATES, "confirmed", _SEAT_REASON, move_line, history="memberi tempat kepada yang menunggu"
    ),
    RegistrationSubstituted: FactRule(
        {ACTIVITY: _activity, REGISTRATION: lambda body, key: (body.registration, body.replaces)},
        "confirmed",
        _REGISTRANT,
        history="mengganti peserta",
    ),
    RegistrationChanged: FactRule(
        _STATES, "changed", _REGISTRANT, move_line, history="memperbaiki pendaftaran"
    ),
    RegistrationCancelled: FactRule(_STATES, "cancelled", None, move_line, history="membatalkan pendaftaran"),
    RegistrationCorrected: FactRule(
        _STATES, "corrected", None, move_line, history="meneruskan perbaikan data"
    ),
    InvitationSent: FactRule(_INVITATION, "invited", _INVITED, history="mengundang"),
    InvitationAnswered: FactRule(_INVITATION, "recorded", history="menjawab undangan"),
    InvitationReminded: FactRule(_INVITATION, "recorded", history="mengingatkan yang diundang"),
    InvitationEnded: FactRule(_WHOLE),
    AttendanceRecorded: FactRule(_STATES, "recorded", None, move_line, history="mencatat kehadiran"),
}
