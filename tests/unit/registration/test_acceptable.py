"""What a new command may hold, and that a refusal names the field and the rule."""

import json
from typing import Any

import pytest

from services.registration.kernel.acceptable import Unacceptable, check, read
from services.registration.kernel.decisions import Refusal
from services.registration.kernel.digests import Digests
from services.registration.kernel.received_commands import CommandReader, ReceivedCommand
from services.registration.kernel.sources import Sources
from shared.contracts.commands import (
    ChangeActivity,
    Command,
    CorrectParticipant,
    PublishActivity,
    SubmitRegistration,
)
from shared.contracts.envelope import Envelope
from shared.kafka.records import partition_of
from tests.contract.released import samples
from tests.support.features import ALL
from tests.unit.registration.test_domain import described
from tests.unit.registration.test_reading import Anything

READING = CommandReader(Sources("bali"), 6, Digests(b"k" * 32), ALL)
WHO = {"name": "Ni Made Contoh", "email": "made@sekolah.example"}
SESSION = described()["sessions"][0]


def submission(**who: object) -> dict[str, Any]:
    return {"activity": "uji", "participant": WHO | who, "category": "guru"}


def record(model: type[Command], data: object, key: str = "uji") -> Anything:
    headers = Envelope("id-1", "urn:uji", model.type, key).headers()
    where = partition_of(key.encode(), 6)
    return Anything(key.encode(), json.dumps(data).encode(), tuple(headers), partition=where)


def asked(model: type[Command], data: object, key: str = "uji") -> ReceivedCommand:
    found = READING.read(record(model, data, key))
    assert isinstance(found, ReceivedCommand)
    return found


def published(**changed: object) -> dict[str, Any]:
    return described() | {"id": "uji"} | changed


CASES: list[tuple[type[Command], dict[str, Any], str, str]] = [
    (PublishActivity, published(closes="9999-12-31T23:59:59Z"), "closes", "instant_out_of_range"),
    (PublishActivity, published(opens="1999-12-31T23:59:59Z"), "opens", "instant_out_of_range"),
    (
        PublishActivity,
        published(sessions=[SESSION | {"starts": "0024-03-01T08:00:00+08:00"}]),
        "sessions.0.starts",
        "instant_out_of_range",
    ),
    (
        PublishActivity,
        published(sessions=[SESSION | {"ends": "9999-12-31T23:59:59Z"}]),
        "sessions.0.ends",
        "instant_out_of_range",
    ),
    (PublishActivity, published(reminder_before="P999999D"), "reminder_before", "duration_out_of_range"),
    (PublishActivity, published(reminder_before="-P1D"), "reminder_before", "duration_out_of_range"),
    (
        PublishActivity,
        published(attendance_opens_before="P367D"),
        "attendance_opens_before",
        "duration_out_of_range",
    ),
    (PublishActivity, published(title="\u200b"), "title", "invisible"),
    (PublishActivity, published(closes="2020-01-01T00:00:00Z"), "closes", "closes_before_it_opens"),
    (
        PublishActivity,
        published(sessions=[SESSION | {"ends": SESSION["starts"]}]),
        "sessions.0.ends",
        "ends_before_it_starts",
    ),
    (PublishActivity, published(sessions=[SESSION, SESSION]), "sessions", "same_id"),
    (ChangeActivity, {"activity": "uji", "title": None}, "title", "required"),
    (ChangeActivity, {"activity": "uji", "closes": "2101-01-01T00:00:00Z"}, "closes", "instant_out_of_range"),
    (SubmitRegistration, submission(name="http://jahat.example"), "participant.name", "web_address"),
    (SubmitRegistration, submission(name="made@sekolah"), "participant.name", "at_sign"),
    (SubmitRegistration, submission(name="123"), "participant.name", "no_letter"),
    *(
        (SubmitRegistration, submission(name=sign), "participant.name", "invisible")
        for sign in "\u200b\u2800\u3164\u00ad\u200e\ufeff\u115f\U000e0041"
    ),
    (SubmitRegistration, submission(phone="- - - - -"), "participant.phone", "too_few_digits"),
    (SubmitRegistration, submission(nip="9" * 18), "participant.nip", "nip_birth"),
    (SubmitRegistration, submission(nip="193501012010019003"), "participant.nip", "nip_sex"),
    (
        SubmitRegistration,
        submission() | {"institution": {"name": "www.jahat.example"}},
        "institution.name",
        "web_address",
    ),
    (SubmitRegistration, submission() | {"group": "jahat.example/"}, "group", "web_address"),
]


@pytest.mark.parametrize(("model", "data", "field", "rule"), CASES, ids=range(len(CASES)))
def test_what_is_not_acceptable_is_refused_by_field_and_rule(
    model: type[Command], data: dict[str, Any], field: str, rule: str
) -> None:
    assert asked(model, data).command == Refusal("invalid", {"field": field, "rule": rule})


@pytest.mark.parametrize(("model", "data", "field", "rule"), CASES, ids=range(len(CASES)))
def test_a_door_says_the_same_as_the_decision(
    model: type[Command], data: dict[str, Any], field: str, rule: str
) -> None:
    with pytest.raises(Unacceptable) as refused:
        read(model, data, ALL.faults)
    assert refused.value.found[0] == (field, rule)


def test_staff_correct_a_name_under_the_same_rules() -> None:
    ref = "a" * 24
    found = asked(CorrectParticipant, {"ref": ref, "name": "x@y"}, f"p:{ref}").command
    assert found == Refusal("invalid", {"field": "name", "rule": "at_sign"})


def test_texts_are_mended_and_the_identity_is_of_what_was_sent() -> None:
    typed = submission(name="\ufeffJum\u200bat \u202eMa\u3164ruf", email="\u202amade@sekolah.example\u202c")
    typed["institution"] = {"name": "SMP\u00ad 1"}
    mended, plain = asked(SubmitRegistration, typed), asked(SubmitRegistration, submission())
    command = mended.command
    assert isinstance(command, SubmitRegistration)
    assert command.participant.name == "Jumat Ma ruf"
    assert command.participant.email == "made@sekolah.example"
    assert command.institution is not None
    assert command.institution.name == "SMP 1"
    assert mended.digest == plain.digest
    same = asked(SubmitRegistration, submission(name="Jumat Ma ruf"))
    assert mended.payload not in (plain.payload, same.payload)


def test_every_released_command_is_acceptable() -> None:
    models = {model.type: model for model in (PublishActivity, ChangeActivity, SubmitRegistration)}
    for sample in samples():
        if sample.message in models:
            check(models[sample.message].read(sample.text), ALL.faults)


def test_the_ends_of_what_is_taken_are_taken() -> None:
    for data in (
        published(opens="2000-01-01T00:00:00+08:00", closes="2100-12-31T23:59:59+08:00"),
        published(reminder_before="PT0S", attendance_opens_before="P366D"),
    ):
        assert isinstance(asked(PublishActivity, data).command, PublishActivity)
