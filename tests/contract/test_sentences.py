"""Whatever becomes of a command, people are told in a sentence."""

import re
from typing import get_args

import pytest

from services.registration.kernel.sentences import PENDING
from shared.contracts.outcomes import ParkedReason, Reason, Result
from tests.support.features import ALL

sentence = ALL.sentences.say
NUMBERS = {"place": 17, "quota": "peserta", "taken": 40, "field": "participant.email"}
WITH_REASON = {"refused", "parked"}
OUTCOMES = [
    *((result, None) for result in get_args(Result) if result not in WITH_REASON),
    *(("refused", reason) for reason in get_args(Reason)),
    *(("parked", reason) for reason in get_args(ParkedReason)),
]


@pytest.mark.parametrize(("result", "reason"), OUTCOMES)
def test_every_result_and_reason_has_a_sentence(result: str, reason: str | None) -> None:
    for numbers in ({}, NUMBERS):
        told = sentence(result, reason, numbers)
        assert re.fullmatch(r"[A-Z].+\.", told), told
        assert "{" not in told
        assert "_" not in told, "people read words, not names of reasons"


def test_no_two_outcomes_are_told_alike() -> None:
    told = [sentence(result, reason, NUMBERS) for result, reason in OUTCOMES]
    assert len(set(told)) == len(told)
    assert PENDING not in told


def test_the_sentence_says_the_numbers_that_help() -> None:
    assert "17" in sentence("waitlisted", None, NUMBERS)
    assert "40" in sentence("refused", "quota_below_taken", NUMBERS)
    assert "participant.email" in sentence("refused", "invalid", NUMBERS)


def test_what_is_no_object_at_all_is_told_as_well() -> None:
    assert sentence("refused", "invalid", {"field": ""}) == sentence("refused", "invalid", {})
