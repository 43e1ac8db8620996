"""Given facts, when a command, then facts: the decisions, without a broker, a clock or a database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.registration.features.gatherings.domain import activity as activities
from services.registration.features.gatherings.domain import decider
from services.registration.features.gatherings.domain import registration as registrations
from services.registration.features.gatherings.domain.decider import View, decide, go_on
from services.registration.features.gatherings.domain.registration import restate
from services.registration.kernel.decisions import Refusal
from shared.contracts.commands import (
    CancelActivity,
    CancelRegistration,
    PublishActivity,
    RecordAttendance,
)
from shared.contracts.facts import Cell
from tests.support.book import ENDS, MOMENT, Book, change, described, published
from tests.support.book import registration_id as _id
from tests.support.given import NOW


def test_seats_go_to_the_first_and_the_others_wait_in_line() -> None:
    book = published()
    assert book.submit("a") == ["RegistrationConfirmed:a"]
    assert book.submit("b") == ["RegistrationConfirmed:b"]
    assert book.submit("c") == ["RegistrationWaitlisted:c"]
    assert book.submit("c") == "already_registered"


def test_a_cancellation_moves_the_first_in_line_up() -> None:
    book = published()
    for who in "abcd":
        book.submit(who)
    assert book.cancel("a") == ["RegistrationCancelled:a", "RegistrationPromoted:c"]
    assert book.cancel("d") == ["RegistrationCancelled:d"]
    assert book.cancel("d") == "already_cancelled"
    assert book.submit("a") == ["RegistrationWaitlisted:a"]
    assert book.people[_id("a", 2)].round == 2


def test_who_waits_for_a_full_quota_lets_the_next_with_room_pass() -> None:
    book = published(
        quotas=[
            {"id": "semua", "seats": 3},
            {"id": "kepala", "seats": 1, "categories": ["kepala-sekolah"]},
        ]
    )
    book.submit("a", "kepala-sekolah")
    assert book.submit("b", "kepala-sekolah") == ["RegistrationWaitlisted:b"]
    assert book.submit("c") == ["RegistrationConfirmed:c"]
    assert book.submit("d") == ["RegistrationConfirmed:d"]
    book.submit("e")
    assert book.cancel("c") == ["RegistrationCancelled:c", "RegistrationPromoted:e"]
    assert book.cancel("a") == ["RegistrationCancelled:a", "RegistrationPromoted:b"]


def test_whom_no_quota_holds_for_is_not_eligible() -> None:
    book = published(quotas=[{"id": "kepala", "seats": 1, "categories": ["kepala-sekolah"]}])
    assert book.submit("a", "guru") == "not_eligible"


def test_the_window_is_half_open() -> None:
    book, opens, closes = (
        published(),
        datetime(2023, 12, 31, 16, tzinfo=UTC),
        datetime(2024, 1, 10, 16, tzinfo=UTC),
    )
    tick = timedelta(milliseconds=1)
    assert book.submit("a", now=opens - tick) == "not_open_yet"
    assert book.submit("a", now=opens) == ["RegistrationConfirmed:a"]
    assert book.submit("b", now=closes - tick) == ["RegistrationConfirmed:b"]
    assert book.submit("c", now=closes) == "window_closed"


def test_more_seats_promote_and_fewer_than_taken_are_refused() -> None:
    book = published()
    for who in "abcde":
        book.submit(who)
    assert book.ask(change(quotas=[{"id": "semua", "seats": 1}])) == "quota_below_taken"
    assert book.ask(change(quotas=[{"id": "semua", "seats": 4}])) == [
        "ActivityChanged",
        "RegistrationPromoted:c",
        "RegistrationPromoted:d",
    ]
    assert (
        book.ask(change(quotas=[{"id": "semua", "seats": 9, "categories": ["guru"]}])) == "quota_rule_fixed"
    )
    assert book.ask(change(title="Rapat koordinasi")) == []


def test_a_promotion_too_large_for_one_command_goes_on_and_newcomers_queue_behind(monkeypatch: Any) -> None:
    monkeypatch.setattr(decider, "MAX_FACTS", 3)
    book = published()
    for who in "abcdefgh":
        book.submit(who)
    assert book.ask(change(quotas=[{"id": "semua", "seats": 20}])) == [
        "ActivityChanged",
        "RegistrationPromoted:c",
        "RegistrationPromoted:d",
    ]
    assert book.submit("i") == ["RegistrationWaitlisted:i"]
    assert book.follow(go_on(book.view(), NOW)) == [f"RegistrationPromoted:{who}" for who in "efg"]
    assert book.follow(go_on(book.view(), NOW)) == [f"RegistrationPromoted:{who}" for who in "hi"]
    assert go_on(book.view(), NOW) == []
    assert book.submit("j") == ["RegistrationConfirmed:j"]


def test_once_the_last_session_has_ended_nobody_is_moved_up() -> None:
    book = published(closes="2024-03-01T00:00:00+08:00", quotas=[{"id": "semua", "seats": 1}])
    for who in "abc":
        book.submit(who)
    assert book.cancel("a", now=ENDS - MOMENT) == ["RegistrationCancelled:a", "RegistrationPromoted:b"]
    assert book.cancel("b", now=ENDS) == ["RegistrationCancelled:b"]
    assert book.ask(change(quotas=[{"id": "semua", "seats": 9}]), ENDS) == ["ActivityChanged"]
    assert go_on(book.view(), ENDS) == []


def test_who_registers_after_the_end_is_decided_as_before_and_overtakes_nobody() -> None:
    book = published(closes="2024-03-01T00:00:00+08:00", quotas=[{"id": "semua", "seats": 1}])
    assert book.submit("a", now=ENDS) == ["RegistrationConfirmed:a"]
    assert book.submit("b", now=ENDS) == ["RegistrationWaitlisted:b"]
    book.cancel("a", now=ENDS)
    assert book.submit("c", now=ENDS) == ["RegistrationWaitlisted:c"]


def test_an_end_that_is_moved_moves_people_up_again(monkeypatch: Any) -> None:
    monkeypatch.setattr(decider, "MAX_FACTS", 2)
    book, session = published(), described()["sessions"][0]
    for who in "abcde":
        book.submit(who)
    book.cancel("a", now=ENDS)
    book.cancel("b", now=ENDS)
    later = session | {"ends": "2024-01-20T12:00:00+08:00"}
    assert book.ask(change(sessions=[later]), ENDS) == ["ActivityChanged", "RegistrationPromoted:c"]
    assert book.follow(go_on(book.view(), ENDS)) == ["RegistrationPromoted:d"]


def test_an_unloaded_rest_of_a_line_is_not_overtaken() -> None:
    book = published(
        quotas=[
            {"id": "semua", "seats": 1},
            {"id": "guru", "seats": 9, "categories": ["guru"]},
        ]
    )
    for who, category in (("a", "guru"), ("b", "guru"), ("c", "dinas")):
        book.submit(who, category)
    view = book.view()
    del view.lines[("semua", "guru")]  # type: ignore[attr-defined]
    assert book.state is not None
    freed = activities.evolve(book.state, decide(view, CancelRegistration(registration=_id("a", 1)), NOW)[0])  # type: ignore[index]
    assert registrations.promote(freed, view.lines, 10, NOW) == []


def test_cancelling_an_activity_is_one_fact_with_the_changes_of_its_cells() -> None:
    book = published()
    for who, category in (("a", "guru"), ("b", "dinas"), ("c", "guru")):
        book.submit(who, category)
    (content,) = decide(book.view(), CancelActivity(activity="rakor", reason="Banjir"), NOW)  # type: ignore[misc]
    added = {change.cell.category: dict(change.add) for change in content.body.changes}
    assert added == {
        None: {"activities": -1, "seats": -2},
        "guru": {"confirmed": -1, "waitlisted": -1, "cancelled": 2},
        "dinas": {"confirmed": -1, "cancelled": 1},
    }
    assert "reason" not in content.body.model_dump()
    book.follow([content])
    assert book.submit("d") == "activity_cancelled"
    assert book.cancel("a") == "activity_cancelled"


def test_more_cells_than_a_fact_holds_go_into_further_facts() -> None:
    book = published()
    live = {Cell(activity="rakor", cohort=number): {"confirmed": 1} for number in range(1, 1001)}
    view = View(book.state, book.people.get, live=live)  # type: ignore[arg-type]
    facts = decide(view, CancelActivity(activity="rakor"), NOW)
    assert [len(one.body.changes) for one in facts] == [1000, 1]  # type: ignore[union-attr]


def test_attendance_counts_a_person_once_and_every_session() -> None:
    session = described()["sessions"][0]
    book = published(sessions=[session, session | {"id": "s2", "jp": 2}])
    book.submit("a")
    day = datetime(2024, 1, 11, tzinfo=UTC)
    assert book.attend("a", NOW) == "session_not_open"
    assert book.attend("a", day, session="s9") == "session_unknown"
    assert book.attend("a", day) == ["AttendanceRecorded:a"]
    assert book.attend("a", day) == []
    fact = decide(
        book.view(), RecordAttendance(activity="rakor", session="s2", registration=_id("a", 1)), day
    )
    assert fact[0].body.changes[0].add == {"session_attendances": 1, "jp_attended": 2}  # type: ignore[index]
    taken_back = decide(
        book.view(),
        RecordAttendance(activity="rakor", session="s1", registration=_id("a", 1), present=False),
        day,
    )
    assert taken_back[0].body.changes[0].add == {  # type: ignore[index]
        "session_attendances": -1,
        "jp_attended": -4,
        "present": -1,
    }


def test_attendance_opens_at_the_very_moment_and_every_registration_is_counted() -> None:
    book = published()
    for who in "abc":
        book.submit(who)
    assert book.state is not None
    assert book.state.registrations == 3
    opens = datetime(2024, 1, 10, 22, tzinfo=UTC)  # two hours before 08.00 WITA
    assert book.attend("a", opens - MOMENT) == "session_not_open"
    assert book.attend("a", opens) == ["AttendanceRecorded:a"]


def test_nobody_is_owed_a_word_about_a_registration_of_another_activity() -> None:
    book = published()
    book.submit("a")
    (mine,) = book.people.values()
    assert restate(book.state, replace(mine, activity="lain")) == Refusal("registration_unknown")
    assert restate(book.state, None) == Refusal("registration_unknown")
    assert restate(None, mine) == Refusal("activity_unknown")
    assert isinstance(restate(book.state, mine), list)


def test_who_waits_or_left_is_not_marked_present() -> None:
    book, day = published(quotas=[{"id": "semua", "seats": 1}]), datetime(2024, 1, 11, tzinfo=UTC)
    book.submit("a")
    book.submit("b")
    assert book.attend("b", day) == "not_eligible"
    book.cancel("b")
    assert book.attend("b", day) == "already_cancelled"
    assert book.attend("z", day) == "registration_unknown"


def test_the_attendance_of_somebody_cancelled_can_be_taken_back_and_not_made() -> None:
    book, day = published(), datetime(2024, 1, 11, tzinfo=UTC)
    book.submit("a")
    book.attend("a", day)
    book.cancel("a")
    assert book.attend("a", day) == "already_cancelled"
    assert book.attend("a", day, present=False) == ["AttendanceRecorded:a"]
    assert book.people[_id("a", 1)].attended == {}
    assert book.people[_id("a", 1)].status == "cancelled"
    assert book.attend("a", day, present=False) == []
    assert book.attend("a", day) == "already_cancelled"


def test_lesson_hours_that_were_counted_cannot_change() -> None:
    book = published()
    book.submit("a")
    book.attend("a", datetime(2024, 1, 11, tzinfo=UTC))
    session = described()["sessions"][0]
    assert book.ask(change(sessions=[session | {"jp": 8}])) == "invalid"
    assert book.ask(change(sessions=[session | {"place": "Aula lain"}])) == ["ActivityChanged"]


def test_the_month_is_the_local_one_of_the_first_session() -> None:
    session = described()["sessions"][0] | {"starts": "2024-01-31T17:30:00Z", "ends": "2024-01-31T19:00:00Z"}
    content = decide(Book().view(), PublishActivity.model_validate(described(sessions=[session])), NOW)
    body = content[0].body  # type: ignore[index]
    assert (body.month, body.province, body.regency, body.seats) == ("2024-02", "51", "51.03", 2)
