"""A person of the office: what staff correct of them reaches every registration by reactions."""

from dataclasses import replace

from services.registration.features.people.domain.person import Correction, Person
from services.registration.kernel.decisions import Decision, NewFact, Refusal
from shared.contracts.commands import CorrectParticipant
from shared.contracts.facts import ParticipantCorrected

PREFIX = "p:"


def key(ref: str) -> str:
    """Of what is about a person, whatever they take part in."""
    return f"{PREFIX}{ref}"


def ref(key: str) -> str:
    """Raises `ValueError` for what is no key of a person."""
    if not key.startswith(PREFIX):
        raise ValueError("this key is of no person")
    return key.removeprefix(PREFIX)


def correct(person: Person | None, command: CorrectParticipant) -> Decision:
    if person is None:
        return Refusal("participant_unknown")
    given = command.model_dump(exclude={"ref"}, exclude_unset=True)
    changed = {name: value for name, value in given.items() if getattr(person.who, name) != value}
    if not changed:
        return []
    after = replace(person, who=person.who.model_copy(update=changed))
    fact = ParticipantCorrected(fields=tuple(sorted(changed)))
    return [NewFact(fact, after, (Correction(person, after),))]


def evolve(state: Person | None, content: NewFact, number: int) -> Person | None:
    """The person after a fact. One that comes back from the topic says of nobody who they are: the directory
    does."""
    after = content.private
    assert after is None or isinstance(after, Person)
    return after or state
