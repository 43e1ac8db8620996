"""What gatherings load beside their states, and how each of their commands is decided upon it all."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from services.registration.features.gatherings.domain import decider, registration
from services.registration.features.gatherings.domain import invitation as invitations
from services.registration.features.gatherings.domain.activity import Cells, Signature
from services.registration.features.gatherings.domain.decider import View
from services.registration.features.gatherings.domain.registrant import Registrant
from services.registration.features.gatherings.domain.registration import Registration
from services.registration.features.gatherings.gathering_contents import (
    of_activity,
    of_change,
    of_invitation,
    of_submission,
    of_substitution,
)
from services.registration.features.gatherings.submitters import Submitters
from services.registration.kernel.decisions import Decision, NewFact, Refusal
from services.registration.kernel.feature import CommandRule
from services.registration.kernel.loaded_states import LoadedStates
from services.registration.kernel.received_commands import ReceivedCommand
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

NAME: Final = "gatherings"
ACTIVITY: Final = "activity"
REGISTRATION: Final = "registration"
INVITATION: Final = "invitation"
Lines = dict[Signature, list[Registration]]
DISPOSING: Final = (
    AcceptOffer
    | ApproveRegistration
    | CancelRegistration
    | ChangeRegistration
    | DeclineOffer
    | RejectRegistration
    | SeatRegistration
    | SubstituteRegistration
)
"""Commands that take away what a registration has, or give it more."""


@dataclass(slots=True)
class Beside:
    """By activity: `lines`, the beginnings of its waiting lines; `live`, its confirmed and waitlisted by
    cell. `submitters`: who submits."""

    lines: dict[str, Lines] = field(default_factory=dict)
    live: dict[str, Cells] = field(default_factory=dict)
    submitters: Submitters | None = None


def beside(loaded: LoadedStates) -> Beside:
    found: Beside = loaded.beside[NAME]
    return found


def view(loaded: LoadedStates, name: str) -> View:
    at_hand = beside(loaded)
    return View(
        loaded.states[ACTIVITY].get(name),
        loaded.states[REGISTRATION].get,
        at_hand.lines.get(name, {}),
        at_hand.live.get(name, {}),
        loaded.states[INVITATION].get,
    )


def _decide(loaded: LoadedStates, asked: ReceivedCommand, now: datetime) -> Decision:
    return decider.decide(view(loaded, asked.key), asked.command, now)  # type: ignore[arg-type]


def _beyond(loaded: LoadedStates, asked: ReceivedCommand) -> bool:
    """Whether quotas do not bind: of anybody but the office's own staff `beyond` is not heard."""
    submitters = beside(loaded).submitters
    assert submitters is not None, "who asks is looked at before anything is decided"
    return getattr(asked.command, "beyond", False) and submitters.own(asked)


def _decide_own(loaded: LoadedStates, asked: ReceivedCommand, now: datetime) -> Decision:
    return _not_theirs(loaded, asked) or _decide(loaded, asked, now)


def seat(loaded: LoadedStates, asked: ReceivedCommand, now: datetime) -> Decision:
    assert isinstance(asked.command, SeatRegistration)
    heard = asked.command.model_copy(update={"beyond": _beyond(loaded, asked)})
    return _not_theirs(loaded, asked) or decider.decide(view(loaded, asked.key), heard, now)


def _not_theirs(loaded: LoadedStates, asked: ReceivedCommand) -> Refusal | None:
    """A system with a grant disposes of what it submitted; of others' registrations it learns nothing."""
    command = asked.command
    assert isinstance(command, DISPOSING)
    known = loaded.states[REGISTRATION].get(command.registration)
    theirs = known is not None and known.registrant.submitted_by == asked.envelope.source
    return Refusal("registration_unknown") if asked.granted and not theirs else None


def submit(loaded: LoadedStates, asked: ReceivedCommand, now: datetime) -> Decision:
    """With a decision in favour of who submits goes what is kept of them."""
    submitters, command, states = beside(loaded).submitters, asked.command, loaded.states
    assert submitters is not None, "people are found before a submission is decided"
    assert isinstance(command, SubmitRegistration)
    named = command.invitation if submitters.invites(asked) else None
    invitation = states[INVITATION].get(named) if named else None
    stands_for = Registrant(
        "",
        "",
        command.category,
        command.regency,
        command.cohort,
        command.institution,
        command.group,
        command.role_in_group,
        answers=command.answers,
    )
    if invitation is not None:
        invited = invitation.invited
        stands_for = replace(
            stands_for,
            category=invited.category,
            regency=invited.regency,
            cohort=invited.cohort,
            institution=invited.institution,
        )
    submitter = submitters.of(asked, command, stands_for)
    activity, known = states[ACTIVITY].get(asked.key), states[REGISTRATION].get
    if named:
        decision = invitations.name(activity, invitation, submitter.candidate, known, now)
    else:
        beyond, own = _beyond(loaded, asked), submitters.own(asked)
        decision = registration.submit(activity, submitter.candidate, known, now, beyond, own)
    if not isinstance(decision, Refusal):
        (content,) = decision
        return [NewFact(content.body, content.private, (submitter.meeting,))]
    if decision.reason == "already_registered" and submitter.proves:
        # an accepted command of theirs stands; the number is proved
        return Refusal(decision.reason, decision.numbers, (submitter.meeting,))
    return decision


def substitute(loaded: LoadedStates, asked: ReceivedCommand, now: datetime) -> Decision:
    """What is not given of who comes is as it was of whom they replace."""
    submitters, command = beside(loaded).submitters, asked.command
    assert submitters is not None, "people are found before a substitution is decided"
    assert isinstance(command, SubstituteRegistration)
    if refusal := _not_theirs(loaded, asked):
        return refusal
    known = loaded.states[REGISTRATION].get(command.registration)
    if known is None:
        return Refusal("registration_unknown")
    names = ("category", "regency", "cohort", "institution")
    given = {name: value for name in names if (value := getattr(command, name)) is not None}
    stands_for = replace(known.registrant, answers={}, **given)
    submitter = submitters.of(asked, command, stands_for)
    seen = replace(view(loaded, asked.key), candidate=submitter.candidate)
    heard = command.model_copy(update={"beyond": _beyond(loaded, asked)})
    decision = decider.decide(seen, heard, now)
    if isinstance(decision, Refusal):
        return decision
    first, *promoted = decision
    return [NewFact(first.body, first.private, (submitter.meeting,)), *promoted]


def go_on(loaded: LoadedStates, name: str, now: datetime) -> list[NewFact]:
    return decider.go_on(view(loaded, name), now)


COMMANDS: Final[dict[type[Command], CommandRule]] = {
    PublishActivity: CommandRule(_decide, "published", "id", faults=of_activity),
    ChangeActivity: CommandRule(_decide, "changed", "activity", faults=of_activity),
    CancelActivity: CommandRule(_decide, "cancelled", "activity", first=True),
    SubmitRegistration: CommandRule(submit, "confirmed", "activity", faults=of_submission),
    CancelRegistration: CommandRule(_decide_own, "cancelled", None),
    ChangeRegistration: CommandRule(_decide_own, "changed", None, faults=of_change),
    SeatRegistration: CommandRule(seat, "confirmed", None),
    SubstituteRegistration: CommandRule(substitute, "confirmed", None, faults=of_substitution),
    ApproveRegistration: CommandRule(_decide_own, "confirmed", None),
    RejectRegistration: CommandRule(_decide_own, "rejected", None),
    AcceptOffer: CommandRule(_decide_own, "confirmed", None),
    DeclineOffer: CommandRule(_decide_own, "cancelled", None),
    SendInvitation: CommandRule(_decide, "invited", "activity", faults=of_invitation),
    AnswerInvitation: CommandRule(_decide, "recorded", "activity"),
    RemindInvitation: CommandRule(_decide, "recorded", "activity"),
    RecordAttendance: CommandRule(_decide, "recorded", "activity"),
    CorrectRegistration: CommandRule(_decide, "corrected", "activity"),
}
"""The key of each is its activity. `confirmed` may be `waitlisted` or `submitted`, as its fact says."""
