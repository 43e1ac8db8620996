"""A participant in an activity: confirmed while every quota that holds for them has a seat, else in line."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal

from services.registration.features.gatherings.domain import activity as activities
from services.registration.features.gatherings.domain import answering
from services.registration.features.gatherings.domain.activity import ActivityState, Signature
from services.registration.features.gatherings.domain.registrant import Registrant
from services.registration.kernel.decisions import Decision, NewFact, Refusal
from shared.contracts.activity import Activity
from shared.contracts.facts import (
    ENDED,
    AttendanceRecorded,
    Body,
    Cell,
    Change,
    Measure,
    OfferEnded,
    OfferMade,
    RegistrationApproved,
    RegistrationCancelled,
    RegistrationChanged,
    RegistrationConfirmed,
    RegistrationCorrected,
    RegistrationPromoted,
    RegistrationRejected,
    RegistrationSubmitted,
    RegistrationSubstituted,
    RegistrationWaitlisted,
    Standing,
)

MAX_FACTS = 1_000  # of one command; what it leaves undone goes on by ticks
Status = Standing | Literal["cancelled", "rejected"]
COUNTED_AS: Final[Mapping[str, Measure]] = {
    "submitted": "waitlisted",
    "waitlisted": "waitlisted",
    "offered": "waitlisted",
    "confirmed": "confirmed",
    "cancelled": "cancelled",
    "rejected": "cancelled",
}
"""The measure by status."""


@dataclass(frozen=True, slots=True)
class Registration:
    """`arrival`: number of its first fact, or of its approval, the order in which people wait. `attended`:
    session -> JP. `beyond`: it is confirmed and takes a seat of no quota; `reason`: why it was rejected;
    `invitation`: by which it was named."""

    id: str
    activity: str
    round: int
    status: Status
    quotas: Signature
    arrival: int
    registrant: Registrant
    attended: Mapping[str, int] = field(default_factory=dict)
    beyond: bool = False
    reason: str | None = None
    invitation: str | None = None

    @property
    def ended(self) -> bool:
        return self.status in ENDED

    @property
    def cell(self) -> Cell:
        who = self.registrant
        return cell_of(self.activity, who)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Who submits, found among the office's people; `id` gives the registration's id of a round."""

    registrant: Registrant
    id: Callable[[int], str]


def cell_of(activity: str, who: Registrant) -> Cell:
    return Cell(activity=activity, category=who.category, home_regency=who.regency, cohort=who.cohort)


_FIRST: Final[Mapping[type[Body], Status]] = {
    RegistrationConfirmed: "confirmed",
    RegistrationWaitlisted: "waitlisted",
    RegistrationSubmitted: "submitted",
}


def evolve(state: Registration | None, content: NewFact, number: int) -> Registration:
    """The registration after a fact with this number in the ledger."""
    match content.body:
        case (RegistrationConfirmed() | RegistrationWaitlisted() | RegistrationSubmitted()) as first:
            who = content.private
            assert isinstance(who, Registrant), "the first fact of a registration says who it is"
            return Registration(
                first.registration,
                first.activity,
                first.round,
                _FIRST[type(first)],
                first.quotas,
                number,
                who,
                beyond=bool(getattr(first, "beyond", None)),
                invitation=getattr(first, "invitation", None),
            )
    if isinstance(content.body, RegistrationSubstituted):
        return _substituted(state, content.body, content.private, number)
    assert state is not None, "only its first fact makes a registration"
    match content.body:
        case RegistrationApproved(seated=seated):
            return replace(state, status="confirmed" if seated else "waitlisted", arrival=number)
        case RegistrationRejected():
            return replace(state, status="rejected", reason=content.private)
        case OfferMade():
            return replace(state, status="offered")
        case RegistrationPromoted(quotas=quotas, beyond=beyond):
            return replace(state, status="confirmed", quotas=quotas, beyond=bool(beyond))
        case RegistrationChanged(quotas=quotas, beyond=beyond):
            who = content.private
            assert isinstance(who, Registrant), "the fact of a change says what it stands for now"
            return replace(state, registrant=who, quotas=quotas, beyond=bool(beyond))
        case RegistrationCancelled() | OfferEnded():
            return replace(state, status="cancelled")
        case AttendanceRecorded(session=session, present=present, jp=jp):
            others = {key: value for key, value in state.attended.items() if key != session}
            return replace(state, attended=others | ({session: jp} if present else {}))
    return state


def _substituted(
    state: Registration | None, body: RegistrationSubstituted, who: object, number: int
) -> Registration:
    """Who is replaced is there already, who comes in their place is not."""
    if state is not None:
        return replace(state, status="cancelled")
    assert isinstance(who, Registrant), "the first fact of a registration says who it is"
    return Registration(
        body.registration,
        body.activity,
        body.round,
        "confirmed",
        body.quotas,
        number,
        who,
        beyond=bool(body.beyond),
        invitation=body.invitation,
    )


def closed_to_all(
    state: ActivityState,
    category: str,
    regency: str | None,
    cohort: int | None,
    now: datetime,
    by_staff: bool = False,
) -> Refusal | None:
    """Why nobody new who stands for this is taken, whoever they are."""
    if state.described.invitation_only and not by_staff:
        return Refusal("not_invited")
    if now < state.described.opens:
        return Refusal("not_open_yet")
    if now >= state.described.closes:
        return Refusal("window_closed")
    return None if state.signature(category, regency, cohort) else Refusal("not_eligible")


def submit(
    state: ActivityState | None,
    candidate: Candidate,
    known: Callable[[str], Registration | None],
    now: datetime,
    beyond: bool = False,
    by_staff: bool = False,
) -> Decision:
    """`known` finds a registration by id; after a cancelled one comes a new round, last in the queue.
    `beyond`: whenever it is, without being approved, and beyond the quotas where they have no room.
    `by_staff`: who submits for others may do so where only the invited may, and leave questions open.

    Behind somebody who waits though there is room, also where the activity is over: nobody is overtaken."""
    if state is None:
        return Refusal("activity_unknown")
    described, who = state.described, candidate.registrant
    if state.cancelled:
        return Refusal("activity_cancelled")
    if (number := next_round(candidate, known)) is None:
        return Refusal("already_registered")
    refusal = closed_to_all(state, who.category, who.regency, who.cohort, now, by_staff)
    if refusal and not beyond:
        return refusal
    answers = answered(described, who, not by_staff)
    if isinstance(answers, Refusal):
        return answers
    who = replace(who, answers=answers)
    quotas = state.signature(who.category, who.regency, who.cohort)
    cell, registration = cell_of(described.id, who), candidate.id(number)
    seated = bool(quotas) and state.has_room(quotas) and not state.lets_wait
    if beyond or (seated and not described.approval):
        add: dict[Measure, int] = {"confirmed": 1} | ({} if seated else {"beyond": 1})
        confirmed = RegistrationConfirmed(
            activity=described.id,
            registration=registration,
            round=number,
            quotas=quotas if seated else (),
            beyond=None if seated else True,
            changes=(Change(cell=cell, add=add),),
        )
        return [NewFact(confirmed, who)]
    if described.approval:
        submitted = RegistrationSubmitted(
            activity=described.id,
            registration=registration,
            round=number,
            quotas=quotas,
            changes=(Change(cell=cell, add={COUNTED_AS["submitted"]: 1}),),
        )
        return [NewFact(submitted, who)]
    waitlisted = RegistrationWaitlisted(
        activity=described.id,
        registration=registration,
        round=number,
        quotas=quotas,
        place=state.waiting_in_all + 1,
        changes=(Change(cell=cell, add={"waitlisted": 1}),),
    )
    return [NewFact(waitlisted, who)]


def answered(described: Activity, who: Registrant, demanding: bool) -> answering.Held | Refusal:
    """What is held of their answers."""
    held, wrong = answering.sorted_out(described.questions, who.category, who.answers)
    wrong += answering.missing(described.questions, who.category, held) if demanding else []
    return answering.refused(wrong) if wrong else held


def next_round(candidate: Candidate, known: Callable[[str], Registration | None]) -> int | None:
    """None while they have a registration that stands."""
    number = 1
    while before := known(candidate.id(number)):
        if not before.ended:
            return None
        number += 1
    return number


def standing(
    state: ActivityState | None, registration: Registration | None
) -> tuple[ActivityState, Registration] | Refusal:
    """A registration about which something can be decided."""
    if state is None:
        return Refusal("activity_unknown")
    if registration is None or registration.activity != state.described.id:
        return Refusal("registration_unknown")
    if state.cancelled:
        return Refusal("activity_cancelled")
    if registration.ended:
        return Refusal("already_cancelled")
    return state, registration


def cancel(state: ActivityState | None, registration: Registration | None) -> Decision:
    """Promotions that the freed seats allow are added by the caller."""
    if isinstance(found := standing(state, registration), Refusal):
        return found
    _, registration = found
    confirmed = registration.status == "confirmed"
    counted: Measure = COUNTED_AS[registration.status]
    add: dict[Measure, int] = {counted: -1, "cancelled": 1} | ({"beyond": -1} if registration.beyond else {})
    fact = RegistrationCancelled(
        activity=registration.activity,
        registration=registration.id,
        was="confirmed" if confirmed else "waitlisted",
        standing=registration.status if registration.status in ("submitted", "offered") else None,
        quotas=registration.quotas,
        changes=(Change(cell=registration.cell, add=add),),
    )
    return [NewFact(fact)]


def restate(state: ActivityState | None, registration: Registration | None) -> Decision:
    """Of which the person was corrected. Nothing is owed any more to who is cancelled."""
    if state is None:
        return Refusal("activity_unknown")
    if registration is None or registration.activity != state.described.id:
        return Refusal("registration_unknown")
    if state.cancelled or registration.ended:
        return []
    return [NewFact(RegistrationCorrected(activity=registration.activity, registration=registration.id))]


def promote(
    state: ActivityState, lines: Mapping[Signature, Sequence[Registration]], limit: int, now: datetime
) -> list[NewFact]:
    """Move up the earliest head whose quotas all have room, again and again, at most `limit` times; nobody
    once the activity is over. To be moved up is to get the seat, or an offer of it.

    `lines` holds the beginnings of the lines. Where a line goes on beyond what was loaded, nobody behind
    it is moved up: the rest follows when more of it is at hand.
    """
    found: list[NewFact] = []
    at = dict.fromkeys(lines, 0)
    while len(found) < limit and state.promoting(now):
        open_lines = [line for line, number in state.waiting.items() if number > 0 and state.has_room(line)]
        if any(at.get(line, 0) >= len(lines.get(line, ())) for line in open_lines):
            break
        line = min(open_lines, key=lambda line: lines[line][at[line]].arrival)
        head = lines[line][at[line]]
        at[line] += 1
        found.append(NewFact(_moved_up(state, head, now)))
        state = activities.evolve(state, found[-1])
    return found


def _moved_up(state: ActivityState, head: Registration, now: datetime) -> OfferMade | RegistrationPromoted:
    if state.described.offer_within is not None:
        until = state.offered_until(now)
        return OfferMade(activity=head.activity, registration=head.id, quotas=head.quotas, until=until)
    return RegistrationPromoted(
        activity=head.activity,
        registration=head.id,
        quotas=head.quotas,
        changes=(Change(cell=head.cell, add={"waitlisted": -1, "confirmed": 1}),),
    )
