"""An office's own fact is never nothing to its states."""

from datetime import UTC, datetime, timedelta

import pytest

from services.registration.features.gatherings.gatherings import beside
from services.registration.kernel.batch import Batch, OfficeStatements
from services.registration.kernel.commit import Commit, Cursor, FactRows, NumberedFact
from services.registration.kernel.decisions import NewFact
from services.registration.kernel.feature import FactWithoutState
from services.registration.kernel.folding import fold
from shared.contracts.facts import ActivityCancelled, Body, RegistrationCorrected
from tests.support.book import NAME, published, registration_id
from tests.support.features import ALL
from tests.support.office import office_file

AT = datetime(2026, 1, 1, tzinfo=UTC)
CURSOR = Cursor(0, "a" * 32, 1, 0, 0, 0, -1, AT, 0, AT, None)


class SurveyAnswered(Body):
    type = "id.simpul.survey.answered.v1"


def test_a_fact_that_no_state_follows_says_so() -> None:
    fact = NumberedFact(1, "uji", AT, NewFact(SurveyAnswered()), None, FactRows(b""))
    with pytest.raises(FactWithoutState, match="no state follows SurveyAnswered"):
        fold(ALL, Commit(CURSOR, CURSOR), ALL.loaded(), fact)


def test_a_fact_under_another_key_than_its_activity_says_so() -> None:
    fact = NumberedFact(1, "lain", AT, NewFact(ActivityCancelled(activity="uji")), None, FactRows(b""))
    with pytest.raises(FactWithoutState, match="keyed by something else"):
        fold(ALL, Commit(CURSOR, CURSOR), ALL.loaded(), fact)


def test_no_state_follows_a_decision_of_which_one_fact_is_followed_by_none() -> None:
    standing = OfficeStatements.of(office_file("bali").described(), timedelta(days=1))
    batch = Batch(ALL, CURSOR, ALL.loaded(), lambda *_: b"", standing)
    described = NewFact(standing.description)
    with pytest.raises(FactWithoutState):
        batch._apply("office", [described, NewFact(SurveyAnswered())], AT, None)
    assert (batch.commit.facts, batch.commit.after.number) == ([], 0)


def test_a_person_who_is_corrected_while_they_wait_stands_in_line_once() -> None:
    book = published(quotas=[{"id": "semua", "seats": 1}])
    for who in "abc":
        book.submit(who)
    book.prepare(NAME)  # as a batch begins: the whole line is at hand, and followed from here on
    waiting = registration_id("b", 1)
    book.given(NAME, NewFact(RegistrationCorrected(activity=NAME, registration=waiting)))
    (line,) = beside(book.loaded).lines[NAME].values()
    assert [one.id[:1] for one in line] == ["b", "c"]
