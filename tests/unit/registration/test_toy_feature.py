"""A feature that nobody edited the machinery for: decided, folded, ticked and encoded like any other."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import bson

from services.registration.features import FEATURES
from services.registration.kernel.asking import Asked
from services.registration.kernel.batch import Batch, Standing
from services.registration.kernel.commit import FactRows
from services.registration.kernel.feature import (
    Codec,
    CommandRule,
    FactRule,
    Feature,
    Kind,
    PrivatePart,
    SideWriteRule,
    Timer,
)
from services.registration.kernel.features import Features, assembled
from services.registration.kernel.happened import Decision, Happened, Refusal
from services.registration.kernel.loaded import Loaded
from services.registration.storage.documents import encoded_fact, encoded_private, position
from shared.contracts.commands import Command, Tick
from shared.contracts.envelope import Envelope
from shared.contracts.facts import Body
from tests.support.given import BEFORE_ALL, Story
from tests.support.office import office_file

AT = datetime(2024, 1, 5, tzinfo=UTC)
STANDING = Standing.of(office_file("bali").described(), timedelta(days=1))
KEY = "survei-1"


class AnswerSurvey(Command):
    type = "id.simpul.survey.answer.v1"

    survey: str
    words: str


class SurveyAnswered(Body):
    type = "id.simpul.survey.answered.v1"


class SurveyClosed(Body):
    type = "id.simpul.survey.closed.v1"


@dataclass(frozen=True)
class Survey:
    answers: int = 0
    closed: bool = False


@dataclass(frozen=True)
class Noted:
    words: str


def answer(loaded: Loaded, asked: Asked, now: datetime) -> Decision:
    state, command = loaded.states["survey"].get(asked.key), asked.command
    assert isinstance(command, AnswerSurvey)
    if state is not None and state.closed:
        return Refusal("window_closed")
    return [Happened(SurveyAnswered(), command.words, (Noted(command.words),))]


def evolve(state: Survey | None, happened: Happened, number: int) -> Survey:
    if isinstance(happened.body, SurveyClosed):
        return replace(state or Survey(), closed=True)
    return replace(state or Survey(), answers=(state or Survey()).answers + 1)


async def nothing(*_: Any) -> None:
    return None


CHANGES = {"survey": lambda body, key: key}
WORDS = PrivatePart(
    "survey", lambda words: {"words": words}, lambda row: row["words"], lambda state: "forgotten"
)
SURVEYS = Feature(
    name="surveys",
    commands={AnswerSurvey: CommandRule(answer, "recorded", "survey")},
    facts={
        SurveyAnswered: FactRule(CHANGES, "recorded", WORDS),
        SurveyClosed: FactRule(CHANGES),
    },
    kinds={
        "survey": Kind(
            evolve,
            Codec("surveys", lambda name, *_: {"_id": name}, lambda row: Survey()),
            timer=Timer(
                lambda state, now: state.answers > 1 and not state.closed,
                lambda loaded, name, now: [Happened(SurveyClosed())],
            ),
        )
    },
    collections={"surveys": ()},
    load=nothing,
    beside=list,
    side_writes={Noted: SideWriteRule(lambda loaded, noted: loaded.beside["surveys"].append(noted), nothing)},
)
WITH_SURVEYS = assembled((*FEATURES, SURVEYS))


def asked(number: int, command: Command, key: str = KEY) -> Asked:
    record: Any = SimpleNamespace(offset=number, timestamp=int(AT.timestamp() * 1000), partition=0)
    digest = number.to_bytes(16, "big")
    return Asked(record, key, Envelope(f"{number}", "urn:uji", command.type, key), digest, b"p", command)


def batch(features: Features, loaded: Loaded) -> Batch:
    def encode(number: int, key: str, at: datetime, happened: Happened, *rest: Any) -> FactRows:
        private = encoded_private(features, position(0, number), happened)
        return FactRows(encoded_fact(BEFORE_ALL, number, key, at, happened, *rest), private)

    return Batch(features, BEFORE_ALL, loaded, encode, STANDING)


def test_it_is_decided_and_what_it_changes_is_to_be_written() -> None:
    loaded = WITH_SURVEYS.loaded()
    taken = batch(WITH_SURVEYS, loaded)
    for number in range(2):
        taken.take(asked(number, AnswerSurvey(survey=KEY, words="Baik")))
    commit = taken.commit
    assert not commit.parked, commit.parked
    assert commit.made == {"survey": {KEY: Survey(answers=2)}}
    assert commit.side_writes == loaded.beside["surveys"] == [Noted("Baik"), Noted("Baik")]
    rows = commit.facts[0].rows
    assert rows.private is not None
    assert bson.decode(rows.private) == {"_id": 1, "words": "Baik"}
    fact = bson.decode(rows.fact)
    assert (fact["_id"], fact["data"], "words" in fact) == (1, {"changes": []}, False)


def test_what_nobody_writes_is_parked_before_any_state_follows() -> None:
    deaf = assembled((*FEATURES, replace(SURVEYS, side_writes={})))
    loaded = deaf.loaded()
    taken = batch(deaf, loaded)
    taken.take(asked(0, AnswerSurvey(survey=KEY, words="Baik")))
    assert [one.why for one in taken.commit.parked] == ["Unowned"]
    assert (loaded.states["survey"], taken.commit.facts, taken.commit.made) == ({}, [], {})


def test_time_brings_one_step_and_closes_it() -> None:
    loaded = WITH_SURVEYS.loaded({"survey": {KEY: Survey(answers=2)}})
    assert WITH_SURVEYS.due(loaded.states, AT)
    taken = batch(WITH_SURVEYS, loaded)
    taken.take(asked(0, Tick(), "partition-0"))
    taken.take(asked(1, AnswerSurvey(survey=KEY, words="Terlambat")))
    assert [type(fact.happened.body) for fact in taken.commit.facts] == [SurveyClosed]
    assert taken.commit.changed == {"survey": {KEY: Survey(answers=2, closed=True)}}
    assert [one.reason for one in taken.commit.settled] == ["window_closed"]
    assert not WITH_SURVEYS.due(loaded.states, AT)


def test_it_is_told_in_given_when_then() -> None:
    story = Story(WITH_SURVEYS, WITH_SURVEYS.loaded())
    story.given(KEY, Happened(SurveyAnswered()), Happened(SurveyClosed()))
    assert story.when(AnswerSurvey(survey=KEY, words="x"), KEY) == Refusal("window_closed")
    assert story.loaded.states["survey"][KEY] == Survey(1, True)
