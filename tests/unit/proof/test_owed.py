"""The recount of owed mails is tried itself: reminders and changes, who must get one and who may."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from proof.checks.mails import POINTLESS, _not_merged, _told_before
from proof.checks.owed import Owed, owed
from proof.witnesses import Fact, Office, Record

BEGAN = datetime(2024, 1, 2, tzinfo=UTC)
DAY = timedelta(days=1)
REST = BEGAN + timedelta(hours=1)


def fact(number: int, kind: str, seconds: float, **data: Any) -> Fact:
    at = (BEGAN + timedelta(seconds=seconds)).isoformat()
    return Fact("uji", 0, number, kind, "rakor", at, {"activity": "rakor"} | data, {})


def session(name: str, due: float) -> dict[str, Any]:
    starts = BEGAN + timedelta(seconds=due) + DAY
    return {"id": name, "starts": starts.isoformat(), "ends": (starts + timedelta(hours=2)).isoformat()}


def published(number: int, *sessions: dict[str, Any], **more: Any) -> Fact:
    return fact(number, "activity.published", number, title="Rapat", sessions=list(sessions), **more)


def changed(number: int, *sessions: dict[str, Any], fields: tuple[str, ...] = ("sessions",)) -> Fact:
    data = {"title": "Rapat", "sessions": list(sessions), "fields": list(fields)}
    return fact(number, "activity.changed", number, **data)


def person(number: int, name: str, kind: str = "confirmed", seconds: float | None = None) -> Fact:
    at = number if seconds is None else seconds
    return fact(number, f"registration.{kind}", at, registration=name)


def named(found: dict[str, datetime], template: str) -> set[str]:
    return {name for name in found if f":{template}:" in name}


STORY = [
    published(1, session("s1", due=100)),
    person(2, "a"),
    person(3, "b", "waitlisted"),
    person(4, "c"),
    person(5, "c", "cancelled"),
    person(6, "d", seconds=100),
]


def test_who_is_seated_before_its_time_must_be_reminded_and_who_gave_back_may_be() -> None:
    found = owed(STORY, REST)
    assert named(found.must, "reminder") == {"uji-0-1:reminder:a:s1.1"}
    assert named(found.may, "reminder") == {"uji-0-1:reminder:a:s1.1", "uji-0-1:reminder:c:s1.1"}
    assert named(owed(STORY, BEGAN).must, "reminder") == set(), "not due yet"


def test_a_moved_session_is_reminded_of_anew_and_told_to_the_live() -> None:
    found = owed([*STORY, changed(7, session("s1", due=200))], REST)
    assert named(found.must, "reminder") == {f"uji-0-7:reminder:{who}:s1.7" for who in "ad"}
    assert named(found.may, "reminder") >= {"uji-0-1:reminder:a:s1.1"}
    assert named(found.must, "activity-changed") == {f"uji-0-7:activity-changed:{who}:-" for who in "abd"}


@pytest.mark.parametrize("fields", [("quotas",), ("closes", "host")])
def test_what_concerns_nobody_owes_nothing(fields: tuple[str, ...]) -> None:
    found = owed([*STORY, changed(7, session("s1", due=100), fields=fields)], REST)
    assert named(found.may, "activity-changed") == set()
    assert named(found.must, "reminder") == {"uji-0-1:reminder:a:s1.1"}, "as it was planned first"


def test_days_in_a_row_and_an_activity_without_reminders() -> None:
    days = [session("s1", due=100), session("s2", due=100 + 15_000), session("s3", due=100 + 3 * 86_400)]
    found = owed([published(1, *days)], REST)
    assert [one.session for one in found.activities["rakor"].reminders] == ["s1", "s3"]
    found = owed([published(1, *days, reminder_before="P9D")], BEGAN - 20 * DAY)
    assert found.activities["rakor"].planned == [], "their time has passed"
    found = owed([published(1, *days, reminder_before="PT1H")], REST)
    assert [one.session for one in found.activities["rakor"].reminders] == ["s1", "s2", "s3"]
    found = owed([published(1, *days, reminder_before="PT0S")], REST)
    assert found.activities["rakor"].reminders == []


def test_an_activity_that_is_cancelled_must_remind_nobody() -> None:
    found = owed([*STORY, fact(7, "activity.cancelled", 7)], REST)
    assert named(found.must, "reminder") == set()
    assert named(found.must, "activity-cancelled") == {f"uji-0-7:activity-cancelled:{who}:-" for who in "abd"}


def said(found: Owed, reason: str, **row: Any) -> str | None:
    return POINTLESS[reason](found.activities["rakor"], {"registration": "a"} | row)


def test_reasons_for_withdrawing_are_looked_into() -> None:
    moved = owed([*STORY, changed(7, session("s1", due=200))], REST)
    assert said(moved, "cancelled", registration="c") is None
    assert said(moved, "cancelled") == "withdrawn as cancelled, and is not"
    assert said(moved, "moved", occasion="s1.1") is None
    assert said(moved, "moved", occasion="s1.7") == "withdrawn as moved, and its session stands"
    assert said(moved, "unchanged", needs_activity=7) == "withdrawn as unchanged, and it did change"
    back = owed([*STORY, changed(7, session("s1", due=200)), changed(8, session("s1", due=100))], REST)
    assert said(back, "unchanged", needs_activity=7) is None
    assert said(back, "unchanged", needs_activity=8) is None, "what stood between may never have been known"


def test_what_an_earlier_entry_said_already_is_no_change() -> None:
    """The entry of fact 5 was written after fact 7, and a mail told what it says."""
    moved = owed([*STORY, changed(7, session("s1", due=200))], REST)
    row = {"activity": "rakor", "needs_activity": 7}
    for rev, due, told in ((5, 200, True), (5, 100, False), (7, 200, False)):
        entry = {"rev": rev, "title": "Rapat", "sessions": [session("s1", due=due)]}
        record = Record("directory", 0, 0, 0, b"a:rakor", json.dumps(entry).encode(), [])
        seen = Office("uji", {}, {}, [], [], [record], [])
        assert _told_before(seen, moved, row) is told, (rev, due)


def test_what_was_merged_was_told_by_another_mail_since() -> None:
    row = {"registration": "a", "state": "withdrawn", "reason": "merged", "template": "activity-changed"}
    other = row | {"state": "sent", "reason": None, "closed": BEGAN + DAY}
    assert _not_merged(office(row, other), row, BEGAN) is None
    assert _not_merged(office(row, other | {"closed": BEGAN - DAY}), row, BEGAN) is not None
    assert _not_merged(office(row, other | {"registration": "b"}), row, BEGAN) is not None
    unchanged = row | {"reason": "unchanged", "closed": BEGAN + DAY}
    assert _not_merged(office(row, unchanged), row, BEGAN) is None
    assert _not_merged(office(row, other | {"template": "reminder"}), row, BEGAN) is not None


def office(*deliveries: dict[str, Any]) -> Office:
    return Office("uji", {}, {"deliveries": list(deliveries)}, [], [], [], [])


def test_nothing_is_withdrawn_as_over_before_an_end() -> None:
    found = owed([published(1, session("s1", due=100))], REST)
    ends = BEGAN + timedelta(seconds=100) + DAY + timedelta(hours=2)
    assert POINTLESS["over"](found.activities["rakor"], {"closed": ends}) is None
    assert POINTLESS["over"](found.activities["rakor"], {"closed": ends - timedelta(seconds=1)}) is not None
