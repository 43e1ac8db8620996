"""What commands without their activity, person or moment come to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.registration.features.gatherings.domain import attendance
from services.registration.features.gatherings.domain.registration import restate
from services.registration.features.people.domain import participant
from services.registration.features.people.domain.person import Correction, Person
from services.registration.kernel.decisions import Refusal
from shared.contracts.commands import CorrectParticipant, Participant, RecordAttendance
from shared.contracts.facts import RegistrationCorrected
from tests.support.book import MOMENT, Book, published
from tests.support.book import registration_id as _id

DAY = datetime(2024, 1, 11, tzinfo=UTC)
WAYAN = Person("r", "c", Participant(name="Wayan Contoh", email="wayan@peserta.example", phone="0361 555"))


def mark(present: bool = True) -> RecordAttendance:
    return RecordAttendance(activity="rakor", session="s1", registration=_id("a", 1), present=present)


def with_one(**changed: Any) -> Book:
    book = published(**changed)
    book.submit("a")
    return book


def test_nobody_is_marked_at_an_activity_that_is_unknown_or_cancelled() -> None:
    book = with_one()
    mine, state = book.people[_id("a", 1)], book.state
    assert state is not None
    assert attendance.record(None, mine, mark(), DAY) == Refusal("activity_unknown")
    assert attendance.record(replace(state, cancelled=True), mine, mark(), DAY) == Refusal(
        "activity_cancelled"
    )


def test_hours_are_taken_back_as_they_were_given() -> None:
    book = with_one()
    seen = replace(book.people[_id("a", 1)], attended={"s1": 3})
    (content,) = attendance.record(book.state, seen, mark(present=False), DAY)  # type: ignore[misc]
    assert (content.body.jp, content.body.changes[0].add["jp_attended"]) == (3, -3)  # type: ignore[attr-defined]


def test_attendance_opens_as_long_before_as_the_activity_says() -> None:
    book = with_one(attendance_opens_before=timedelta(days=1))
    opens = datetime(2024, 1, 10, 0, tzinfo=UTC)  # 08.00 WITA, a day before
    assert book.attend("a", opens - MOMENT) == "session_not_open"
    assert book.attend("a", opens) == ["AttendanceRecorded:a"]


def test_a_correction_is_stated_of_whoever_is_owed_anything() -> None:
    book = with_one()
    mine, state = book.people[_id("a", 1)], book.state
    assert state is not None
    (content,) = restate(state, mine)  # type: ignore[misc]
    assert content.body == RegistrationCorrected(activity="rakor", registration=mine.id)
    assert restate(state, replace(mine, status="cancelled")) == []
    assert restate(replace(state, cancelled=True), mine) == []


def test_a_correction_of_nobody_is_refused() -> None:
    assert participant.correct(None, CorrectParticipant(ref="a" * 24)) == Refusal("participant_unknown")


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({}, None),
        ({"name": "Wayan Contoh", "phone": "0361 555"}, None),
        ({"name": "Wayan Contoh, S.Pd.", "phone": "0361 555"}, ("name",)),
        ({"phone": None}, ("phone",)),
    ],
)
def test_a_correction_changes_what_is_given_and_differs(given: dict[str, Any], fields: Any) -> None:
    decision = participant.correct(WAYAN, CorrectParticipant(ref="a" * 24, **given))
    if fields is None:
        assert decision == []
        return
    (content,) = decision  # type: ignore[misc]
    after = replace(WAYAN, who=WAYAN.who.model_copy(update=given))
    assert content.body.fields == fields  # type: ignore[attr-defined]
    assert (content.private, content.side_writes) == (after, (Correction(WAYAN, after),))
