"""The contract's words take what their schemas say, and nothing that merely looks like it."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis.strategies import from_regex
from pydantic import TypeAdapter, ValidationError

from shared.contracts.commands import Participant
from shared.contracts.types import AwareDatetime, Count, Duration, Phone

WHO = {"name": "Uji", "email": "uji@sekolah.example"}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Count, True),
        (Count, "1"),
        (Count, 1.5),
        (Count, -1),
        (Count, 10**23),
        (AwareDatetime, 1_700_000_000),
        (AwareDatetime, "2024-01-11T08:00:00"),
        (Duration, 60),
    ],
)
def test_what_is_no_number_no_time_no_duration_is_refused(kind: Any, value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(value)


def test_a_whole_number_may_be_written_with_a_point() -> None:
    assert TypeAdapter(Count).validate_json("236.0") == 236


def test_a_number_of_a_person_is_typed_with_spaces_or_left_empty() -> None:
    assert Participant.model_validate(WHO | {"nip": " 1935 0412 200101 1 001 "}).nip == "193504122001011001"
    assert Participant.model_validate(WHO | {"nip": " "}).nip is None
    with pytest.raises(ValidationError):
        Participant.model_validate(WHO | {"nip": "12"})


@given(from_regex(TypeAdapter(Phone).json_schema()["pattern"].replace("$", r"\Z")))
@example("+906. ")
def test_a_telephone_number_that_the_schema_takes_is_taken_and_can_be_read_again(typed: str) -> None:
    taken = Participant.model_validate(WHO | {"phone": typed})
    assert Participant.read(taken.encoded()) == taken
