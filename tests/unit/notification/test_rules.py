"""Given facts, which mails are owed; given the directory, whether one goes out."""

from datetime import UTC, datetime, timedelta

import pytest

from services.notification.features.gatherings.domain.decision import ActivityNews
from services.notification.features.gatherings.domain.lists import activities, registrations
from services.notification.features.gatherings.domain.policies import TEMPLATES, TO_THE_INVITED
from services.notification.kernel.backoff import Backoff
from services.notification.kernel.deliveries import Delivery, FanOut
from services.notification.kernel.rules import FoldedRows, Owed
from services.notification.kernel.send_decision import AllowedRecipients, decide_sending
from services.notification.kernel.verdicts import ERASED, DeliveryContext, EndDelivery, Send, Wait
from shared.contracts.directory import ActivityEntry, InvitationEntry, RegistrationEntry
from shared.contracts.facts import (
    ActivityCancelled,
    ActivityChanged,
    ActivityPublished,
    Body,
    InvitationReminded,
    InvitationSent,
    OfferEnded,
    OfferMade,
    OfficeTotals,
    RegistrationApproved,
    RegistrationCancelled,
    RegistrationConfirmed,
    RegistrationCorrected,
    RegistrationPromoted,
    RegistrationRejected,
    RegistrationSubmitted,
    RegistrationSubstituted,
    RegistrationWaitlisted,
    SessionTime,
    Stated,
)
from tests.support.features import MAILS

AT = datetime(2024, 1, 2, tzinfo=UTC)
ID = "a" * 29
WHO = {"activity": "rakor", "registration": ID}
PUBLISHED = {
    "activity": "rakor",
    "title": "Rakor",
    "kind": "rakor",
    "month": "2024-01",
    "province": "51",
    "regency": "51.03",
    "seats": 1,
    "quotas": (),
    "sessions": (),
}


def at(number: int, when: datetime = AT) -> Stated:
    return Stated(office="bali", ledger="0" * 32, partition=3, number=number, at=when)


def owed_after(*bodies: Body | None) -> tuple[FoldedRows, list[Owed]]:
    lists = FoldedRows(read_at=AT)
    stated = [at(number) for number in range(1, len(bodies) + 1)]
    return lists, [MAILS.fold(lists, place, body) for place, body in zip(stated, bodies, strict=True)]


def test_each_fact_of_a_registration_owes_its_own_mail() -> None:
    _, owed = owed_after(
        ActivityPublished(**PUBLISHED),
        RegistrationWaitlisted(**WHO, round=1, quotas=("s",), place=7),
        RegistrationPromoted(**WHO, quotas=("s",)),
        RegistrationCancelled(**WHO, was="confirmed", quotas=("s",)),
        OfficeTotals(totals={}),
        None,
    )
    assert [[item.id for item in items if isinstance(item, Delivery)] for items in owed] == [
        [],
        [f"bali-3-2:waitlisted:{ID}:-"],
        [f"bali-3-3:promoted:{ID}:-"],
        [f"bali-3-4:cancelled:{ID}:-"],
        [],
        [],
    ]
    (waitlisted,) = owed[1]
    assert isinstance(waitlisted, Delivery)
    assert (waitlisted.place, waitlisted.due) == (7, AT)


def test_a_mail_needs_the_revisions_that_stood_at_its_fact() -> None:
    _, owed = owed_after(
        ActivityPublished(**PUBLISHED),
        RegistrationConfirmed(**WHO, round=1, quotas=("s",)),
        ActivityChanged(**PUBLISHED, fields=("title",)),
        RegistrationCancelled(**WHO, was="confirmed", quotas=("s",)),
    )
    needs = [
        (item.needs_recipient, item.needs_activity)
        for items in owed
        for item in items
        if isinstance(item, Delivery)
    ]
    assert needs == [(2, 1), (2, 3)]


def test_who_asks_hears_what_became_of_it() -> None:
    submitted = RegistrationSubmitted(**WHO, round=1, quotas=("s",))
    rows, owed = owed_after(
        ActivityPublished(**PUBLISHED),
        submitted,
        RegistrationApproved(**WHO, quotas=("s",), seated=False, place=3),
        OfferMade(**WHO, quotas=("s",), until=AT + timedelta(hours=6)),
        RegistrationPromoted(**WHO, quotas=("s",), offered=True),
    )
    mails = [item for items in owed for item in items if isinstance(item, Delivery)]
    assert [one.template for one in mails] == ["submitted", "waitlisted", "offered", "promoted"]
    assert (mails[1].place, mails[2].until) == (3, AT + timedelta(hours=6))
    assert registrations(rows)[ID].seated == AT
    approved = RegistrationApproved(**WHO, quotas=("s",), seated=True)
    rows, owed = owed_after(ActivityPublished(**PUBLISHED), submitted, approved)
    assert [item.template for item in owed[2] if isinstance(item, Delivery)] == ["confirmed"]
    assert registrations(rows)[ID].status == "confirmed"


def test_who_is_not_approved_is_mailed_the_reason_that_the_directory_has() -> None:
    rows, owed = owed_after(
        ActivityPublished(**PUBLISHED),
        RegistrationSubmitted(**WHO, round=1, quotas=("s",)),
        RegistrationRejected(**WHO),
    )
    (mail,) = owed[2]
    assert isinstance(mail, Delivery)
    assert (mail.template, mail.needs_recipient) == ("rejected", 3)
    assert registrations(rows)[ID].status == "cancelled"


@pytest.mark.parametrize(("declined", "template"), [(True, "cancelled"), (False, "offer-ended")])
def test_who_leaves_an_offer_hears_that_they_are_out(declined: bool, template: str) -> None:
    rows, owed = owed_after(
        ActivityPublished(**PUBLISHED),
        RegistrationWaitlisted(**WHO, round=1, quotas=("s",), place=1),
        OfferMade(**WHO, quotas=("s",), until=AT),
        OfferEnded(**WHO, quotas=("s",), declined=declined),
    )
    assert [item.template for item in owed[3] if isinstance(item, Delivery)] == [template]
    assert registrations(rows)[ID].status == "cancelled"


def test_who_is_invited_hears_until_it_is_too_late_or_called_off() -> None:
    body = InvitationSent(
        activity="rakor", invitation=ID, seats=3, quotas=("s",), until=AT + timedelta(days=1)
    )
    _, owed = owed_after(
        ActivityPublished(**PUBLISHED), body, InvitationReminded(activity="rakor", invitation=ID)
    )
    invited, reminder = [item for items in owed for item in items if isinstance(item, Delivery)]
    assert (invited.template, invited.recipient, invited.needs_recipient) == ("invited", f"i:{ID}", 2)
    assert (reminder.template, reminder.recipient) == ("invitation-reminder", f"i:{ID}")
    entry = InvitationEntry(
        rev=2,
        invitation=ID,
        activity="rakor",
        name="Kepala SD Contoh",
        email="sd@sekolah.example",
        seats=3,
        until=body.until,
    )
    known = DeliveryContext(entry, ACTIVITY)
    assert decide_sending(MAILS, reminder, known, NOW, AllowedRecipients(), False) == Send(ActivityNews())
    late = decide_sending(MAILS, reminder, known, body.until, AllowedRecipients(), False)
    assert late == EndDelivery("expired", "shelf_life")
    off = DeliveryContext(entry, ACTIVITY.model_copy(update={"cancelled": True}))
    gone = decide_sending(MAILS, reminder, off, NOW, AllowedRecipients(), False)
    assert gone == EndDelivery("withdrawn", "cancelled")


def test_of_a_substitution_both_hear() -> None:
    replaced = RegistrationSubstituted(
        activity="rakor", registration="b" * 29, replaces=ID, round=1, line=("s",), quotas=("s",)
    )
    _, owed = owed_after(
        ActivityPublished(**PUBLISHED), RegistrationConfirmed(**WHO, round=1, quotas=("s",)), replaced
    )
    assert [item.id for item in owed[2] if isinstance(item, Delivery)] == [
        f"bali-3-3:confirmed:{'b' * 29}:-",
        f"bali-3-3:cancelled:{ID}:-",
    ]


def test_a_change_is_told_unless_staff_chose_not_to() -> None:
    sessions = (SessionTime(id="satu", starts=AT, ends=AT + timedelta(days=1), jp=1),)
    stood = PUBLISHED | {"sessions": sessions}
    for notify, told in ((None, ["activity-changed"]), (False, [])):
        _, owed = owed_after(
            ActivityPublished(**stood), ActivityChanged(**stood, fields=("title",), notify=notify)
        )
        templates = [item.template for item in owed[1] if isinstance(item, FanOut)]
        assert [one for one in templates if one != "reminder"] == told


def test_after_a_correction_mails_wait_for_it_and_it_owes_none() -> None:
    _, owed = owed_after(
        ActivityPublished(**PUBLISHED),
        RegistrationWaitlisted(**WHO, round=1, quotas=("s",), place=1),
        RegistrationCorrected(**WHO),
        RegistrationPromoted(**WHO, quotas=("s",)),
    )
    assert owed[2] == []
    (promoted,) = owed[3]
    assert isinstance(promoted, Delivery)
    assert promoted.needs_recipient == 3


def test_a_cancelled_activity_owes_one_fan_out_and_remembers_who_was_live() -> None:
    lists, owed = owed_after(
        ActivityPublished(**PUBLISHED),
        RegistrationConfirmed(**WHO, round=1, quotas=("s",)),
        ActivityCancelled(activity="rakor"),
        RegistrationCancelled(**WHO, was="confirmed", quotas=("s",)),
    )
    assert owed[2] == [FanOut("bali-3-3", 3, "activity-cancelled", "rakor", 3, AT)]
    row = registrations(lists)[ID]
    assert (row.born, row.ended, activities(lists)["rakor"].cancelled) == (2, 4, True)


def test_whoever_is_moved_up_or_cancels_is_remembered_so() -> None:
    lists, _ = owed_after(
        ActivityPublished(**PUBLISHED),
        RegistrationWaitlisted(**WHO, round=1, quotas=("s",), place=1),
        RegistrationPromoted(**WHO, quotas=("s",)),
    )
    assert (registrations(lists)[ID].status, registrations(lists)[ID].seated) == ("confirmed", AT)
    MAILS.fold(lists, at(4), RegistrationCancelled(**WHO, was="confirmed", quotas=("s",)))
    assert (registrations(lists)[ID].status, registrations(lists)[ID].seated) == ("cancelled", AT)


def test_the_domain_of_an_address_is_what_stands_behind_its_last_at_sign() -> None:
    assert '"wayan@rumah"@peserta.example' in AllowedRecipients.of("@peserta.example")


def delivery(template: str = "confirmed") -> Delivery:
    return Delivery("bali-3-2", template, "rakor", ID, 3, AT, needs_recipient=2, needs_activity=1)


def person(rev: int = 2) -> RegistrationEntry:
    return RegistrationEntry(
        rev=rev, registration=ID, activity="rakor", name="Wayan Contoh", email="wayan@peserta.example"
    )


ACTIVITY = ActivityEntry(rev=1, activity="rakor", title="Rakor", sessions=())
NOW = AT + timedelta(minutes=1)


@pytest.mark.parametrize(
    ("who", "what", "only_to", "verdict"),
    [
        (person(), ACTIVITY, "", Send(ActivityNews())),
        (person(3), ACTIVITY, "", Send(ActivityNews())),
        (person(1), ACTIVITY, "", Wait(missing=False)),
        (None, ACTIVITY, "", Wait(missing=True)),
        (person(), None, "", Wait(missing=True)),
        (ERASED, ACTIVITY, "", EndDelivery("withdrawn", "erased")),
        (person(), ACTIVITY, "@lain.example", EndDelivery("withdrawn", "held_back")),
        (person(), ACTIVITY, "@example, x@peserta.example", EndDelivery("withdrawn", "held_back")),
        (person(), ACTIVITY, "@PESERTA.example", Send(ActivityNews())),
        (person(), ACTIVITY, "x@lain.example,@peserta.example", Send(ActivityNews())),
    ],
)
def test_a_mail_goes_waits_or_is_withdrawn(who, what, only_to, verdict) -> None:  # type: ignore[no-untyped-def]
    assert (
        decide_sending(
            MAILS, delivery(), DeliveryContext(who, what), NOW, AllowedRecipients.of(only_to), False
        )
        == verdict
    )


def test_past_its_shelf_life_a_mail_is_expired_whatever_else_holds() -> None:
    end = AT + TEMPLATES["confirmed"].shelf_life
    known = DeliveryContext(person(), ACTIVITY)
    assert decide_sending(MAILS, delivery(), known, end, AllowedRecipients(), False) == Send(ActivityNews())
    late = decide_sending(
        MAILS, delivery(), DeliveryContext(None, None), end + timedelta(seconds=1), AllowedRecipients(), False
    )
    assert late == EndDelivery("expired", "shelf_life")


@pytest.mark.parametrize("template", sorted(TEMPLATES.keys() - TO_THE_INVITED))
def test_a_lost_attempt_is_repeated_only_where_missing_the_news_is_worse(template: str) -> None:
    verdict = decide_sending(
        MAILS,
        delivery(template),
        DeliveryContext(person(), ACTIVITY),
        NOW,
        AllowedRecipients(),
        lost_attempt=True,
    )
    again = template in {
        *("confirmed", "promoted", "rejected", "offered"),
        *("activity-changed", "activity-cancelled"),
    }
    assert verdict == (Send(ActivityNews()) if again else EndDelivery("ambiguous", "answer_lost"))


def test_pauses_double_up_to_the_longest_and_are_spread() -> None:
    backoff = Backoff(first=2, longest=60)
    assert [backoff.after(tries, 0.5) for tries in (1, 2, 3, 6, 2_000)] == [2, 4, 8, 60, 60]
    assert (backoff.after(1, 0.0), backoff.after(1, 0.999)) == (1.5, pytest.approx(2.5, abs=0.01))
