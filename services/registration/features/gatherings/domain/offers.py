"""A seat that is offered for a while: taken, left to the next, or let pass."""

from collections.abc import Callable
from datetime import datetime

from services.registration.features.gatherings.domain.activity import ActivityState
from services.registration.features.gatherings.domain.registration import Registration, standing
from services.registration.kernel.decisions import Decision, NewFact, Refusal
from shared.contracts.facts import Change, OfferEnded, RegistrationPromoted


def accept(state: ActivityState | None, registration: Registration | None, now: datetime) -> Decision:
    """To the moment when it ends."""
    if isinstance(found := _offered(state, registration, now), Refusal):
        return found
    return [NewFact(taken(found[1]))]


def decline(state: ActivityState | None, registration: Registration | None, now: datetime) -> Decision:
    """Promotions that the freed seats allow are added by the caller."""
    if isinstance(found := _offered(state, registration, now), Refusal):
        return found
    return [NewFact(_ended(found[1], declined=True))]


def lapsed(
    state: ActivityState, known: Callable[[str], Registration | None], now: datetime, limit: int
) -> list[NewFact]:
    """Ends of offers whose time has passed, at most `limit`, the longest past first."""
    late = sorted((until, name) for name, until in state.offers.items() if until <= now)
    people = [one for _, name in late[:limit] if (one := known(name)) is not None]
    return [NewFact(_ended(one, declined=False)) for one in people]


def taken(registration: Registration, out_of_turn: bool | None = None) -> RegistrationPromoted:
    """The seat that was held for it."""
    return RegistrationPromoted(
        activity=registration.activity,
        registration=registration.id,
        quotas=registration.quotas,
        out_of_turn=out_of_turn,
        offered=True,
        changes=(Change(cell=registration.cell, add={"waitlisted": -1, "confirmed": 1}),),
    )


def _ended(registration: Registration, declined: bool) -> OfferEnded:
    return OfferEnded(
        activity=registration.activity,
        registration=registration.id,
        quotas=registration.quotas,
        declined=declined,
        changes=(Change(cell=registration.cell, add={"waitlisted": -1, "cancelled": 1}),),
    )


def _offered(
    state: ActivityState | None, registration: Registration | None, now: datetime
) -> tuple[ActivityState, Registration] | Refusal:
    found = standing(state, registration)
    if isinstance(found, Refusal):
        return Refusal("offer_ended") if found.reason == "already_cancelled" else found
    state, registration = found
    if registration.status == "confirmed":
        return Refusal("already_confirmed")
    if registration.status == "submitted":
        return Refusal("not_approved")
    until = state.offers.get(registration.id)
    return found if until is not None and now < until else Refusal("offer_ended")
