"""Who registered for an activity that wants approval: staff say whether they take part."""

from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.domain.registration import Registration, standing
from services.registration.kernel.decisions import Decision, NewFact, Refusal
from shared.contracts.commands import RejectRegistration
from shared.contracts.facts import Change, Measure, RegistrationApproved, RegistrationRejected


def approve(state: ActivityState | None, registration: Registration | None) -> Decision:
    """Then the usual rules hold: a seat where every quota has room and nobody waits for it, else the end of
    the line."""
    if isinstance(found := _submitted(state, registration), Refusal):
        return found
    state, registration = found
    seated = state.has_room(registration.quotas) and not state.lets_wait
    add: dict[Measure, int] = {"waitlisted": -1, "confirmed": 1}
    fact = RegistrationApproved(
        activity=registration.activity,
        registration=registration.id,
        quotas=registration.quotas,
        seated=seated,
        place=None if seated else state.waiting_in_all + 1,
        changes=(Change(cell=registration.cell, add=add),) if seated else (),
    )
    return [NewFact(fact)]


def reject(
    state: ActivityState | None, registration: Registration | None, command: RejectRegistration
) -> Decision:
    if isinstance(found := _submitted(state, registration), Refusal):
        return found
    state, registration = found
    fact = RegistrationRejected(
        activity=registration.activity,
        registration=registration.id,
        changes=(Change(cell=registration.cell, add={"waitlisted": -1, "cancelled": 1}),),
    )
    return [NewFact(fact, command.reason)]


def _submitted(
    state: ActivityState | None, registration: Registration | None
) -> tuple[ActivityState, Registration] | Refusal:
    found = standing(state, registration)
    if isinstance(found, Refusal) or found[1].status == "submitted":
        return found
    return Refusal("already_answered")
