"""What staff do about a registration's seat: correct what it stands for, confirm it before its turn."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final, cast

from services.registration.features.gatherings.domain import activity as activities
from services.registration.features.gatherings.domain import answering
from services.registration.features.gatherings.domain.activity import ActivityState, Signature
from services.registration.features.gatherings.domain.offers import taken
from services.registration.features.gatherings.domain.registrant import Registrant
from services.registration.features.gatherings.domain.registration import (
    COUNTED_AS,
    Candidate,
    Registration,
    cell_of,
    next_round,
    standing,
)
from services.registration.kernel.decisions import Decision, NewFact, Refusal
from shared.contracts.commands import ChangeRegistration, SeatRegistration
from shared.contracts.facts import (
    Change,
    Measure,
    RegistrationChanged,
    RegistrationPromoted,
    RegistrationSubstituted,
    Standing,
)

FIELDS: Final = ("category", "regency", "institution", "cohort", "group", "role_in_group")


def change(
    state: ActivityState | None, registration: Registration | None, command: ChangeRegistration
) -> Decision:
    """Who is confirmed stays so: with a seat of each quota that holds for them now, or beyond all quotas. Who
    waits keeps their arrival; whom a seat is offered is corrected only where it can be offered to them still.
    Promotions that freed seats allow are added by the caller."""
    if isinstance(found := standing(state, registration), Refusal):
        return found
    state, registration = found
    given = {name: getattr(command, name) for name in FIELDS if name in command.model_fields_set}
    before = registration.registrant
    answers = _answers(state, before, given.get("category", before.category), command)
    if isinstance(answers, Refusal):
        return answers
    after = replace(before, **given, answers=answers)
    fields = tuple(name for name in (*FIELDS, "answers") if getattr(after, name) != getattr(before, name))
    if not fields:
        return []
    quotas = state.signature(after.category, after.regency, after.cohort)
    if registration.status != "confirmed" and not quotas:
        return Refusal("not_eligible")
    if registration.status in ("confirmed", "offered"):
        quotas = _seats(state, registration, quotas)
    if registration.status == "offered" and not quotas:
        return Refusal("no_seat")
    beyond = registration.status == "confirmed" and not quotas
    fact = RegistrationChanged(
        activity=registration.activity,
        registration=registration.id,
        fields=fields,
        was=cast(Standing, registration.status),
        line=registration.quotas,
        quotas=quotas,
        beyond=beyond or None,
        changes=_moved(registration, after, beyond),
    )
    return [NewFact(fact, after)]


def seat(
    state: ActivityState | None, registration: Registration | None, command: SeatRegistration
) -> Decision:
    """Whoever waits ahead goes on waiting."""
    if isinstance(found := standing(state, registration), Refusal):
        return found
    state, registration = found
    if registration.status == "confirmed":
        return Refusal("already_confirmed")
    if registration.status == "submitted":
        return Refusal("not_approved")
    if registration.status == "offered":
        return [NewFact(taken(registration, out_of_turn=True), command.reason)]
    room = state.has_room(registration.quotas)
    if not room and not command.beyond:
        return Refusal("no_seat")
    add: dict[Measure, int] = {"waitlisted": -1, "confirmed": 1}
    if not room:
        add["beyond"] = 1
    fact = RegistrationPromoted(
        activity=registration.activity,
        registration=registration.id,
        quotas=registration.quotas if room else (),
        out_of_turn=True,
        beyond=None if room else True,
        line=None if room else registration.quotas,
        changes=(Change(cell=registration.cell, add=add),),
    )
    return [NewFact(fact, command.reason)]


def substitute(
    state: ActivityState | None,
    registration: Registration | None,
    candidate: Candidate,
    known: Callable[[str], Registration | None],
    beyond: bool,
) -> Decision:
    """At any time, also when registration is closed: the place was given before. The seats given back count
    as free first. Promotions that they allow else are added by the caller."""
    if isinstance(found := standing(state, registration), Refusal):
        return found
    state, registration = found
    if registration.status != "confirmed":
        return Refusal("not_eligible")
    if (number := next_round(candidate, known)) is None:
        return Refusal("already_registered")
    who = candidate.registrant
    quotas = _seats(state, registration, state.signature(who.category, who.regency, who.cohort))
    if not quotas and not registration.beyond and not beyond:
        return Refusal("no_seat")
    gone: dict[Measure, int] = {"confirmed": -1, "cancelled": 1}
    come: dict[Measure, int] = {"confirmed": 1}
    gone |= {"beyond": -1} if registration.beyond else {}
    come |= {} if quotas else {"beyond": 1}
    fact = RegistrationSubstituted(
        activity=registration.activity,
        registration=candidate.id(number),
        replaces=registration.id,
        round=number,
        line=registration.quotas,
        quotas=quotas,
        beyond=None if quotas else True,
        invitation=registration.invitation,
        changes=(
            Change(cell=registration.cell, add=gone),
            Change(cell=cell_of(registration.activity, who), add=come),
        ),
    )
    return [NewFact(fact, who)]


def line_joined(line: Sequence[Registration], joining: Registration, waiting: int) -> list[Registration]:
    """A line's beginning after somebody joined the line at the place of their arrival. `waiting`: how many
    are in the line by now; beyond the loaded beginning nobody is added unless all of it is at hand."""
    whole = len(line) + 1 == waiting
    if not whole and (not line or joining.arrival > line[-1].arrival):
        return list(line)
    return sorted([*line, joining], key=lambda one: one.arrival)


def _answers(
    state: ActivityState, before: Registrant, category: str, command: ChangeRegistration
) -> answering.Held | Refusal:
    """Those that are given in the place of those that stood."""
    given = answering.checked(state.described.questions, category, command.answers)
    if isinstance(given, Refusal):
        return given
    stay = {name: answer for name, answer in before.answers.items() if name not in command.answers}
    return {**stay, **given}


def _seats(state: ActivityState, registration: Registration, quotas: Signature) -> Signature:
    """Of which one that has seats, or is offered them, has one from now on: what it gives back counts as
    free."""
    if registration.beyond or quotas == registration.quotas:
        return registration.quotas
    others: Mapping[str, int] = activities.moved(state.taken, registration.quotas, -1)
    return quotas if replace(state, taken=others).has_room(quotas) else ()


def _moved(registration: Registration, after: Registrant, beyond: bool) -> tuple[Change, ...]:
    """All that is counted of it goes over to the cell of what it stands for now."""
    seen = len(registration.attended)
    counted: dict[Measure, int] = {
        COUNTED_AS[registration.status]: 1,
        "present": min(seen, 1),
        "came_by_invitation": min(seen, 1) if registration.invitation else 0,
        "session_attendances": seen,
        "jp_attended": sum(registration.attended.values()),
    }
    gone = {name: -number for name, number in counted.items() if number}
    come = {name: number for name, number in counted.items() if number}
    gone |= {"beyond": -1} if registration.beyond else {}
    come |= {"beyond": 1} if beyond else {}
    old, new = registration.cell, cell_of(registration.activity, after)
    if old == new:
        step = beyond - registration.beyond
        return (Change(cell=old, add={"beyond": step}),) if step else ()
    return (Change(cell=old, add=gone), Change(cell=new, add=come))
