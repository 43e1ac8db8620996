"""Activities that want approval: nobody takes a seat, or a place in the line, before staff say so."""

from services.registration.features.gatherings.domain.registration import Registration
from shared.contracts.commands import ApproveRegistration, CancelActivity
from shared.contracts.facts import Cell, RegistrationApproved
from tests.support.book import ENDS, NAME, Book, change, published, registration_id

CELL = Cell(activity=NAME, category="guru")


def asking(*people: str, seats: int = 2) -> Book:
    book = published(approval=True, quotas=[{"id": "semua", "seats": seats}])
    for who in people:
        assert book.submit(who) == [f"RegistrationSubmitted:{who}"]
    return book


def of(book: Book, who: str, number: int = 1) -> Registration:
    return book.people[registration_id(who, number)]


def test_who_registers_takes_no_seat_and_no_place_before_they_are_approved() -> None:
    book = asking("a", "b", "c")
    assert book.state is not None
    assert book.state.taken == {"semua": 0}
    assert book.state.waiting_in_all == 0
    assert book.submit("a") == "already_registered"
    assert book.counted[CELL, "waitlisted"] == 3


def test_who_is_approved_is_confirmed_while_there_are_seats_and_then_stands_at_the_end_of_the_line() -> None:
    book = asking("a", "b", "c", "d")
    for who in "dba":
        assert book.approve(who) == [f"RegistrationApproved:{who}"]
    assert [of(book, who).status for who in "abcd"] == ["waitlisted", "confirmed", "submitted", "confirmed"]
    assert book.approve("c") == ["RegistrationApproved:c"]
    assert book.counted[CELL, "confirmed"] == book.counted[CELL, "waitlisted"] == 2
    assert book.cancel("d") == ["RegistrationCancelled:d", "RegistrationPromoted:a"], (
        "in the order of approval"
    )


def test_a_place_in_the_line_is_told() -> None:
    book = asking("a", "b", seats=1)
    book.approve("b")
    decision = book.when(ApproveRegistration(registration=registration_id("a", 1)), NAME)
    assert isinstance(decision, list)
    assert isinstance(decision[0].body, RegistrationApproved)
    assert (decision[0].body.seated, decision[0].body.place) == (False, 1)


def test_who_is_rejected_may_ask_anew_and_is_asked_about_anew() -> None:
    book = asking("a")
    assert book.reject("a") == ["RegistrationRejected:a"]
    assert (of(book, "a").status, of(book, "a").reason) == ("rejected", "Bukan sasaran")
    assert book.counted[CELL, "cancelled"] == 1
    assert book.submit("a") == ["RegistrationSubmitted:a"]
    assert book.approve("a", 2) == ["RegistrationApproved:a"]


def test_what_is_decided_is_decided_once() -> None:
    book = asking("a", "b")
    book.approve("a")
    book.reject("b")
    assert book.approve("a") == book.reject("a") == "already_answered"
    assert book.approve("b") == book.reject("b") == book.cancel("b") == "already_cancelled"
    assert book.approve("z") == "registration_unknown"


def test_who_is_not_approved_is_given_no_seat_and_seen_nowhere() -> None:
    book = asking("a", "b")
    assert book.seat("a") == book.accept("a") == "not_approved"
    assert book.substitute("a", "c") == book.attend("a", ENDS) == "not_eligible"
    assert book.cancel("a") == ["RegistrationCancelled:a"]
    assert book.state is not None
    assert book.state.taken == {"semua": 0}


def test_seats_that_become_free_go_to_nobody_who_is_not_approved() -> None:
    book = asking("a", "b", seats=1)
    book.approve("a")
    assert book.ask(change(quotas=[{"id": "semua", "seats": 5}])) == ["ActivityChanged"]
    assert book.cancel("a") == ["RegistrationCancelled:a"]
    assert book.tick() == []


def test_staff_let_in_whom_they_register_beyond_the_quotas_without_approving_them() -> None:
    book = published(approval=True)
    assert book.submit("a", beyond=True) == ["RegistrationConfirmed:a"]


def test_what_is_corrected_before_approval_decides_the_quota() -> None:
    book = published(
        approval=True,
        quotas=[
            {"id": "guru", "seats": 1, "categories": ["guru"]},
            {"id": "dinas", "seats": 1, "categories": ["dinas"]},
        ],
    )
    book.submit("a")
    assert book.correct("a", category="komunitas") == "not_eligible"
    assert book.correct("a", category="dinas") == ["RegistrationChanged:a"]
    assert book.approve("a") == ["RegistrationApproved:a"]
    assert book.state is not None
    assert book.state.taken == {"guru": 0, "dinas": 1}
    assert book.counted[Cell(activity=NAME, category="dinas"), "confirmed"] == 1


def test_an_activity_that_is_cancelled_takes_those_with_it_who_were_not_decided_on() -> None:
    book = asking("a", "b", "c")
    book.approve("a")
    book.reject("b")
    book.ask(CancelActivity(activity=NAME))
    assert book.counted[CELL, "cancelled"] == 3
    assert book.counted[CELL, "waitlisted"] == book.counted[CELL, "confirmed"] == 0
    assert book.approve("c") == "activity_cancelled"
