"""Seats that are offered for a while, before they go to the next who waits."""

from datetime import datetime, timedelta

import pytest

from services.registration.features.gatherings.domain import decider
from shared.contracts.commands import CancelActivity
from shared.contracts.facts import Cell
from tests.support.book import ENDS, NAME, Book, change, published, registration_id
from tests.support.given import NOW

CELL = Cell(activity=NAME, category="guru")
WITHIN = timedelta(hours=6)
LATE = NOW + WITHIN


def waiting(*people: str, seats: int = 1) -> Book:
    """Everybody registered, the first of them got the seats."""
    book = published(offer_within="PT6H", quotas=[{"id": "semua", "seats": seats}])
    for who in people:
        book.submit(who)
    return book


def taken(book: Book) -> int:
    assert book.state is not None
    return book.state.taken["semua"]


def status(book: Book, who: str) -> str:
    return book.people[registration_id(who, 1)].status


def test_a_seat_that_becomes_free_is_offered_and_held() -> None:
    book = waiting("a", "b", "c")
    assert book.cancel("a") == ["RegistrationCancelled:a", "OfferMade:b"]
    assert (status(book, "b"), taken(book)) == ("offered", 1)
    assert book.submit("d") == ["RegistrationWaitlisted:d"]
    assert book.counted[CELL, "waitlisted"] == 3


def test_who_registers_while_there_are_seats_is_confirmed_at_once() -> None:
    book = waiting("a", seats=2)
    assert book.submit("b") == ["RegistrationConfirmed:b"]


def test_who_accepts_has_the_seat_that_was_held() -> None:
    book = waiting("a", "b", "c")
    book.cancel("a")
    assert book.accept("b", now=LATE - timedelta(milliseconds=1)) == ["RegistrationPromoted:b"]
    assert (status(book, "b"), taken(book)) == ("confirmed", 1)
    assert book.counted[CELL, "confirmed"] == book.counted[CELL, "waitlisted"] == 1
    assert book.accept("b") == book.decline("b") == "already_confirmed"
    assert book.tick(LATE) == []


def test_who_declines_leaves_the_line_and_the_next_is_asked() -> None:
    book = waiting("a", "b", "c")
    book.cancel("a")
    assert book.decline("b") == ["OfferEnded:b", "OfferMade:c"]
    assert (status(book, "b"), status(book, "c"), taken(book)) == ("cancelled", "offered", 1)
    assert book.submit("b") == ["RegistrationWaitlisted:b"], "last in the line"


def test_an_offer_ends_by_itself_and_the_next_is_asked() -> None:
    book = waiting("a", "b", "c")
    book.cancel("a")
    assert book.state is not None
    assert (book.state.next_due, book.state.due(LATE - timedelta(seconds=1))) == (LATE, False)
    assert book.tick(LATE - timedelta(seconds=1)) == []
    assert book.accept("b", now=LATE) == "offer_ended", "also before a tick has come"
    assert book.tick(LATE) == ["OfferEnded:b", "OfferMade:c"]
    assert book.accept("b", now=LATE) == "offer_ended"
    assert book.state.offers == {registration_id("c", 1): LATE + WITHIN}
    assert book.tick(LATE + WITHIN) == ["OfferEnded:c"]
    assert (taken(book), book.counted[CELL, "cancelled"], book.state.offers) == (0, 3, {})


def test_an_offer_ends_with_the_activity_at_the_latest() -> None:
    book = waiting("a", "b")
    book.cancel("a", now=ENDS - timedelta(hours=1))
    assert book.state is not None
    assert book.state.next_due == ENDS
    assert book.tick(ENDS) == ["OfferEnded:b"]


def test_many_seats_are_offered_in_turn_and_end_in_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    book = waiting(*"abcde")
    more = change(quotas=[{"id": "semua", "seats": 4}])
    assert book.ask(more) == ["ActivityChanged", "OfferMade:b", "OfferMade:c", "OfferMade:d"]
    monkeypatch.setattr(decider, "MAX_FACTS", 2)
    assert book.tick(LATE) == ["OfferEnded:b", "OfferEnded:c"]
    assert book.tick(LATE) == ["OfferEnded:d", "OfferMade:e"]
    assert book.ask(change(quotas=[{"id": "semua", "seats": 0}])) == "quota_below_taken"


def test_who_is_offered_a_seat_may_cancel_or_be_given_it() -> None:
    book = waiting("a", "b", "c", "d", seats=2)
    book.cancel("a")
    assert book.seat("c") == ["RegistrationPromoted:c"]
    assert book.state is not None
    assert not book.state.offers
    book.cancel("b")
    assert book.cancel("d") == ["RegistrationCancelled:d"]
    assert (taken(book), book.state.offers) == (1, {})


def test_who_is_offered_a_seat_is_corrected_where_it_can_be_offered_still() -> None:
    quotas = [
        {"id": "guru", "seats": 1, "categories": ["guru"]},
        {"id": "dinas", "seats": 1, "categories": ["dinas"]},
    ]
    book = published(offer_within="PT6H", quotas=quotas)
    for who, category in (("a", "guru"), ("b", "guru"), ("c", "guru"), ("d", "dinas")):
        book.submit(who, category)
    book.cancel("a")
    assert book.correct("b", category="dinas") == "no_seat"
    assert book.correct("b", category="komunitas") == "not_eligible"
    book.cancel("d")
    assert book.correct("b", category="dinas") == ["RegistrationChanged:b", "OfferMade:c"]
    assert book.state is not None
    assert book.state.taken == {"guru": 1, "dinas": 1}
    assert book.accept("b") == ["RegistrationPromoted:b"]


def test_who_waits_without_an_offer_accepts_none() -> None:
    book = waiting("a", "b")
    assert book.accept("b") == book.decline("b") == "offer_ended"
    assert book.accept("z") == "registration_unknown"


def test_an_activity_that_is_cancelled_ends_its_offers() -> None:
    book = waiting("a", "b")
    book.cancel("a")
    book.ask(CancelActivity(activity=NAME))
    assert book.state is not None
    assert not book.state.offers
    assert book.counted[CELL, "cancelled"] == 2
    assert book.tick(LATE) == []


def test_offers_that_run_go_on_where_the_activity_makes_no_more() -> None:
    book = waiting("a", "b", "c")
    book.cancel("a")
    book.ask(change(offer_within=None))
    assert book.tick(LATE) == ["OfferEnded:b", "RegistrationPromoted:c"]


def test_a_deadline_is_told_to_the_second() -> None:
    book = waiting("a", "b")
    book.cancel("a", now=datetime.fromisoformat("2024-01-05T00:00:00.987+00:00"))
    assert book.state is not None
    assert book.state.next_due == LATE
