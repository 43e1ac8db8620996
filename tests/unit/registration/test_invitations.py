"""Institutions and people who are invited, with seats that are held for whom they name."""

from datetime import timedelta

from services.registration.features.gatherings.domain.invitation import Invitation
from services.registration.features.gatherings.gatherings import INVITATION
from shared.contracts.commands import CancelActivity, RemindInvitation
from shared.contracts.facts import Cell
from tests.support.book import ENDS, NAME, Book, change, invitation_id, published, registration_id
from tests.support.given import NOW

CELL = Cell(activity=NAME, category="guru")
DAY = timedelta(days=1)
UNTIL = NOW + DAY


def gathering(seats: int = 3) -> Book:
    return published(quotas=[{"id": "semua", "seats": seats}])


def taken(book: Book) -> int:
    assert book.state is not None
    return book.state.taken["semua"]


def invitation(book: Book, name: str = "x") -> Invitation:
    found: Invitation = book.loaded.states[INVITATION][invitation_id(name)]
    return found


def test_seats_are_held_for_whom_is_invited() -> None:
    book = gathering()
    assert book.invite("x", 2) == ["InvitationSent"]
    assert taken(book) == 2
    assert book.submit("a") == ["RegistrationConfirmed:a"]
    assert book.submit("b") == ["RegistrationWaitlisted:b"]
    assert book.invite("y", 1) == "no_seat"
    assert book.counted[CELL, "invited"] == 2
    assert book.ask(change(quotas=[{"id": "semua", "seats": 2}])) == "quota_below_taken"


def test_whom_they_name_takes_a_seat_that_was_held_and_stands_for_what_was_invited() -> None:
    book = gathering()
    book.invite("x", 2)
    assert book.answer("x", "coming") == ["InvitationAnswered"]
    assert book.name("a", "x") == ["RegistrationConfirmed:a"]
    assert book.people[registration_id("a", 1)].registrant.category == "guru"
    assert book.name("a", "x") == "already_registered"
    assert book.name("b", "x") == ["RegistrationConfirmed:b"]
    assert book.name("c", "x") == "no_seat"
    assert taken(book) == 2
    assert book.state is not None
    assert book.state.holds == {}


def test_an_answer_of_no_frees_the_seats_for_those_who_wait() -> None:
    book = gathering(2)
    book.invite("x", 2)
    for who in "abc":
        book.submit(who)
    assert book.answer("x", "not_coming") == [
        "InvitationAnswered",
        "RegistrationPromoted:a",
        "RegistrationPromoted:b",
    ]
    assert book.answer("x", "coming") == book.name("d", "x") == "already_answered"


def test_fewer_seats_are_needed_than_were_held() -> None:
    book = gathering(3)
    book.invite("x", 3)
    book.submit("a")
    book.name("p", "x")
    assert book.answer("x", "represented", 2) == ["InvitationAnswered", "RegistrationPromoted:a"]
    assert invitation(book).kept == 2
    assert book.answer("x", "represented", 2) == []
    assert book.answer("x", "coming", 9) == ["InvitationAnswered"], "more than was held is not given"
    assert taken(book) == 3
    assert book.name("q", "x") == ["RegistrationConfirmed:q"]
    assert book.name("r", "x") == "no_seat"


def test_what_nobody_was_named_for_is_free_when_the_date_has_passed() -> None:
    book = gathering(2)
    book.invite("x", 2)
    book.name("p", "x")
    book.submit("a")
    assert book.state is not None
    assert book.state.next_due == UNTIL
    assert book.tick(UNTIL - timedelta(seconds=1)) == []
    assert book.name("q", "x", UNTIL) == book.answer("x", "coming", now=UNTIL) == "deadline_passed"
    assert book.tick(UNTIL) == ["InvitationEnded", "RegistrationPromoted:a"]
    assert (taken(book), book.state.holds) == (2, {})


def test_of_who_was_invited_it_is_counted_who_came() -> None:
    book = gathering()
    book.invite("x", 2)
    book.name("p", "x")
    book.submit("a")
    assert book.substitute("p", "q") == ["RegistrationSubstituted:q"]
    for who in "qa":
        book.attend(who, ENDS)
    assert (book.counted[CELL, "present"], book.counted[CELL, "came_by_invitation"]) == (2, 1)
    book.correct("q", category="dinas")
    assert book.counted[CELL, "came_by_invitation"] == 0
    assert book.counted[Cell(activity=NAME, category="dinas"), "came_by_invitation"] == 1


def test_only_the_invited_register_where_that_is_wanted() -> None:
    book = published(invitation_only=True, opens="2024-01-06T00:00:00+08:00")
    book.invite("x")
    assert book.name("p", "x") == ["RegistrationConfirmed:p"], "whenever it is"
    assert book.name("q", "z") == "not_invited"


def test_who_is_silent_is_reminded() -> None:
    book = gathering()
    book.invite("x")
    reminder = RemindInvitation(activity=NAME, invitation=invitation_id("x"))
    assert book.ask(reminder) == ["InvitationReminded"]
    assert invitation(book).reminded == 1
    book.answer("x", "coming")
    assert book.ask(reminder) == "already_answered"


def test_an_invitation_is_sent_once_and_in_time() -> None:
    book = gathering()
    book.invite("x")
    assert book.invite("x") == "id_reused"
    assert book.invite("y", until=NOW) == "deadline_passed"
    only = published(quotas=[{"id": "dinas", "seats": 3, "categories": ["dinas"]}])
    assert only.invite("x") == "not_eligible"
    assert only.answer("x", "coming") == "not_invited"


def test_an_activity_that_is_cancelled_holds_nothing() -> None:
    book = gathering()
    book.invite("x", 2)
    book.ask(CancelActivity(activity=NAME))
    assert book.state is not None
    assert book.state.holds == {}
    assert book.name("p", "x") == book.answer("x", "coming") == "activity_cancelled"


def test_whom_quotas_are_for_is_fixed_while_seats_are_held() -> None:
    book = gathering()
    book.invite("x")
    assert (
        book.ask(change(quotas=[{"id": "semua", "seats": 9, "categories": ["dinas"]}])) == "quota_rule_fixed"
    )
