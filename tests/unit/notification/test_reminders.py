"""Who is reminded of what, when; who hears of a change; and when neither is worth sending any more."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.notification.features.gatherings.domain.decision import ActivityNews, ToldParticipant
from services.notification.features.gatherings.domain.lists import SeatStanding, activities, registrations
from services.notification.features.gatherings.domain.told_revisions import ToldRevisions
from services.notification.kernel.deliveries import Delivery, FanOut
from services.notification.kernel.rules import FoldedRows, Owed
from services.notification.kernel.send_decision import AllowedRecipients, decide_sending
from services.notification.kernel.verdicts import DeliveryContext, EndDelivery, Send, Verdict, Wait
from shared.activity_changes import Change, changes
from shared.contracts.activity import Session
from shared.contracts.directory import ActivityEntry, RegistrationEntry
from shared.contracts.facts import (
    ActivityCancelled,
    ActivityChanged,
    ActivityPublished,
    Body,
    RegistrationConfirmed,
    RegistrationPromoted,
    RegistrationWaitlisted,
    SessionTime,
    Stated,
)
from tests.support.features import MAILS

NOW = datetime(2024, 1, 2, 9, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ID = "a" * 29
WHO = {"activity": "rakor", "registration": ID, "quotas": ("s",)}


def times(*starts: datetime, lasting: timedelta = 2 * HOUR) -> tuple[SessionTime, ...]:
    return tuple(
        SessionTime(id=f"s{number}", starts=begins, ends=begins + lasting, jp=2)
        for number, begins in enumerate(starts, 1)
    )


def described(sessions: tuple[SessionTime, ...], **more: Any) -> dict[str, Any]:
    place = {"month": "2024-01", "province": "51", "regency": "51.03"}
    whole = {"activity": "rakor", "title": "Rakor", "kind": "rakor", "seats": 1, "quotas": ()} | place
    return whole | {"sessions": sessions} | more


def published(sessions: tuple[SessionTime, ...], **more: Any) -> ActivityPublished:
    return ActivityPublished(**described(sessions, **more))


def changed(sessions: tuple[SessionTime, ...], *fields: str, **more: Any) -> ActivityChanged:
    return ActivityChanged(**described(sessions, **more), fields=fields or ("sessions",))


def told(lists: FoldedRows, number: int, body: Body, at: datetime = NOW) -> Owed:
    place = Stated(office="bali", ledger="0" * 32, partition=3, number=number, at=at)
    return MAILS.fold(lists, place, body)


def due(owed: Owed) -> list[tuple[str, datetime]]:
    return [(item.occasion, item.due) for item in owed if item.template == "reminder"]


def test_each_session_of_a_series_is_reminded_of_a_day_before() -> None:
    first, second = NOW + 10 * DAY, NOW + 40 * DAY
    owed = told(FoldedRows(), 7, published(times(first, second)))
    assert owed == [
        FanOut("bali-3-7", 7, "reminder", "rakor", 3, first - DAY, "s1.7", first),
        FanOut("bali-3-7", 7, "reminder", "rakor", 3, second - DAY, "s2.7", second),
    ]
    (delivery,) = (item.delivery(ID, 5, HOUR) for item in owed[:1] if isinstance(item, FanOut))
    assert delivery.id == f"bali-3-7:reminder:{ID}:s1.7"
    assert (delivery.until, delivery.needs_activity) == (first, 7)


@pytest.mark.parametrize(
    ("before", "expected"),
    [(timedelta(hours=3), 3 * HOUR), (None, DAY), (timedelta(0), None), (timedelta(days=-1), None)],
)
def test_the_office_says_how_long_before_or_never(before: timedelta | None, expected: timedelta) -> None:
    starts = NOW + 10 * DAY
    owed = told(FoldedRows(), 1, published(times(starts), reminder_before=before))
    assert due(owed) == ([] if expected is None else [("s1.1", starts - expected)])


@pytest.mark.parametrize(
    ("before", "apart", "reminded"),
    [
        (None, DAY, ["s2.1"]),  # days in a row
        (HOUR, DAY, ["s1.1", "s2.1", "s3.1"]),  # an hour before each morning
        (7 * DAY, 7 * DAY, ["s1.1", "s2.1", "s3.1"]),  # a week before each of a weekly series
    ],
)
def test_of_days_in_a_row_the_first_is_enough(
    before: timedelta | None, apart: timedelta, reminded: list[str]
) -> None:
    first = NOW + 10 * DAY
    three = times(first + 2 * apart, first, first + apart, lasting=8 * HOUR)
    owed = due(told(FoldedRows(), 1, published(three, reminder_before=before)))
    assert sorted(occasion for occasion, _ in owed) == reminded


def test_a_reminder_whose_time_has_passed_is_not_planned() -> None:
    assert due(told(FoldedRows(), 1, published(times(NOW + DAY)))) == []
    late = NOW + DAY + timedelta(milliseconds=1)
    assert due(told(FoldedRows(), 1, published(times(late)))) == [("s1.1", late - DAY)]


def test_only_a_session_that_moved_is_planned_anew() -> None:
    lists, first, second = FoldedRows(), NOW + 10 * DAY, NOW + 40 * DAY
    told(lists, 1, published(times(first, second)))
    assert due(told(lists, 2, changed(times(first, second), "title"))) == []
    assert due(told(lists, 3, changed(times(first, second + HOUR)))) == [("s2.3", second + HOUR - DAY)]
    assert due(told(lists, 4, changed(times(first, second)))) == [("s2.4", second - DAY)], "moved back"
    assert [one.occasion for one in activities(lists)["rakor"].reminders] == ["s1.1", "s2.4"]
    told(lists, 5, ActivityCancelled(activity="rakor"))
    assert activities(lists)["rakor"].reminders == ()


@pytest.mark.parametrize(
    ("at", "read_at", "reminded"),
    [
        (-2 * HOUR, -2 * HOUR, False),  # the fan-out is still to come, and will find it
        (-HOUR, HOUR, True),  # read only when the fan-out had passed by
        (-timedelta(minutes=2), -timedelta(minutes=1), True),  # it may pass before this one is written
        (timedelta(0), HOUR, False),  # confirmed when its time had come
    ],
)
@pytest.mark.parametrize("promoted", [False, True])
def test_who_is_read_late_is_reminded_and_who_is_confirmed_late_is_not(
    at: timedelta, read_at: timedelta, reminded: bool, promoted: bool
) -> None:
    lists, starts = FoldedRows(), NOW + 10 * DAY
    told(lists, 1, published(times(starts)))
    body: Body = RegistrationConfirmed(**WHO, round=1)
    if promoted:
        told(lists, 2, RegistrationWaitlisted(**WHO, round=1, place=1))
        body = RegistrationPromoted(**WHO)
    lists.read_at = starts - DAY + read_at
    owed = told(lists, 3, body, starts - DAY + at)
    ids = [item.id for item in owed if isinstance(item, Delivery) and item.template == "reminder"]
    assert ids == ([f"bali-3-1:reminder:{ID}:s1.1"] if reminded else [])
    assert registrations(lists)[ID].seated == starts - DAY + at


@pytest.mark.parametrize(
    ("fields", "concerns"),
    [
        (("sessions",), True),
        (("title",), True),
        (("quotas",), False),
        (("closes", "opens", "reminder_before", "host"), False),
    ],
)
def test_a_change_is_told_where_it_concerns_who_takes_part(fields: Sequence[str], concerns: bool) -> None:
    lists, sessions = FoldedRows(), times(NOW + 10 * DAY)
    told(lists, 1, published(sessions))
    owed = [item for item in told(lists, 2, changed(sessions, *fields)) if item.template != "reminder"]
    assert owed == ([FanOut("bali-3-2", 2, "activity-changed", "rakor", 3, NOW)] if concerns else [])


def test_nobody_hears_of_a_change_when_all_is_over() -> None:
    lists, sessions = FoldedRows(), times(NOW + DAY)
    told(lists, 1, published(sessions))
    assert told(lists, 2, changed(sessions), at=NOW + 2 * DAY) == []
    later = times(NOW + 5 * DAY)
    assert [item.template for item in told(lists, 3, changed(later), at=NOW + 2 * DAY)] == [
        "activity-changed",
        "reminder",
    ]


# -- whether it goes out ------------------------------------------------------------------------------


def session(id: str = "s1", starts: datetime = NOW + DAY, **more: Any) -> Session:
    whole = {"id": id, "title": "Pertemuan " + id, "starts": starts, "ends": starts + HOUR, "jp": 2}
    return Session(**whole | {"zone": "WIB", "place": "Aula"} | more)


def entry(*sessions: Session, rev: int = 2, **more: Any) -> ActivityEntry:
    return ActivityEntry(rev=rev, activity="rakor", sessions=sessions, **{"title": "Rakor"} | more)


PERSON = RegistrationEntry(
    rev=1, registration=ID, activity="rakor", name="Wayan Contoh", email="wayan@peserta.example"
)


def judged(
    delivery: Delivery,
    activity: ActivityEntry,
    now: datetime = NOW,
    earlier: ActivityEntry | None = None,
    **known: Any,
) -> Verdict:
    stood = () if earlier is None else (earlier,)
    known = {"standing": SeatStanding("confirmed", seated=True), "stood": stood} | known
    about = DeliveryContext(PERSON, activity, ToldParticipant(**known))
    return decide_sending(MAILS, delivery, about, now, AllowedRecipients(), lost_attempt=False)


def reminder(starts: datetime = NOW + DAY) -> Delivery:
    return Delivery("bali-3-1", "reminder", "rakor", ID, 3, starts - DAY, 1, 1, "s1.1", until=starts)


def test_a_reminder_goes_until_its_session_begins() -> None:
    activity = entry(session())
    assert judged(reminder(), activity) == Send(ActivityNews(seated=True))
    last = NOW + DAY - timedelta(seconds=1)
    assert judged(reminder(), activity, last) == Send(ActivityNews(seated=True))
    assert judged(reminder(), activity, NOW + DAY) == EndDelivery("expired", "shelf_life")


@pytest.mark.parametrize(
    ("activity", "standing", "reason"),
    [
        (entry(session()), SeatStanding("cancelled", seated=True), "cancelled"),
        (entry(session(), cancelled=True), SeatStanding("confirmed", seated=True), "cancelled"),
        (entry(session(starts=NOW + 2 * DAY)), SeatStanding("confirmed", seated=True), "moved"),
        (entry(session("lain")), SeatStanding("confirmed", seated=True), "moved"),
    ],
)
def test_a_reminder_is_withdrawn_when_nothing_is_left_to_remind_of(
    activity: ActivityEntry, standing: SeatStanding, reason: str
) -> None:
    assert judged(reminder(), activity, standing=standing) == EndDelivery("withdrawn", reason)


LAMA = entry(session(place="Lama"), rev=1)
CHANGED = Delivery("bali-3-2", "activity-changed", "rakor", ID, 3, NOW, 1, 2)


@pytest.mark.parametrize(
    ("earlier", "known", "verdict"),
    [
        (LAMA, {}, Send(ActivityNews(LAMA, seated=True))),
        (None, {}, Send(ActivityNews(seated=True))),
        (entry(session(jp=9), rev=1, host="Lain"), {}, EndDelivery("withdrawn", "unchanged", knows=2)),
        (LAMA, {"told": ToldRevisions(rev=2)}, EndDelivery("withdrawn", "merged")),
        (LAMA, {"told": ToldRevisions(rev=1)}, Send(ActivityNews(LAMA, seated=True))),
        (entry(session()), {"told": ToldRevisions(rev=1, ahead=True)}, Wait(missing=False, turn=True)),
        (
            LAMA,
            {"standing": SeatStanding("cancelled", seated=False)},
            EndDelivery("withdrawn", "cancelled"),
        ),
    ],
)
def test_a_change_goes_to_the_live_if_it_is_one(
    earlier: ActivityEntry | None, known: dict[str, Any], verdict: Verdict
) -> None:
    assert judged(CHANGED, entry(session()), earlier=earlier, **known) == verdict


def test_a_change_waits_for_its_time_unless_the_activity_is_cancelled() -> None:
    early = CHANGED.due - timedelta(seconds=1)
    assert judged(CHANGED, entry(session()), early) == Wait(missing=False, turn=True)
    assert judged(CHANGED, entry(session(), cancelled=True), early) == EndDelivery("withdrawn", "cancelled")


def test_a_change_is_no_news_once_all_is_over_as_it_was_told_and_as_it_is() -> None:
    past, to_come = session(starts=NOW - DAY), session()
    over = EndDelivery("withdrawn", "over")
    assert judged(CHANGED, entry(past, title="Lain"), earlier=entry(past, rev=1)) == over
    assert isinstance(judged(CHANGED, entry(past), earlier=entry(to_come, rev=1)), Send)
    assert isinstance(judged(CHANGED, entry(to_come), earlier=entry(past, rev=1)), Send)


def test_what_is_sent_says_whether_the_activity_is_over() -> None:
    ended, confirmed = entry(session(starts=NOW - HOUR)), replace(CHANGED, template="confirmed")
    assert judged(confirmed, ended) == Send(ActivityNews(seated=True, over=True))
    assert judged(confirmed, ended, NOW - timedelta(milliseconds=1)) == Send(ActivityNews(seated=True))


def test_what_changed_is_said_as_people_read_it() -> None:
    old = entry(session("a"), session("b", link="https://a.example/1"), title="Rapat")
    new = entry(
        session("b", NOW + DAY, link="https://a.example/2", place=None),
        session("c", NOW + 2 * DAY),
        title="Rakor",
    )
    day = "Rabu, 3 Januari 2024, pukul 16.00–17.00 WIB"
    assert changes(old, new) == (
        Change("title", None, "Rapat", "Rakor"),
        Change("place", "Pertemuan b", "Aula", None),
        Change("link", "Pertemuan b", "https://a.example/1", "https://a.example/2"),
        Change("added", "Pertemuan c", None, "Kamis, 4 Januari 2024, pukul 16.00–17.00 WIB"),
        Change("removed", "Pertemuan a", day, None),
    )
    assert changes(old, old) == ()
    later = entry(session("a", zone="WITA"), session("b", link="https://a.example/1"), title="Rapat")
    (zone,) = changes(old, later)
    assert (zone.kind, zone.old, zone.new) == ("time", day, "Rabu, 3 Januari 2024, pukul 17.00–18.00 WITA")
