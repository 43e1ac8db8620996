"""What a person was told of an activity, from the mails to them as the ledger has them."""

from typing import Any

from services.notification.features.gatherings.domain.told_revisions import (
    ToldMail,
    ToldRevisions,
    told_revisions,
)
from shared.activity_changes import told_against
from shared.contracts.directory import ActivityEntry


def mail(template: Any, state: Any, *revs: int, number: int = 1, reason: str | None = None) -> ToldMail:
    return ToldMail(template, state, reason, number, revs, doubtful=False)


def lost(template: Any, state: Any, *revs: int) -> ToldMail:
    return ToldMail(template, state, None, 1, revs, doubtful=True)


def test_the_last_mail_that_was_sent_is_what_counts() -> None:
    sent = [mail("confirmed", "sent", 3), mail("activity-changed", "sent", 5, 7, number=5)]
    assert told_revisions(sent, 9) == ToldRevisions(rev=7)
    assert told_revisions([*sent, mail("activity-changed", "failed", 8, number=8)], 9) == ToldRevisions(rev=7)


def test_what_was_withdrawn_because_nothing_is_new_is_known_all_the_same() -> None:
    found = [mail("confirmed", "sent", 3), mail("activity-changed", "withdrawn", 5, reason="unchanged")]
    assert told_revisions(found, 9) == ToldRevisions(rev=5)
    assert (
        told_revisions([mail("activity-changed", "withdrawn", 5, reason="cancelled")], 9) == ToldRevisions()
    )


def test_an_attempt_whose_answer_was_lost_may_have_told_more() -> None:
    found = [mail("confirmed", "sent", 3), lost("activity-changed", "pending", 5)]
    assert told_revisions(found, 1) == ToldRevisions(rev=3, perhaps=5)
    assert told_revisions(found, 1).revs(6) == (3, 5)
    assert told_revisions(
        [lost("waitlisted", "ambiguous", 2), mail("promoted", "sent", 4)], 9
    ) == ToldRevisions(rev=4)
    assert told_revisions(
        [lost("waitlisted", "ambiguous", 4), mail("promoted", "sent", 4)], 9
    ) == ToldRevisions(rev=4)


def test_who_was_told_nothing_is_told_what_the_fact_changed() -> None:
    assert told_revisions([], 6).revs(6) == (5,)


def test_a_change_goes_behind_those_before_it_and_behind_the_first_news() -> None:
    changes = [mail("activity-changed", "pending", number=5), mail("activity-changed", "pending", number=6)]
    assert [told_revisions(changes, number).ahead for number in (5, 6, 7)] == [False, True, True]
    assert told_revisions([mail("promoted", "pending", number=9)], 5).ahead
    assert not told_revisions([mail("promoted", "failed", number=9)], 5).ahead


def test_a_mail_is_told_against_the_first_that_is_not_so_any_more() -> None:
    old, new = (ActivityEntry(rev=1, activity="rakor", title=title, sessions=()) for title in ("A", "B"))
    assert told_against([old, new], old) == new
    assert told_against([old, new], new) == old
    assert told_against([old], old) == old
    assert told_against([], old) is None
