"""Mails of materials: who is confirmed hears of a new one where staff ask for it, while it is still there."""

import pytest

from services.notification.features.gatherings.domain.lists import SeatStanding
from services.notification.features.materials.domain.rules import MaterialLookedUp, MaterialNews
from services.notification.kernel.deliveries import Delivery, FanOut
from services.notification.kernel.send_decision import AllowedRecipients, decide_sending
from services.notification.kernel.verdicts import DeliveryContext, EndDelivery, Send, Verdict, Wait
from shared.contracts.directory import ActivityEntry, MaterialEntry, RegistrationEntry
from shared.contracts.facts import ActivityPublished, MaterialPublished, MaterialWithdrawn
from tests.support.features import MAILS
from tests.unit.notification.test_rules import AT, ID, PUBLISHED, owed_after

SEATED = SeatStanding("confirmed", True)
MATERIAL = {"activity": "rakor", "material": "panduan", "public": False, "version": 2}


def published(notify: bool | None = True) -> MaterialPublished:
    return MaterialPublished.model_validate(MATERIAL | ({"notify": notify} if notify is not None else {}))


def test_a_material_owes_its_mail_only_where_staff_ask_for_it() -> None:
    withdrawn = MaterialWithdrawn.model_validate(MATERIAL)
    _, owed = owed_after(
        ActivityPublished(**PUBLISHED), published(), published(False), published(None), withdrawn
    )
    (told,) = owed[1]
    assert isinstance(told, FanOut)
    assert (told.id, told.number) == ("bali-3-2:material-changed:panduan.2", 1)
    assert owed[2:] == [[], [], []]


def said(material: MaterialEntry | None, standing: SeatStanding = SEATED, cancelled: bool = False) -> Verdict:
    activity = ActivityEntry(rev=1, activity="rakor", title="Rakor", sessions=(), cancelled=cancelled)
    person = RegistrationEntry(
        rev=1, registration=ID, activity="rakor", name="Wayan", email="w@sekolah.example"
    )
    delivery = Delivery("bali-3-7", "material-changed", "rakor", ID, 3, AT, 1, 1, "panduan.2")
    known = DeliveryContext(person, activity, MaterialLookedUp(standing, material))
    return decide_sending(MAILS, delivery, known, AT, AllowedRecipients(), lost_attempt=False)


def entry(rev: int, title: str | None = "Panduan") -> MaterialEntry:
    return MaterialEntry(rev=rev, activity="rakor", material="panduan", title=title)


@pytest.mark.parametrize(
    ("material", "verdict"),
    [
        (None, Wait(missing=True)),
        (entry(6), Wait(missing=False)),
        (entry(7), Send(MaterialNews("Panduan", 2))),
        (entry(9, "Panduan akhir"), Send(MaterialNews("Panduan akhir", 2))),
        (entry(8, None), EndDelivery("withdrawn", "cancelled")),
    ],
)
def test_it_waits_for_the_material_and_is_withdrawn_with_it(
    material: MaterialEntry | None, verdict: Verdict
) -> None:
    assert said(material) == verdict


def test_who_has_left_and_whose_activity_was_cancelled_hears_nothing() -> None:
    gone = EndDelivery("withdrawn", "cancelled")
    assert said(entry(7), SeatStanding("cancelled", True)) == gone
    assert said(entry(7), cancelled=True) == gone
