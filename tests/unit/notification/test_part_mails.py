"""Mails to who has a part in an activity: when they are added, when it moves, when it is called off."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.notification.features.parts.domain.rules import PARTS, TEMPLATES, ActivityParts
from services.notification.kernel.deliveries import Delivery, FanOut
from services.notification.kernel.send_decision import AllowedRecipients, decide_sending
from services.notification.kernel.verdicts import DeliveryContext, EndDelivery, Send, Verdict
from shared.contracts.activity import Session
from shared.contracts.directory import ActivityEntry, PartEntry, part_key
from shared.contracts.facts import (
    ActivityCancelled,
    ActivityChanged,
    ActivityPublished,
    PartAdded,
    PartRemoved,
)
from tests.support.features import MAILS
from tests.unit.notification.test_rules import AT, ID, PUBLISHED, owed_after

LEAVES = "b" * 29
WHO = {"activity": "rakor", "part": ID, "kind": "narasumber"}


def ids(owed: Any) -> list[str]:
    return [one.id for one in owed if one.template in TEMPLATES]


def test_who_is_added_is_told_and_a_change_of_time_or_place_goes_to_all_of_them() -> None:
    moved = ActivityChanged.model_validate(PUBLISHED | {"fields": ("sessions",)})
    rows, owed = owed_after(
        ActivityPublished(**PUBLISHED),
        PartAdded.model_validate(WHO | {"notify": True}),
        PartAdded.model_validate(WHO | {"notify": False}),
        moved,
        moved.model_copy(update={"notify": False}),
        moved.model_copy(update={"fields": ("quotas",)}),
        PartAdded.model_validate(WHO | {"part": LEAVES, "notify": False}),
        PartRemoved.model_validate(WHO | {"part": LEAVES}),
        ActivityCancelled(activity="rakor"),
    )
    assert [ids(one) for one in owed] == [
        [],
        [f"bali-3-2:part-added:k:{ID}:-"],
        [],
        ["bali-3-4:part-changed:-"],
        [],
        [],
        [],
        [],
        ["bali-3-9:part-cancelled:-"],
    ]
    (first,) = owed[1]
    assert isinstance(first, Delivery)
    assert first.needs == {part_key(ID): 2, "a:rakor": 1}
    assert all(isinstance(one, FanOut) for one in owed[8])
    assert rows.of[PARTS] == {"rakor": ActivityParts("rakor", {ID: 3})}
    assert ActivityParts.of(rows.of[PARTS]["rakor"].document()) == rows.of[PARTS]["rakor"]


def verdict(
    template: str = "part-added",
    later: bool = False,
    cancelled: bool = False,
    now: datetime = AT,
    **changed: Any,
) -> Verdict:
    session = {"id": "s", "title": "S", "starts": "2024-01-11T08:00:00+08:00", "jp": 1, "zone": "WITA"}
    held = Session.model_validate(session | {"ends": "2024-01-11T12:00:00+08:00"})
    activity = ActivityEntry(rev=1, activity="rakor", title="Rakor", sessions=(held,), cancelled=cancelled)
    said = {"rev": 1, "name": "Kasiman", "email": "k@instansi.example"} | changed
    delivery = Delivery("bali-3-1", template, "rakor", part_key(ID), 3, now, 1, 1)
    known = DeliveryContext(PartEntry.model_validate(WHO | said), activity, later or None)
    return decide_sending(MAILS, delivery, known, now, AllowedRecipients(), lost_attempt=False)


@pytest.mark.parametrize("template", TEMPLATES)
def test_nobody_without_a_name_or_an_address_is_mailed(template: str) -> None:
    gone = EndDelivery("withdrawn", "erased")
    assert verdict(template) == Send()
    assert verdict(template, email=None) == verdict(template, name=None, email=None) == gone


def test_what_is_over_cancelled_or_told_later_is_told_no_more() -> None:
    assert verdict(now=datetime(2024, 1, 12, tzinfo=UTC)) == EndDelivery("withdrawn", "over")
    assert verdict("part-changed", cancelled=True) == EndDelivery("withdrawn", "cancelled")
    assert verdict("part-cancelled", cancelled=True) == Send()
    assert verdict("part-changed", later=True) == EndDelivery("withdrawn", "merged")
    assert verdict("part-added", later=True) == Send()
