"""Somebody who is invited with seats that are held for them, and for whom they name."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.registration.features.gatherings.domain.activity import ActivityState, Signature
from services.registration.features.gatherings.domain.registration import (
    Candidate,
    Registration,
    answered,
    cell_of,
    next_round,
)
from services.registration.kernel.decisions import Decision, NewFact, Refusal
from shared.contracts.commands import AnswerInvitation, Institution, Invitee, SendInvitation
from shared.contracts.facts import (
    Cell,
    Change,
    InvitationAnswered,
    InvitationEnded,
    InvitationReminded,
    InvitationSent,
    RegistrationConfirmed,
)
from shared.contracts.types import Category

Answer = Literal["coming", "represented", "not_coming"]


@dataclass(frozen=True, slots=True)
class Invited:
    """Who it goes to, and what they stand for: so do the people whom they name."""

    to: Invitee | None
    category: Category
    regency: str | None = None
    cohort: int | None = None
    institution: Institution | None = None
    text: str | None = None
    letter: str | None = None


@dataclass(frozen=True, slots=True)
class Invitation:
    """`seats` were held at first, `kept` are needed by the last answer; None while there is none."""

    id: str
    activity: str
    seats: int
    kept: int
    quotas: Signature
    until: datetime
    invited: Invited
    answer: Answer | None = None
    reminded: int = 0


def evolve(state: Invitation | None, content: NewFact, number: int) -> Invitation:
    body = content.body
    if isinstance(body, InvitationSent):
        invited = content.private
        assert isinstance(invited, Invited), "the first fact of an invitation says whose it is"
        seats = body.seats
        return Invitation(body.invitation, body.activity, seats, seats, body.quotas, body.until, invited)
    assert state is not None, "only its first fact makes an invitation"
    match body:
        case InvitationAnswered(answer=answer, freed=freed):
            return replace(state, answer=answer, kept=state.kept - freed)
        case InvitationReminded():
            return replace(state, reminded=state.reminded + 1)
    return state


def send(
    state: ActivityState | None, known: Invitation | None, command: SendInvitation, now: datetime
) -> Decision:
    """The seats must be there, and nobody may wait for them."""
    if state is None:
        return Refusal("activity_unknown")
    if state.cancelled:
        return Refusal("activity_cancelled")
    if known is not None:
        return Refusal("id_reused")
    if command.until <= now:
        return Refusal("deadline_passed")
    quotas = state.signature(command.category, command.regency, command.cohort)
    if not quotas:
        return Refusal("not_eligible")
    if state.lets_wait or not state.has_room(quotas, command.seats):
        return Refusal("no_seat")
    invited = Invited(
        command.to,
        command.category,
        command.regency,
        command.cohort,
        command.institution,
        command.text,
        command.letter,
    )
    cell = Cell(
        activity=command.activity,
        category=command.category,
        home_regency=command.regency,
        cohort=command.cohort,
    )
    fact = InvitationSent(
        activity=command.activity,
        invitation=command.invitation,
        seats=command.seats,
        quotas=quotas,
        until=command.until,
        changes=(Change(cell=cell, add={"invited": command.seats}),),
    )
    return [NewFact(fact, invited)]


def answer(
    state: ActivityState | None, known: Invitation | None, command: AnswerInvitation, now: datetime
) -> Decision:
    """Promotions that the freed seats allow are added by the caller."""
    if isinstance(found := _open(state, known, now), Refusal):
        return found
    state, known = found
    left = state.holds[known.id].left if known.id in state.holds else 0
    wanted = 0 if command.answer == "not_coming" else command.seats or known.kept
    freed = max(0, min(left, known.kept - wanted))
    if command.answer == known.answer and not freed:
        return []
    fact = InvitationAnswered(
        activity=known.activity,
        invitation=known.id,
        answer=command.answer,
        freed=freed,
        quotas=known.quotas,
    )
    return [NewFact(fact)]


def remind(state: ActivityState | None, known: Invitation | None, now: datetime) -> Decision:
    if isinstance(found := _open(state, known, now), Refusal):
        return found
    if found[1].answer is not None:
        return Refusal("already_answered")
    return [NewFact(InvitationReminded(activity=found[1].activity, invitation=found[1].id))]


def name(
    state: ActivityState | None,
    invitation: Invitation | None,
    candidate: Candidate,
    known: Callable[[str], Registration | None],
    now: datetime,
) -> Decision:
    """Whom an invitation's owner names gets one of the seats that are held for it, whether registration is
    open or not."""
    if isinstance(found := _open(state, invitation, now), Refusal):
        return found
    state, invitation = found
    if (number := next_round(candidate, known)) is None:
        return Refusal("already_registered")
    if invitation.id not in state.holds:
        return Refusal("no_seat")
    answers = answered(state.described, candidate.registrant, demanding=False)
    if isinstance(answers, Refusal):
        return answers
    who = replace(candidate.registrant, answers=answers)
    fact = RegistrationConfirmed(
        activity=invitation.activity,
        registration=candidate.id(number),
        round=number,
        quotas=invitation.quotas,
        invitation=invitation.id,
        changes=(Change(cell=cell_of(invitation.activity, who), add={"confirmed": 1}),),
    )
    return [NewFact(fact, who)]


def lapsed(state: ActivityState, now: datetime, limit: int) -> list[NewFact]:
    """Ends of holds whose date has passed, at most `limit`, the longest past first."""
    late = sorted((hold.until, one) for one, hold in state.holds.items() if hold.until <= now)
    return [
        NewFact(
            InvitationEnded(
                activity=state.described.id,
                invitation=one,
                freed=state.holds[one].left,
                quotas=state.holds[one].quotas,
            )
        )
        for _, one in late[:limit]
    ]


def _open(
    state: ActivityState | None, known: Invitation | None, now: datetime
) -> tuple[ActivityState, Invitation] | Refusal:
    """One that can still be answered."""
    if state is None:
        return Refusal("activity_unknown")
    if state.cancelled:
        return Refusal("activity_cancelled")
    if known is None or known.activity != state.described.id:
        return Refusal("not_invited")
    if now >= known.until:
        return Refusal("deadline_passed")
    return Refusal("already_answered") if known.answer == "not_coming" else (state, known)
