"""An activity in the register: how it is described, and how many seats of each quota are taken."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError

from services.registration.kernel.decisions import NewFact, Refusal
from shared.contracts.activity import Activity, Quota, last_end
from shared.contracts.commands import CancelActivity, ChangeActivity, PublishActivity
from shared.contracts.facts import (
    MAX_CELLS,
    ActivityCancelled,
    ActivityChanged,
    ActivityCounted,
    ActivityPublished,
    AttendanceRecorded,
    Cell,
    Change,
    InvitationAnswered,
    InvitationEnded,
    InvitationSent,
    Measure,
    OfferEnded,
    OfferMade,
    RegistrationApproved,
    RegistrationCancelled,
    RegistrationChanged,
    RegistrationConfirmed,
    RegistrationPromoted,
    RegistrationSubmitted,
    RegistrationSubstituted,
    RegistrationWaitlisted,
    SeatCount,
    SessionTime,
)
from shared.contracts.misfits import misfits
from shared.instants import at_place, earlier, in_zone

Signature = tuple[str, ...]
"""The quotas that a registration takes a seat of; those who wait stand in one line per signature."""

Cells = Mapping[Cell, Mapping[Measure, int]]


@dataclass(frozen=True, slots=True)
class Hold:
    """Seats of each of these quotas that are kept for whom an invitation's owner names; `left` of them."""

    quotas: Signature
    left: int
    until: datetime


@dataclass(frozen=True, slots=True)
class ActivityState:
    """`taken` counts by quota, `waiting` by signature, `attended` by session; `registrations` ever made.
    `offers`: until when a seat is offered, by registration, and `holds`, by invitation; both count as
    taken."""

    described: Activity
    taken: Mapping[str, int]
    waiting: Mapping[Signature, int] = field(default_factory=dict)
    attended: Mapping[str, int] = field(default_factory=dict)
    registrations: int = 0
    cancelled: bool = False
    reason: str | None = None
    offers: Mapping[str, datetime] = field(default_factory=dict)
    holds: Mapping[str, Hold] = field(default_factory=dict)

    def signature(self, category: str, regency: str | None, cohort: int | None) -> Signature:
        return tuple(quota.id for quota in self.described.quotas if quota.admits(category, regency, cohort))

    def has_room(self, signature: Signature, many: int = 1) -> bool:
        seats = {quota.id: quota.seats for quota in self.described.quotas}
        return all(self.taken.get(quota, 0) + many <= seats[quota] for quota in signature)

    @property
    def waiting_in_all(self) -> int:
        return sum(self.waiting.values())

    @property
    def lets_wait(self) -> bool:
        """Whether somebody waits whose quotas all have room."""
        return not self.cancelled and any(
            number > 0 and self.has_room(line) for line, number in self.waiting.items()
        )

    def over(self, now: datetime) -> bool:
        """From the end of the last session on nobody is moved up."""
        ends = last_end(self.described.sessions)
        return ends is not None and now >= ends

    def promoting(self, now: datetime) -> bool:
        """Whether there is a promotion to do: one that a command did not finish."""
        return self.lets_wait and not self.over(now)

    def due(self, now: datetime) -> bool:
        """Whether time has brought something to do: a promotion, or the end of an offer or a hold."""
        return self.promoting(now) or any(until <= now for until in self._deadlines)

    def offered_until(self, now: datetime) -> datetime:
        """To the second; never longer than somebody can come."""
        within, ends = self.described.offer_within, last_end(self.described.sessions)
        assert within is not None, "it offers seats"
        until = earlier(now, -within)
        return at_place(until if ends is None else min(until, ends), UTC).replace(microsecond=0)

    @property
    def next_due(self) -> datetime | None:
        """When the next offer or hold ends."""
        return min(self._deadlines, default=None)

    @property
    def _deadlines(self) -> list[datetime]:
        return [*self.offers.values(), *(hold.until for hold in self.holds.values())]


def evolve(state: ActivityState | None, content: NewFact, number: int = 0) -> ActivityState:
    """The activity after a fact, whatever its number. Facts about its registrations move its counts."""
    body = content.body
    if state is None or isinstance(body, ActivityPublished):
        described = content.private
        assert isinstance(described, Activity), "the first fact of an activity describes it"
        if state is None:
            return ActivityState(described, {quota.id: 0 for quota in described.quotas})
        taken = {quota.id: state.taken.get(quota.id, 0) for quota in described.quotas}
        return replace(state, described=described, taken=taken)
    match body:
        case InvitationSent(invitation=name, quotas=quotas, seats=many, until=until):
            taken = moved(state.taken, quotas, many)
            return replace(state, taken=taken, holds={**state.holds, name: Hold(quotas, many, until)})
        case InvitationAnswered(invitation=name, quotas=quotas, freed=many):
            return replace(_held_less(state, name, many), taken=moved(state.taken, quotas, -many))
        case InvitationEnded(invitation=name, quotas=quotas, freed=many):
            return replace(_held_less(state, name, many), taken=moved(state.taken, quotas, -many))
        case RegistrationConfirmed(invitation=str() as name):
            return replace(_held_less(state, name, 1), registrations=state.registrations + 1)
        case RegistrationConfirmed(quotas=quotas):
            return replace(state, taken=moved(state.taken, quotas, +1), registrations=state.registrations + 1)
        case RegistrationWaitlisted(quotas=quotas):
            waiting = moved(state.waiting, [quotas], +1)
            return replace(state, waiting=waiting, registrations=state.registrations + 1)
        case RegistrationSubmitted():
            return replace(state, registrations=state.registrations + 1)
        case RegistrationApproved(seated=True, quotas=quotas):
            return replace(state, taken=moved(state.taken, quotas, +1))
        case RegistrationApproved(quotas=quotas):
            return replace(state, waiting=moved(state.waiting, [quotas], +1))
        case OfferMade(registration=registration, quotas=quotas, until=until):
            return replace(
                state,
                taken=moved(state.taken, quotas, +1),
                waiting=moved(state.waiting, [quotas], -1),
                offers={**state.offers, registration: until},
            )
        case OfferEnded(registration=registration, quotas=quotas):
            return replace(_without_offer(state, registration), taken=moved(state.taken, quotas, -1))
        case RegistrationPromoted(offered=True, registration=registration):
            return _without_offer(state, registration)
        case RegistrationPromoted(quotas=quotas, line=line):
            return replace(
                state,
                taken=moved(state.taken, quotas, +1),
                waiting=moved(state.waiting, [quotas if line is None else line], -1),
            )
        case RegistrationSubstituted(line=before, quotas=quotas):
            taken = moved(moved(state.taken, before, -1), quotas, +1)
            return replace(state, taken=taken, registrations=state.registrations + 1)
        case RegistrationChanged(was="confirmed" | "offered", line=before, quotas=quotas):
            return replace(state, taken=moved(moved(state.taken, before, -1), quotas, +1))
        case RegistrationChanged(was="waitlisted", line=before, quotas=quotas):
            return replace(state, waiting=moved(moved(state.waiting, [before], -1), [quotas], +1))
        case RegistrationCancelled(standing="submitted"):
            return state
        case RegistrationCancelled(standing="offered", registration=registration, quotas=quotas):
            return replace(_without_offer(state, registration), taken=moved(state.taken, quotas, -1))
        case RegistrationCancelled(was="confirmed", quotas=quotas):
            return replace(state, taken=moved(state.taken, quotas, -1))
        case RegistrationCancelled(quotas=quotas):
            return replace(state, waiting=moved(state.waiting, [quotas], -1))
        case AttendanceRecorded(session=session, present=present):
            return replace(state, attended=moved(state.attended, [session], 1 if present else -1))
        case ActivityCancelled():
            return replace(state, cancelled=True, reason=content.private, offers={}, holds={})
        case _:
            return state


def _without_offer(state: ActivityState, registration: str) -> ActivityState:
    offers = {name: until for name, until in state.offers.items() if name != registration}
    return replace(state, offers=offers)


def _held_less(state: ActivityState, invitation: str, many: int) -> ActivityState:
    """A hold of which nothing is left is none."""
    holds = dict(state.holds)
    if (hold := holds.pop(invitation, None)) is not None and hold.left > many:
        holds[invitation] = replace(hold, left=hold.left - many)
    return replace(state, holds=holds)


def moved(counts: Mapping[Any, int], keys: Any, step: int) -> dict[Any, int]:
    moved = dict(counts)
    for key in keys:
        moved[key] = moved.get(key, 0) + step
    return moved


def publish(state: ActivityState | None, command: PublishActivity) -> list[NewFact] | Refusal:
    if state is not None:
        return Refusal("activity_exists")
    described = Activity.model_validate(command.model_dump())
    change = Change(cell=Cell(activity=command.id), add={"activities": 1, "seats": described.seats})
    return [NewFact(ActivityPublished(changes=(change,), **_attributes(described)), described)]


def change(state: ActivityState | None, command: ChangeActivity) -> list[NewFact] | Refusal:
    """Change what is given. Promotions that new seats allow are added by the caller."""
    if state is None:
        return Refusal("activity_unknown")
    if state.cancelled:
        return Refusal("activity_cancelled")
    before = state.described
    given = command.model_dump(exclude_unset=True, exclude={"activity", "notify"})
    try:
        after = Activity.model_validate(before.model_dump() | given)
    except ValidationError as error:
        return Refusal("invalid", misfits(error.errors())[0]._asdict())
    fields = tuple(sorted(name for name in given if getattr(after, name) != getattr(before, name)))
    if not fields:
        return []
    if refusal := _quotas_hold(state, after) or _sessions_hold(state, after) or _questions_hold(state, after):
        return refusal
    seats = after.seats - before.seats
    changes = (Change(cell=Cell(activity=after.id), add={"seats": seats}),) if seats else ()
    attributes = _attributes(after) | ({} if command.notify else {"notify": False})
    return [NewFact(ActivityChanged(changes=changes, fields=fields, **attributes), after)]


def _quotas_hold(state: ActivityState, after: Activity) -> Refusal | None:
    def rules(quotas: tuple[Quota, ...]) -> set[tuple[Any, ...]]:
        return {(quota.id, quota.categories, quota.regencies, quota.cohorts) for quota in quotas}

    if (state.registrations or state.holds) and rules(state.described.quotas) != rules(after.quotas):
        return Refusal("quota_rule_fixed")
    for quota in after.quotas:
        if quota.seats < (taken := state.taken.get(quota.id, 0)):
            return Refusal("quota_below_taken", {"quota": quota.id, "taken": taken})
    return None


def _sessions_hold(state: ActivityState, after: Activity) -> Refusal | None:
    """A session at which somebody was seen stays, with its lesson hours: they are counted already."""
    hours = {session.id: session.jp for session in after.sessions}
    for session in state.described.sessions:
        if state.attended.get(session.id) and hours.get(session.id) != session.jp:
            return Refusal("invalid", {"field": "sessions", "rule": "attended", "session": session.id})
    return None


def _questions_hold(state: ActivityState, after: Activity) -> Refusal | None:
    """Once somebody registered, a question is answered in the way that it was."""
    if not state.registrations:
        return None
    stood = {one.id: one.answered_by for one in state.described.questions}
    for at, question in enumerate(after.questions):
        if stood.get(question.id, question.answered_by) != question.answered_by:
            return Refusal("invalid", {"field": f"questions.{at}.kind", "rule": "kind_fixed"})
    return None


def cancel(state: ActivityState | None, command: CancelActivity, live: Cells) -> list[NewFact] | Refusal:
    """One fact for the activity and everyone in it; `live` counts its confirmed, those of them beyond the
    quotas, and its waitlisted by cell."""
    if state is None:
        return Refusal("activity_unknown")
    if state.cancelled:
        return Refusal("activity_cancelled")
    whole = Change(
        cell=Cell(activity=command.activity), add={"activities": -1, "seats": -state.described.seats}
    )
    changes = [whole]
    for cell, counts in live.items():
        add: dict[Measure, int] = {name: -number for name, number in counts.items() if number}
        people = sum(number for name, number in counts.items() if name != "beyond")
        changes.append(Change(cell=cell, add=add | {"cancelled": people}))
    first = ActivityCancelled(activity=command.activity, changes=tuple(changes[:MAX_CELLS]))
    rest = [
        ActivityCounted(activity=command.activity, changes=tuple(changes[start : start + MAX_CELLS]))
        for start in range(MAX_CELLS, len(changes), MAX_CELLS)
    ]
    return [NewFact(first, command.reason), *map(NewFact, rest)]


def _attributes(described: Activity) -> dict[str, Any]:
    """What figures are grouped by: the month and the place of the first session, in its own zone."""
    first = min(described.sessions, key=lambda session: session.starts)
    local = in_zone(first.starts, first.zone)
    return {
        "activity": described.id,
        "title": described.title,
        "kind": described.kind,
        "month": f"{local.year:04}-{local.month:02}",
        "regency": first.regency or "online",
        "province": first.regency[:2] if first.regency else "online",
        "seats": described.seats,
        "quotas": tuple(SeatCount(id=quota.id, seats=quota.seats) for quota in described.quotas),
        "sessions": tuple(
            SessionTime(
                id=session.id,
                starts=at_place(session.starts, UTC),
                ends=at_place(session.ends, UTC),
                jp=session.jp,
            )
            for session in described.sessions
        ),
        "reminder_before": described.reminder_before,
    }


ATTENDANCE_OPENS_BEFORE = timedelta(hours=2)  # the desk opens before the first speaker does


def attendance_opens(described: Activity, starts: datetime) -> datetime:
    before = described.attendance_opens_before
    return earlier(starts, ATTENDANCE_OPENS_BEFORE if before is None else before)
