"""What of activities and submissions a new command may hold beyond its shape."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from services.registration.features.people import person_contents
from services.registration.features.people.naming import fault_of_name
from services.registration.features.people.person_contents import Rules, of_person, of_texts
from shared.contracts.activity import Activity, Session
from shared.contracts.commands import (
    ChangeActivity,
    ChangeRegistration,
    PublishActivity,
    SendInvitation,
    SubmitRegistration,
    SubstituteRegistration,
)
from shared.contracts.misfits import Misfit

YEARS: Final = range(2000, 2101)
LONGEST: Final = timedelta(days=366)
SHORTEST_OFFER: Final = timedelta(seconds=1)


def of_activity(command: PublishActivity | ChangeActivity) -> list[Misfit]:
    return list(_of_activity(command))


def of_submission(command: SubmitRegistration) -> list[Misfit]:
    return list(_of_submission(command))


def of_change(command: ChangeRegistration) -> list[Misfit]:
    return list(_of_standing(command))


def of_substitution(command: SubstituteRegistration) -> list[Misfit]:
    found = list(of_person(command.participant, "participant."))
    if command.institution is not None:
        found += of_texts(_RULES, command.institution, "institution.", "name", "npsn")
    return found


def of_invitation(command: SendInvitation) -> list[Misfit]:
    found = list(of_texts(_INVITEE, command.to, "to.", "name"))
    if command.institution is not None:
        found += of_texts(_RULES, command.institution, "institution.", "name", "npsn")
    return found + ([Misfit("until", "instant_out_of_range")] if command.until.year not in YEARS else [])


def rule_broken(field: str, typed: str) -> str | None:
    """By a text as it was typed, in a field of a submission; None where it may stand there."""
    return person_contents.rule_broken(_RULES, field, typed)


def _of_activity(command: PublishActivity | ChangeActivity) -> Iterator[Misfit]:
    for name, field in Activity.model_fields.items():
        if field.is_required() and name in command.model_fields_set and getattr(command, name) is None:
            yield Misfit(name, "required")
    for at, session in enumerate(command.sessions or ()):
        yield from _instants(session, f"sessions.{at}.", "starts", "ends")
    yield from _instants(command, "", "opens", "closes")
    for at, question in enumerate(command.questions or ()):
        if question.keep is not None and not timedelta(0) <= question.keep <= LONGEST:
            yield Misfit(f"questions.{at}.keep", "duration_out_of_range")
    for name in ("reminder_before", "attendance_opens_before"):
        given: timedelta | None = getattr(command, name)
        if given is not None and not timedelta(0) <= given <= LONGEST:
            yield Misfit(name, "duration_out_of_range")
    if command.offer_within is not None and not SHORTEST_OFFER <= command.offer_within <= LONGEST:
        yield Misfit("offer_within", "duration_out_of_range")


def _instants(of: Session | PublishActivity | ChangeActivity, path: str, *names: str) -> Iterator[Misfit]:
    for name in names:
        at: datetime | None = getattr(of, name)
        if at is not None and at.year not in YEARS:
            yield Misfit(path + name, "instant_out_of_range")


def _of_submission(command: SubmitRegistration) -> Iterator[Misfit]:
    yield from of_person(command.participant, "participant.")
    yield from _of_standing(command)


def _of_standing(command: SubmitRegistration | ChangeRegistration) -> Iterator[Misfit]:
    if command.institution is not None:
        yield from of_texts(_RULES, command.institution, "institution.", "name", "npsn")
    yield from of_texts(_RULES, command, "", "group")


_RULES: Final[Rules] = {
    **person_contents.RULES,
    "institution.name": fault_of_name,
    "institution.npsn": partial(fault_of_name, letters=False),
    "group": partial(fault_of_name, letters=False),
}
_INVITEE: Final[Rules] = {"to.name": person_contents.RULES["participant.name"]}
