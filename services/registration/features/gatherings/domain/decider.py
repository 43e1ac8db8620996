"""All that gatherings can be asked, in one table: command -> how it is decided."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.registration.features.gatherings.domain import (
    activity,
    approval,
    attendance,
    invitation,
    offers,
    registration,
    seating,
)
from services.registration.features.gatherings.domain.activity import ActivityState, Cells, Signature
from services.registration.features.gatherings.domain.invitation import Invitation
from services.registration.features.gatherings.domain.registration import MAX_FACTS, Candidate, Registration
from services.registration.kernel.decisions import Decision, NewFact, Refusal
from shared.contracts.commands import (
    AcceptOffer,
    AnswerInvitation,
    ApproveRegistration,
    CancelActivity,
    CancelRegistration,
    ChangeActivity,
    ChangeRegistration,
    Command,
    CorrectRegistration,
    DeclineOffer,
    PublishActivity,
    RecordAttendance,
    RejectRegistration,
    RemindInvitation,
    SeatRegistration,
    SendInvitation,
    SubmitRegistration,
    SubstituteRegistration,
)
from shared.contracts.facts import RegistrationChanged


@dataclass(frozen=True, slots=True)
class View:
    """What a decision may look at: one activity, its registrations, the beginnings of its waiting lines.

    `live` counts the confirmed and waitlisted of the activity by cell, for its cancellation only.
    """

    activity: ActivityState | None
    registration: Callable[[str], Registration | None]
    lines: Mapping[Signature, Sequence[Registration]] = field(default_factory=dict)
    live: Cells = field(default_factory=dict)
    invitation: Callable[[str], Invitation | None] = lambda name: None
    candidate: Candidate | None = None


def publish_activity(view: View, command: PublishActivity, now: datetime) -> Decision:
    return activity.publish(view.activity, command)


def change_activity(view: View, command: ChangeActivity, now: datetime) -> Decision:
    return _then_promote(view, activity.change(view.activity, command), now)


def cancel_activity(view: View, command: CancelActivity, now: datetime) -> Decision:
    return activity.cancel(view.activity, command, view.live)


def submit_registration(view: View, command: SubmitRegistration, now: datetime) -> Decision:
    assert view.candidate is not None, "people are found before a submission is decided"
    return registration.submit(view.activity, view.candidate, view.registration, now)


def cancel_registration(view: View, command: CancelRegistration, now: datetime) -> Decision:
    decision = registration.cancel(view.activity, view.registration(command.registration))
    return _then_promote(view, decision, now)


def change_registration(view: View, command: ChangeRegistration, now: datetime) -> Decision:
    decision = seating.change(view.activity, view.registration(command.registration), command)
    return _then_promote(view, decision, now)


def seat_registration(view: View, command: SeatRegistration, now: datetime) -> Decision:
    return seating.seat(view.activity, view.registration(command.registration), command)


def substitute_registration(view: View, command: SubstituteRegistration, now: datetime) -> Decision:
    assert view.candidate is not None, "people are found before a substitution is decided"
    decision = seating.substitute(
        view.activity,
        view.registration(command.registration),
        view.candidate,
        view.registration,
        command.beyond,
    )
    return _then_promote(view, decision, now)


def approve_registration(view: View, command: ApproveRegistration, now: datetime) -> Decision:
    return approval.approve(view.activity, view.registration(command.registration))


def reject_registration(view: View, command: RejectRegistration, now: datetime) -> Decision:
    return approval.reject(view.activity, view.registration(command.registration), command)


def accept_offer(view: View, command: AcceptOffer, now: datetime) -> Decision:
    return offers.accept(view.activity, view.registration(command.registration), now)


def decline_offer(view: View, command: DeclineOffer, now: datetime) -> Decision:
    decision = offers.decline(view.activity, view.registration(command.registration), now)
    return _then_promote(view, decision, now)


def send_invitation(view: View, command: SendInvitation, now: datetime) -> Decision:
    return invitation.send(view.activity, view.invitation(command.invitation), command, now)


def answer_invitation(view: View, command: AnswerInvitation, now: datetime) -> Decision:
    decision = invitation.answer(view.activity, view.invitation(command.invitation), command, now)
    return _then_promote(view, decision, now)


def remind_invitation(view: View, command: RemindInvitation, now: datetime) -> Decision:
    return invitation.remind(view.activity, view.invitation(command.invitation), now)


def record_attendance(view: View, command: RecordAttendance, now: datetime) -> Decision:
    return attendance.record(view.activity, view.registration(command.registration), command, now)


def correct_registration(view: View, command: CorrectRegistration, now: datetime) -> Decision:
    return registration.restate(view.activity, view.registration(command.registration))


def go_on(view: View, now: datetime) -> list[NewFact]:
    """What a tick does for an activity: ends of offers and holds, and promotions, also those that one command
    did not finish."""
    if (state := view.activity) is None:
        return []
    found = offers.lapsed(state, view.registration, now, MAX_FACTS)
    found += invitation.lapsed(state, now, MAX_FACTS - len(found))
    for content in found:
        state = activity.evolve(state, content)
    return found + registration.promote(state, view.lines, MAX_FACTS - len(found), now)


def _then_promote(view: View, decision: Decision, now: datetime) -> Decision:
    """Free seats go to those who wait; the one who just left does not wait any more."""
    if isinstance(decision, Refusal) or not decision:
        return decision
    state, body = activity.evolve(view.activity, decision[0]), decision[0].body
    left = getattr(body, "registration", None)
    lines = {line: [one for one in ahead if one.id != left] for line, ahead in view.lines.items()}
    if isinstance(body, RegistrationChanged) and body.was == "waitlisted":
        joining = registration.evolve(view.registration(body.registration), decision[0], 0)
        ahead = lines.get(body.quotas, [])
        lines[body.quotas] = seating.line_joined(ahead, joining, state.waiting[body.quotas])
    return decision + registration.promote(state, lines, MAX_FACTS - 1, now)


DECIDERS: dict[type[Command], Callable[[View, Any, datetime], Decision]] = {
    PublishActivity: publish_activity,
    ChangeActivity: change_activity,
    CancelActivity: cancel_activity,
    SubmitRegistration: submit_registration,
    CancelRegistration: cancel_registration,
    ChangeRegistration: change_registration,
    SeatRegistration: seat_registration,
    SubstituteRegistration: substitute_registration,
    ApproveRegistration: approve_registration,
    RejectRegistration: reject_registration,
    AcceptOffer: accept_offer,
    DeclineOffer: decline_offer,
    SendInvitation: send_invitation,
    AnswerInvitation: answer_invitation,
    RemindInvitation: remind_invitation,
    RecordAttendance: record_attendance,
    CorrectRegistration: correct_registration,
}


def decide(view: View, command: Command, now: datetime) -> Decision:
    return DECIDERS[type(command)](view, command, now)
