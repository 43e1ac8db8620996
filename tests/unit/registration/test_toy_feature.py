"""A feature that nobody edited the machinery for: decided, folded, ticked and encoded like any other."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import bson
import pytest

from services.registration.features import FEATURES
from services.registration.kernel.batch import Batch, OfficeStatements
from services.registration.kernel.commit import FactRows
from services.registration.kernel.decisions import NewFact, Refusal
from services.registration.kernel.features import Features, assemble
from services.registration.kernel.loaded_states import LoadedStates
from services.registration.kernel.received_commands import ReceivedCommand
from services.registration.storage.documents import encoded_fact, encoded_private, position
from shared.contracts.commands import Command, Tick
from shared.contracts.envelope import Envelope
from tests.support.given import BEFORE_ALL, Story
from tests.support.office import office_file
from tests.toy.surveys import (
    SURVEYS,
    WITH_SURVEYS,
    Answered,
    AnswerSurvey,
    Survey,
    SurveyAnswered,
    SurveyClosed,
    plugged_in,
)

AT = datetime(2024, 1, 5, tzinfo=UTC)
STANDING = OfficeStatements.of(office_file("bali").described(), timedelta(days=1))
KEY, REF = "survei-1", "a" * 24


@pytest.fixture(autouse=True)
def declared() -> Iterator[None]:
    with plugged_in():
        yield


def asked(number: int, command: Command, key: str = KEY) -> ReceivedCommand:
    record: Any = SimpleNamespace(offset=number, timestamp=int(AT.timestamp() * 1000), partition=0)
    digest = number.to_bytes(16, "big")
    return ReceivedCommand(
        record, key, Envelope(f"{number}", "urn:uji", command.type, key), digest, b"p", command
    )


def batch(features: Features, loaded: LoadedStates) -> Batch:
    def encode(number: int, key: str, at: datetime, content: NewFact, *rest: Any) -> FactRows:
        private = encoded_private(features, position(0, number), content)
        return FactRows(encoded_fact(BEFORE_ALL, number, key, at, content, *rest), private)

    return Batch(features, BEFORE_ALL, loaded, encode, STANDING)


def test_it_is_decided_and_what_it_changes_is_to_be_written() -> None:
    loaded = WITH_SURVEYS.loaded()
    taken = batch(WITH_SURVEYS, loaded)
    for number in range(2):
        taken.take(asked(number, AnswerSurvey(survey=KEY, ref=REF, words="Baik")))
    commit = taken.commit
    assert not commit.parked, commit.parked
    assert commit.made == {"survey": {KEY: Survey(answers=2)}}
    assert commit.side_writes == loaded.beside["surveys"] == [Answered(KEY, REF, "Baik")] * 2
    rows = commit.facts[0].rows
    assert rows.private is not None
    assert bson.decode(rows.private) == {"_id": 1, "words": "Baik"}
    fact = bson.decode(rows.fact)
    assert (fact["_id"], fact["data"]["survey"], "words" in fact) == (1, KEY, False)
    assert fact["data"]["changes"] == [{"cell": {"activity": KEY}, "add": {"survey_answers": 1}}]


def test_what_nobody_writes_is_parked_before_any_state_follows() -> None:
    deaf = assemble((*FEATURES, replace(SURVEYS, side_writes={})))
    loaded = deaf.loaded()
    taken = batch(deaf, loaded)
    taken.take(asked(0, AnswerSurvey(survey=KEY, ref=REF, words="Baik")))
    assert [one.why for one in taken.commit.parked] == ["FeatureMismatch"]
    assert (loaded.states["survey"], taken.commit.facts, taken.commit.made) == ({}, [], {})


def test_time_brings_one_step_and_closes_it() -> None:
    loaded = WITH_SURVEYS.loaded({"survey": {KEY: Survey(answers=2)}})
    assert WITH_SURVEYS.due(loaded.states, AT)
    taken = batch(WITH_SURVEYS, loaded)
    taken.take(asked(0, Tick(), "partition-0"))
    taken.take(asked(1, AnswerSurvey(survey=KEY, ref=REF, words="Terlambat")))
    assert [type(fact.content.body) for fact in taken.commit.facts] == [SurveyClosed]
    assert taken.commit.changed == {"survey": {KEY: Survey(answers=2, closed=True)}}
    assert [one.reason for one in taken.commit.outcomes] == ["window_closed"]
    assert not WITH_SURVEYS.due(loaded.states, AT)


def test_it_is_told_in_given_when_then() -> None:
    story = Story(WITH_SURVEYS, WITH_SURVEYS.loaded())
    story.given(KEY, NewFact(SurveyAnswered(survey=KEY)), NewFact(SurveyClosed(survey=KEY)))
    assert story.when(AnswerSurvey(survey=KEY, ref=REF, words="x"), KEY) == Refusal("window_closed")
    assert story.loaded.states["survey"][KEY] == Survey(1, True)
