"""A person of the office: what staff correct of them reaches every registration by reactions."""

from dataclasses import replace

from services.registration.domain.activity import ActivityState
from services.registration.domain.happened import Happened, Person, Refusal
from services.registration.domain.registration import Registration
from shared.contracts.commands import CorrectParticipant
from shared.contracts.facts import ParticipantCorrected, RegistrationCorrected


def key(ref: str) -> str:
    """Of what is about a person, whatever they take part in."""
    return f"p:{ref}"


def correct(person: Person | None, command: CorrectParticipant) -> list[Happened] | Refusal:
    if person is None:
        return Refusal("participant_unknown")
    given = command.model_dump(exclude={"ref"}, exclude_unset=True)
    changed = {name: value for name, value in given.items() if getattr(person.who, name) != value}
    if not changed:
        return []
    after = replace(person, who=person.who.model_copy(update=changed))
    return [Happened(ParticipantCorrected(fields=tuple(sorted(changed))), corrected=after)]


def restate(state: ActivityState | None, registration: Registration | None) -> list[Happened] | Refusal:
    """Nothing is owed any more to who is cancelled."""
    if state is None:
        return Refusal("activity_unknown")
    if registration is None or registration.activity != state.described.id:
        return Refusal("registration_unknown")
    if state.cancelled or registration.status == "cancelled":
        return []
    return [Happened(RegistrationCorrected(activity=registration.activity, registration=registration.id))]
