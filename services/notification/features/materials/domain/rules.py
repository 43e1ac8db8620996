"""What a new material owes, the mail to who is confirmed, and whether it is still worth sending."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from services.notification.features.gatherings.domain.lists import SeatStanding, rev_of_activity
from services.notification.kernel.deliveries import Delivery, FanOut
from services.notification.kernel.mail_template import BLUE, MailTemplate
from services.notification.kernel.rules import FoldedRows, MailRule, Owed
from services.notification.kernel.verdicts import DeliveryContext, EndDelivery, Send, Verdict, Wait
from shared.contracts.directory import ActivityEntry, MaterialEntry
from shared.contracts.facts import Body, MaterialPublished, Stated

TEMPLATES: Final = {
    "material-changed": MailTemplate("Materi kegiatan", BLUE, timedelta(days=7), resend_if_ambiguous=True),
}


@dataclass(frozen=True, slots=True)
class MaterialLookedUp:
    """What is known of a recipient's seat, and of the material."""

    standing: SeatStanding | None
    material: MaterialEntry | None


@dataclass(frozen=True, slots=True)
class MaterialNews:
    title: str
    version: int


def _owe(rows: FoldedRows, stated: Stated, body: MaterialPublished) -> Owed:
    """Only where staff ask for it. The mail needs the activity as it is known by then."""
    if not body.notify:
        return []
    rev = rev_of_activity(rows, body.activity)
    occasion = f"{body.material}.{body.version}"
    return [FanOut(stated.id, rev, "material-changed", body.activity, stated.partition, stated.at, occasion)]


RULES: Final[Mapping[type[Body], MailRule]] = {MaterialPublished: MailRule(_owe, frozenset(TEMPLATES))}


def material_of(delivery: Delivery) -> str:
    """Its id within its activity."""
    return delivery.occasion.rpartition(".")[0]


def decide(delivery: Delivery, known: DeliveryContext, now: datetime) -> Verdict:
    """What was withdrawn since is no news, nor is anything to who takes part no more."""
    looked_up, activity = known.looked_up, known.activity
    assert isinstance(looked_up, MaterialLookedUp), "each of these is looked up"
    assert isinstance(activity, ActivityEntry), "each of these is of an activity"
    material, standing = looked_up.material, looked_up.standing
    if material is None:
        return Wait(missing=True)
    if material.rev < int(delivery.cause.rpartition("-")[2]):
        return Wait(missing=False)
    if material.title is None or activity.cancelled or (standing and standing.status != "confirmed"):
        return EndDelivery("withdrawn", "cancelled")
    return Send(MaterialNews(material.title, int(delivery.occasion.rpartition(".")[2])))
