"""What an activity asks of those who register: which answers are held, which refused, for how long."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from services.registration.features.gatherings.domain.answering import still_held
from services.registration.kernel.sentences import misfit
from shared.contracts.activity import Activity
from shared.contracts.commands import ChangeRegistration, PublishActivity, SubmitRegistration
from shared.contracts.misfits import misfits
from shared.contracts.questions import Question
from tests.support.book import ENDS, NAME, Book, Submitting, change, described, published
from tests.support.book import registration_id as _id

SHIRT = {"id": "kaos", "label": "Ukuran kaos", "kind": "one", "choices": ["S", "M", "L"], "required": True}
DAYS = {"id": "hari", "label": "Hari apa saja", "kind": "some", "choices": ["Senin", "Selasa", "Rabu"]}
YEARS = {"id": "masa-kerja", "label": "Masa kerja (tahun)", "kind": "number", "categories": ["guru"]}
BORN = {"id": "lahir", "label": "Tanggal lahir", "kind": "date", "keep": "P30D"}
ALL = [SHIRT, DAYS, YEARS, BORN, {"id": "nomor-wa"}, {"id": "kebutuhan-khusus"}]


def book(*questions: dict[str, Any], staff: bool = True) -> Book:
    found = published(questions=list(questions or ALL))
    found.submitting = Submitting(staff)
    return found


def submission(answers: dict[str, Any], category: str = "guru") -> SubmitRegistration:
    who = {"name": "a", "email": "a@sekolah.example"}
    return SubmitRegistration.model_validate(
        {"activity": NAME, "participant": who, "category": category, "answers": answers}
    )


def test_answers_are_held_with_the_registration_and_stand_in_no_fact() -> None:
    given = {"kaos": "m", "hari": ["Rabu", "Senin"], "masa-kerja": 12, "lahir": "1990-05-17"}
    told = book()
    decision = told.when(submission(given | {"nomor-wa": "0812-3456-7890"}), NAME)
    assert isinstance(decision, list)
    published = decision[0].body.model_dump_json()
    assert not any(word in published for word in ("kaos", "Rabu", "1990", "0812", "masa"))
    told.follow(decision)
    assert told.people[_id("a", 1)].registrant.answers == {
        "kaos": "M",
        "hari": ("Senin", "Rabu"),
        "masa-kerja": 12.0,
        "lahir": "1990-05-17",
        "nomor-wa": "+6281234567890",
    }


def test_no_fact_of_an_activity_says_what_it_asks() -> None:
    told = Book()
    asked = [{**SHIRT, "id": "rahasia-kami", "label": "Pertanyaan rahasia", "choices": ["satu", "dua"]}]
    for command in (
        PublishActivity.model_validate(described(questions=asked)),
        change(questions=[{**asked[0], "required": False}]),
    ):
        decision = told.when(command, NAME)
        assert isinstance(decision, list)
        assert not any("rahasia" in content.body.model_dump_json() for content in decision)
        told.given(NAME, *decision)
    assert told.state is not None
    assert told.state.described.questions[0].label == "Pertanyaan rahasia"


@pytest.mark.parametrize(
    ("answers", "field", "rule"),
    [
        ({"kaos": "XXL"}, "kaos", "not_a_choice"),
        ({"kaos": ["M"]}, "kaos", "string_type"),
        ({"kaos": "M", "hari": "Senin"}, "hari", "not_a_choice"),
        ({"kaos": "M", "hari": ["Minggu"]}, "hari", "not_a_choice"),
        ({"kaos": "M", "masa-kerja": "dua belas"}, "masa-kerja", "not_a_number"),
        ({"kaos": "M", "lahir": "17-05-1990"}, "lahir", "not_a_date"),
        ({"kaos": "M", "lahir": "0990-05-17"}, "lahir", "not_a_date"),
        ({"kaos": "M", "nomor-wa": "tanya istri saya"}, "nomor-wa", "not_a_phone"),
        ({"kaos": "M", "nomor-wa": "12"}, "nomor-wa", "not_a_phone"),
        ({"kaos": "M", "sepatu": "42"}, "sepatu", "not_asked"),
        ({}, "kaos", "missing"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_name(answers: dict[str, Any], field: str, rule: str) -> None:
    refused = book(staff=False).fault(submission(answers))
    assert refused == {"field": f"answers.{field}", "rule": rule}
    sentence = misfit(refused["field"], refused["rule"])
    assert field in sentence
    assert "tidak sesuai" not in sentence


def test_a_question_for_some_is_not_asked_of_others() -> None:
    told = book({**YEARS, "required": True}, staff=False)
    assert told.fault(submission({"masa-kerja": 3}, "dinas"))["rule"] == "other_category"
    assert told.fault(submission({}, "guru"))["rule"] == "missing"
    assert told.submit("b", "dinas") == ["RegistrationConfirmed:b"]


def test_staff_may_leave_open_what_must_be_answered_but_not_answer_it_wrongly() -> None:
    told = book(SHIRT)
    assert told.fault(submission({"kaos": "XXL"}))["rule"] == "not_a_choice"
    assert told.submit("b") == ["RegistrationConfirmed:b"]


def test_who_is_registered_already_is_told_so_whatever_they_answer() -> None:
    told = book(SHIRT, staff=False)
    told.submit("a", answers={"kaos": "S"})
    assert told.submit("a", answers={"kaos": "XXL"}) == "already_registered"


def test_staff_change_one_answer_and_take_another_away() -> None:
    told = book()
    told.submit("a", answers={"kaos": "S", "lahir": "1990-05-17", "masa-kerja": 2})
    assert told.correct("a", answers={"kaos": "L", "lahir": None}) == ["RegistrationChanged:a"]
    assert told.people[_id("a", 1)].registrant.answers == {"kaos": "L", "masa-kerja": 2.0}
    assert told.correct("a", answers={"kaos": "L"}) == []
    wrong = ChangeRegistration.model_validate({"registration": _id("a", 1), "answers": {"kaos": "XXL"}})
    assert told.fault(wrong) == {"field": "answers.kaos", "rule": "not_a_choice"}
    other = {"registration": _id("a", 1), "category": "dinas", "answers": {"masa-kerja": 3}}
    assert told.fault(ChangeRegistration.model_validate(other))["rule"] == "other_category"


def test_whoever_comes_in_somebodys_place_has_not_answered() -> None:
    told = book(SHIRT)
    told.submit("a", answers={"kaos": "S"})
    assert told.substitute("a", "b") == ["RegistrationSubstituted:b"]
    assert told.people[_id("b", 1)].registrant.answers == {}


def test_a_question_stays_answered_in_its_way_once_somebody_registered() -> None:
    told = book(SHIRT)
    assert told.ask(change(questions=[DAYS | {"id": "kaos"}])) == ["ActivityChanged"]
    told = book(SHIRT)
    told.submit("a", answers={"kaos": "S"})
    refused = told.fault(change(questions=[DAYS | {"id": "kaos"}]))
    assert refused == {"field": "questions.0.kind", "rule": "kind_fixed"}
    more = [SHIRT | {"choices": ["S", "XL"], "required": False}, DAYS]
    assert told.ask(change(questions=more)) == ["ActivityChanged"]


def test_answers_are_held_until_their_time_is_over_or_nobody_asks_any_more() -> None:
    activity = Activity.model_validate(described(questions=ALL))
    answers = {"kaos": "M", "lahir": "1990-05-17", "dulu": "ya"}
    assert still_held(activity, answers, ENDS) == {"kaos": "M", "lahir": "1990-05-17"}
    assert still_held(activity, answers, ENDS + timedelta(days=30)) == {"kaos": "M"}
    assert still_held(activity, answers, ENDS + timedelta(days=180)) == {}
    assert still_held(activity, answers, datetime(2024, 1, 1, tzinfo=UTC)) == {
        "kaos": "M",
        "lahir": "1990-05-17",
    }


@pytest.mark.parametrize(
    ("question", "field", "rule"),
    [
        ({"id": "nomor-wa", "label": "HP"}, "id", "built_in"),
        ({"id": "kaos", "kind": "short"}, "label", "missing"),
        ({"id": "kaos", "label": "Ukuran"}, "kind", "missing"),
        ({"id": "kaos", "label": "Ukuran", "kind": "one", "choices": ["S"]}, "choices", "choices"),
        ({"id": "kaos", "label": "Ukuran", "kind": "short", "choices": ["S", "M"]}, "choices", "choices"),
        ({"id": "kaos", "label": "Ukuran", "kind": "some", "choices": ["S", "s"]}, "choices", "same_choice"),
    ],
)
def test_a_question_that_says_too_little_or_too_much(question: dict[str, Any], field: str, rule: str) -> None:
    with pytest.raises(ValidationError) as told:
        Question.model_validate(question)
    assert [tuple(one) for one in misfits(told.value.errors())] == [(field, rule)]


def test_fifteen_questions_of_ones_own_beside_the_built_in_ones() -> None:
    own = [{"id": f"p{at}", "label": f"Pertanyaan {at}", "kind": "short"} for at in range(16)]
    built = [{"id": "jabatan"}, {"id": "golongan", "required": True}]
    assert len(Activity.model_validate(described(questions=own[:15] + built)).questions) == 17
    with pytest.raises(ValidationError):
        Activity.model_validate(described(questions=own))
    with pytest.raises(ValidationError):
        Activity.model_validate(described(questions=[own[0], own[0]]))
