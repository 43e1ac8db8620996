"""What one table names, no other leaves out: a command, a fact, a measure without an owner is found here."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

import pytest

from services.notification.features.gatherings.writing import METHODS
from services.registration.features.files.domain.stored_file import FileReference
from services.registration.features.gatherings.directory import OF_ACTIVITY, OF_INVITATION, OF_REGISTRATION
from services.registration.features.materials.material_directory import OF_MATERIAL
from services.registration.features.parts.part_directory import OF_PART
from services.registration.features.people.corrections import PERSON
from services.registration.features.people.domain.person import Correction
from services.registration.features.people.people import PersonMatch
from services.reporting.domain.measures import MEASURES as DECLARED
from services.reporting.domain.measures import Exact, Following, families, of_activities
from services.reporting.domain.sums import DIMENSIONS, MEASURE_NAME, storable, zeros
from shared.contracts.commands import (
    COMMANDS,
    AcceptOffer,
    ApproveRegistration,
    CancelRegistration,
    ChangeRegistration,
    CorrectParticipant,
    CorrectRegistration,
    DeclineOffer,
    PublishActivity,
    RejectRegistration,
    SeatRegistration,
    SubstituteRegistration,
    Tick,
)
from shared.contracts.directory import (
    activity_key,
    invitation_key,
    material_key,
    part_key,
    registration_key,
)
from shared.contracts.facts import (
    FACTS,
    MEASURES,
    ActivityCounted,
    AttendanceRecorded,
    InvitationAnswered,
    InvitationEnded,
    InvitationFact,
    InvitationReminded,
    MaterialPublished,
    MaterialWithdrawn,
    OfferEnded,
    OfferMade,
    OfficeDescribed,
    OfficeTotals,
    ParticipantCorrected,
    RegistrationApproved,
    RegistrationCancelled,
    RegistrationFact,
    RegistrationPromoted,
)
from shared.contracts.outcomes import Result
from shared.contracts.reports import NationalRow
from tests.support.features import ALL, MAILS

OF_ENTRIES = OF_ACTIVITY | OF_REGISTRATION | OF_MATERIAL | OF_INVITATION | OF_PART
NEVER_FIRST = {ActivityCounted, InvitationEnded, OfferMade, OfficeDescribed, OfficeTotals}
"""Facts that no command is answered with: they follow another, or a tick."""
NOBODY_IS_TOLD = {
    ActivityCounted,
    AttendanceRecorded,
    InvitationAnswered,
    InvitationEnded,
    MaterialWithdrawn,
    OfficeDescribed,
    OfficeTotals,
    ParticipantCorrected,
}
"""Facts that no mail comes of."""
NAME_NO_AGGREGATE = {
    AcceptOffer,
    ApproveRegistration,
    CancelRegistration,
    ChangeRegistration,
    DeclineOffer,
    RejectRegistration,
    SeatRegistration,
    SubstituteRegistration,
    Tick,
}
"""Commands that are about whatever their key says."""
SAY_NOTHING_NEW = {
    OfferEnded,
    OfferMade,
    RegistrationApproved,
    RegistrationCancelled,
    RegistrationPromoted,
}
"""Facts that change nothing of what a mail says of the person."""
OF_THE_SERVICE = {CorrectRegistration}
"""Commands that nobody outside asks, ticks aside."""
NAME_ANOTHER_FIELD = {PublishActivity, CorrectParticipant}


def types(facts: Iterable[type[Any]]) -> set[str]:
    return {fact.type for fact in facts}


def test_every_command_is_decided_and_no_other() -> None:
    assert {*ALL.commands} == {*COMMANDS.values()} - {Tick}


def test_every_accepted_command_ends_in_a_result_that_there_is() -> None:
    results = {rule.result for rule in ALL.commands.values()} | {*ALL.results.values()}
    assert results == {*get_args(Result)} - {"refused", "parked", "received"}


def test_every_command_names_what_it_is_about_or_is_known_not_to() -> None:
    unnamed = {command for command in COMMANDS.values() if "activity" not in command.model_fields}
    assert unnamed == NAME_NO_AGGREGATE | NAME_ANOTHER_FIELD
    fields = {command: rule.field for command, rule in ALL.commands.items()}
    assert {command for command, field in fields.items() if field is None} == NAME_NO_AGGREGATE - {Tick}
    assert all(field in command.model_fields for command, field in fields.items() if field)
    assert {command for command, field in fields.items() if field == "activity"} == {*fields} - unnamed


def test_some_state_follows_every_fact() -> None:
    assert {*ALL.facts} == {*FACTS.values()}


def test_every_fact_that_may_answer_a_command_has_a_result() -> None:
    assert {*ALL.results} == {*FACTS} - types(NEVER_FIRST)


def test_mails_come_of_every_fact_but_those_of_which_nobody_is_told() -> None:
    assert {*MAILS.rules} == {*FACTS.values()} - NOBODY_IS_TOLD


def test_what_mails_need_of_a_fact_stands_in_the_directory() -> None:
    of_people = {fact.type for fact in MAILS.rules if issubclass(fact, RegistrationFact)}
    assert of_people - OF_REGISTRATION == types(SAY_NOTHING_NEW)
    of_invited = {fact.type for fact in MAILS.rules if issubclass(fact, InvitationFact)}
    assert of_invited - OF_INVITATION == types({InvitationReminded})
    assert types(MAILS.rules) - of_people - of_invited == OF_ACTIVITY | types({MaterialPublished}) | OF_PART
    assert types({MaterialPublished}) < OF_MATERIAL


def test_what_one_fact_causes_elsewhere_is_decided_and_nothing_else_is_the_services_own() -> None:
    caused = {reaction.command for reaction in ALL.reactions.values()}
    assert {*ALL.reactions} <= {*FACTS.values()}
    assert caused <= {*ALL.commands}
    assert caused == OF_THE_SERVICE


def test_every_mail_has_a_row_in_what_people_read_of_mails() -> None:
    """Its files, its shelf life and what owes it are asked for at start."""
    described = (Path(__file__).parents[2] / "docs" / "mails.md").read_text(encoding="utf-8")
    rows = [line.split("|") for line in described.splitlines() if line.startswith("| `")]
    told = {
        row[1].strip(" `"): (row[2].strip(), row[4].strip(), row[5].strip()) for row in rows if len(row) == 8
    }
    life, twice = {"reminder": "until it begins"}, {True: "yes", False: "no"}
    assert told == {
        name: (one.state, life.get(name, f"{one.shelf_life.days} days"), twice[one.resend_if_ambiguous])
        for name, one in MAILS.templates.items()
    }


def test_a_calendar_comes_with_what_says_something_new_for_it() -> None:
    gatherings = {name for name, feature in MAILS.owners.items() if feature.name == "gatherings"}
    without = {
        *("waitlisted", "reminder", "submitted", "rejected", "offered", "offer-ended"),
        *("invited", "invitation-reminder"),
    }
    assert {*METHODS} == gatherings - without


@pytest.mark.parametrize(
    "key",
    [registration_key("x"), activity_key("x"), material_key("x", "m"), invitation_key("x"), part_key("x")],
)
def test_mails_read_every_kind_of_entry_that_the_directory_holds(key: str) -> None:
    assert MAILS.entry_rule(key)


def test_every_kind_of_entry_is_of_a_kind_of_state() -> None:
    keys = {f"{rule.prefix}:x" for rule in ALL.entries.values()}
    assert keys == {
        registration_key("x"),
        activity_key("x"),
        invitation_key("x"),
        "material:x",
        part_key("x"),
    }
    assert {*ALL.entries} <= {*ALL.kinds}
    assert {fact.type for rule in ALL.directories for fact in rule.facts} == OF_ENTRIES


def test_every_kind_of_state_is_written_by_its_rows_or_beside_them() -> None:
    beside = {kind for kind, rule in ALL.kinds.items() if rule.codec is None}
    assert beside == {PERSON}
    assert {*ALL.side_writes} == {PersonMatch, Correction, FileReference}


def test_reporting_declares_every_measure_in_the_same_order() -> None:
    assert [*DECLARED] == [*MEASURES]


def test_of_every_measure_it_is_said_what_anyone_may_know() -> None:
    exact = {name for name, one in DECLARED.items() if isinstance(one.disclosure, Exact)}
    closing = {name for family in families() for name in family}
    followed = {one.disclosure.measure for one in DECLARED.values() if isinstance(one.disclosure, Following)}
    assert {*of_activities()} == exact, "what is of an activity as a whole is of nobody"
    assert followed <= closing, "what is hidden with another is hidden where that one closes"


def test_every_measure_is_a_column_of_the_national_topic_and_no_dimension() -> None:
    columns = {*NationalRow.model_fields} - {"rev", "office", "month", "kind", "category"}
    assert columns == {*MEASURES}
    assert storable(zeros())
    assert all(MEASURE_NAME.fullmatch(measure) and measure not in DIMENSIONS for measure in MEASURES)
