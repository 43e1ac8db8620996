"""A feature that nobody edited the machinery for: people answer a survey in their own words.

Beside the folder that this stands in, it needs its rows in the registry of contracts, one in the table of
measures, and one in each tuple of features; `plugged_in` lends it the first two. A survey has the id and the
key of its activity.
"""

from collections.abc import Awaitable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import HTMLResponse

from services.registration.features import FEATURES
from services.registration.kernel.actions import Action
from services.registration.kernel.decisions import Decision, NewFact, Refusal
from services.registration.kernel.feature import (
    Codec,
    CommandRule,
    FactRule,
    Feature,
    Holdings,
    Kind,
    OfficeStore,
    PrivatePart,
    Rows,
    SideWriteRule,
    Timer,
)
from services.registration.kernel.features import assemble
from services.registration.kernel.loaded_states import LoadedStates
from services.registration.kernel.received_commands import ReceivedCommand
from services.registration.kernel.recovery import DirectoryEntries, RecoveredFact
from services.registration.web.api import OfficeApi
from services.registration.web.bodies import body_as
from services.registration.web.front import OfficePages
from services.reporting.domain import measures
from shared.accounts.access import SignedIn
from shared.contracts.commands import COMMANDS, Command, PersonRef
from shared.contracts.facts import FACTS, MEASURES, Body, Cell, Change, Measure, RegistrationFact
from shared.contracts.types import Line, RegistrationId, Slug
from shared.mongo.driver import Session

NAME: Final = "surveys"
SURVEY: Final = "survey"
ANSWERS: Final = "survey_answers"


class AnswerSurvey(Command):
    type = "id.simpul.survey.answer.v1"

    survey: Slug
    ref: PersonRef
    words: Line


class OpenSurvey(Command):
    type = "id.simpul.survey.open.v1"

    survey: Slug
    registration: RegistrationId


class SurveyOpened(RegistrationFact):
    """`registration`: who is asked."""

    type = "id.simpul.survey.opened.v1"


class SurveyAnswered(Body):
    type = "id.simpul.survey.answered.v1"

    survey: Slug


class SurveyClosed(Body):
    type = "id.simpul.survey.closed.v1"

    survey: Slug


@dataclass(frozen=True)
class Survey:
    answers: int = 0
    closed: bool = False


@dataclass(frozen=True)
class Answered:
    """Written beside the survey. `ref`: whose words they are."""

    survey: str
    ref: str
    words: str


def open_survey(loaded: LoadedStates, asked: ReceivedCommand, now: datetime) -> Decision:
    command = asked.command
    assert isinstance(command, OpenSurvey)
    return [NewFact(SurveyOpened(activity=command.survey, registration=command.registration))]


def answer(loaded: LoadedStates, asked: ReceivedCommand, now: datetime) -> Decision:
    state, command = loaded.states[SURVEY].get(asked.key), asked.command
    assert isinstance(command, AnswerSurvey)
    if state is not None and state.closed:
        return Refusal("window_closed")
    beside = Answered(command.survey, command.ref, command.words)
    one_more = Change(cell=Cell(activity=command.survey), add={ANSWERS: 1})
    return [NewFact(SurveyAnswered(survey=command.survey, changes=(one_more,)), command.words, (beside,))]


def evolve(state: Survey | None, content: NewFact, number: int) -> Survey:
    if isinstance(content.body, SurveyClosed):
        return replace(state or Survey(), closed=True)
    if isinstance(content.body, SurveyOpened):
        return state or Survey()
    return replace(state or Survey(), answers=(state or Survey()).answers + 1)


async def load(
    of: OfficeStore,
    partition: int,
    asked: Sequence[ReceivedCommand],
    loaded: LoadedStates,
    known: Awaitable[None],
) -> None:
    ours = {one.key for one in asked if isinstance(one.command, AnswerSurvey | OpenSurvey)}
    missing = ours - loaded.states[SURVEY].keys()
    rows = of.store["surveys"].find({"_id": {"$in": list(missing)}})
    loaded.states[SURVEY] |= dict.fromkeys(missing)
    loaded.states[SURVEY] |= {row["_id"]: CODEC.read(row) for row in await rows.to_list(None)}


async def totals(of: OfficeStore, partition: int, session: Session) -> Mapping[Measure, int]:
    rows = of.store["surveys"].find({"partition": partition}, session=session)
    return {ANSWERS: sum(row["answers"] for row in await rows.to_list(None))}


async def write(of: OfficeStore, answers: Sequence[Answered], session: Session) -> None:
    await of.store["survey_answers"].insert_many([asdict(one) for one in answers], session=session)


async def collect(of: OfficeStore, ref: str) -> Rows:
    return {"survey_answers": await of.store["survey_answers"].find({"ref": ref}).to_list(None)}


async def remove(of: OfficeStore, ref: str, session: Session) -> None:
    await of.store["survey_answers"].delete_many({"ref": ref}, session=session)


class RecoveredSurveys:
    """Their words were nowhere but in the office."""

    async def read(self, told: Sequence[RecoveredFact]) -> None:
        return None

    def private(self, told: RecoveredFact, loaded: LoadedStates) -> Any:
        return None

    def lost(self, told: RecoveredFact) -> Sequence[str]:
        return [f"{told.fact.key}: the words of an answer"]

    async def restore(self, told: Sequence[RecoveredFact], loaded: LoadedStates, session: Session) -> None:
        return None


def recovery(of: OfficeStore, told: Sequence[RecoveredFact], entries: DirectoryEntries) -> RecoveredSurveys:
    return RecoveredSurveys()


def api(router: APIRouter, desk: OfficeApi) -> None:
    Registrar = Annotated[SignedIn, Depends(desk.access.api(Action.REGISTER_PERSON))]  # noqa: N806

    @router.post("/surveys/{survey}/answers")
    async def answered(survey: str, request: Request, user: Registrar) -> Response:
        command = await body_as(AnswerSurvey, request, survey=survey)
        return await desk.answer(command, survey, desk.asking(request, user))

    @router.post("/surveys/{survey}")
    async def opened(survey: str, request: Request, user: Registrar) -> Response:
        command = await body_as(OpenSurvey, request, survey=survey)
        return await desk.answer(command, survey, desk.asking(request, user))


def pages(front: OfficePages) -> APIRouter:
    router = APIRouter()

    @router.get("/survei/{survey}", response_class=HTMLResponse)
    async def page(survey: str) -> HTMLResponse:
        row = await front.parts[NAME].store["surveys"].find_one({"_id": survey})
        return front.page("survei.html", survey=survey, answers=CODEC.read(row).answers if row else 0)

    return router


CODEC: Final = Codec(
    "surveys",
    lambda name, partition, state, now: {"_id": name, "partition": partition} | asdict(state),
    lambda row: Survey(row["answers"], row["closed"]),
)
_CHANGES: Final[Mapping[str, Any]] = {SURVEY: lambda body, key: body.survey}
_OPENS: Final[Mapping[str, Any]] = {SURVEY: lambda body, key: body.activity}
_WORDS: Final = PrivatePart(
    SURVEY, lambda words: {"words": words}, lambda row: row["words"], lambda state: "forgotten"
)
SURVEYS: Final = Feature(
    name=NAME,
    commands={
        AnswerSurvey: CommandRule(answer, "recorded", "survey"),
        OpenSurvey: CommandRule(open_survey, "recorded", "survey"),
    },
    facts={
        SurveyAnswered: FactRule(_CHANGES, "recorded", _WORDS),
        SurveyClosed: FactRule(_CHANGES),
        SurveyOpened: FactRule(_OPENS, "recorded"),
    },
    kinds={
        SURVEY: Kind(
            evolve,
            CODEC,
            timer=Timer(
                lambda state, now: state.answers > 1 and not state.closed,
                lambda loaded, name, now: [NewFact(SurveyClosed(survey=name))],
                {"answers": {"$gt": 1}, "closed": False},
            ),
        )
    },
    collections={"surveys": (), "survey_answers": ()},
    load=load,
    totals=totals,
    beside=list,
    side_writes={
        Answered: SideWriteRule(lambda loaded, answered: loaded.beside[NAME].append(answered), write)
    },
    api=(api,),
    pages=(pages,),
    templates=Path(__file__).with_name("templates"),
    recovery=recovery,
    holdings=Holdings(collect, remove),
    parts=lambda context: context.of,
)
ALL_AND_SURVEYS: Final = (*FEATURES, SURVEYS)
WITH_SURVEYS: Final = assemble(ALL_AND_SURVEYS)


@contextmanager
def plugged_in(disclosure: measures.Disclosure = measures.Exact()) -> Iterator[None]:  # noqa: B008
    """Its rows in the registry of contracts and the table of measures, for as long as a test takes."""
    commands, facts = (AnswerSurvey, OpenSurvey), (SurveyAnswered, SurveyClosed, SurveyOpened)
    COMMANDS.update({one.type: one for one in commands})
    FACTS.update({one.type: one for one in facts})
    MEASURES.append(ANSWERS)
    measures.MEASURES[ANSWERS] = measures.Measure(ANSWERS, "Jawaban survei", "people", disclosure)
    try:
        yield
    finally:
        del measures.MEASURES[ANSWERS]
        MEASURES.remove(ANSWERS)
        for one in (*commands, *facts):
            COMMANDS.pop(one.type, None)
            FACTS.pop(one.type, None)
