"""Who was seen at which session."""

from datetime import datetime

from services.registration.features.gatherings.domain.activity import ActivityState, attendance_opens
from services.registration.features.gatherings.domain.registration import Registration
from services.registration.kernel.decisions import NewFact, Refusal
from shared.contracts.commands import RecordAttendance
from shared.contracts.facts import AttendanceRecorded, Change, Measure


def record(
    state: ActivityState | None, registration: Registration | None, command: RecordAttendance, now: datetime
) -> list[NewFact] | Refusal:
    """Mark present, or take the mark back. From shortly before the session on, with no end: lists on paper
    are typed in days later. What is marked already has no effect. A mark outlives the seat: of who cancelled
    since it can still be taken back, and none can be made."""
    if state is None:
        return Refusal("activity_unknown")
    if state.cancelled:
        return Refusal("activity_cancelled")
    session = next((one for one in state.described.sessions if one.id == command.session), None)
    if session is None:
        return Refusal("session_unknown")
    if registration is None or registration.activity != command.activity:
        return Refusal("registration_unknown")
    if registration.ended and command.present:
        return Refusal("already_cancelled")
    if registration.status in ("submitted", "waitlisted", "offered"):
        return Refusal("not_eligible")
    if now < attendance_opens(state.described, session.starts):
        return Refusal("session_not_open")
    seen = session.id in registration.attended
    if command.present == seen:
        return []
    jp = session.jp if command.present else registration.attended[session.id]
    step = 1 if command.present else -1
    add: dict[Measure, int] = {"session_attendances": step, "jp_attended": step * jp}
    if len(registration.attended) == (0 if command.present else 1):
        add["present"] = step
        add |= {"came_by_invitation": step} if registration.invitation else {}
    fact = AttendanceRecorded(
        activity=command.activity,
        registration=registration.id,
        session=session.id,
        present=command.present,
        jp=jp,
        changes=(Change(cell=registration.cell, add={k: v for k, v in add.items() if v}),),
    )
    return [NewFact(fact)]
