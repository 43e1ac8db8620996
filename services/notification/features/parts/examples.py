"""Mails to people with a part, as they would look. Nobody in them exists."""

from collections.abc import Iterator

from services.notification.features.parts.domain.rules import CANCELLED, TEMPLATES
from services.notification.kernel.deliveries import Delivery
from services.notification.kernel.letters import Letter
from shared.contracts.activity import Activity
from shared.contracts.directory import ActivityEntry, PartEntry, part_key

PART = "abcdefghijklmnopqrstuvwxyz234"


def examples(activity: Activity, office: str) -> Iterator[tuple[str, Letter]]:
    part = PartEntry(
        rev=2,
        part=PART,
        activity=activity.id,
        kind="narasumber",
        name="Dr. Ketut Contoh, M.Pd.",
        email="ketut@instansi.example",
        sessions=(activity.sessions[0].id,),
    )
    for template in TEMPLATES:
        details = ActivityEntry(
            rev=1,
            activity=activity.id,
            title=activity.title,
            sessions=activity.sessions,
            host=activity.host,
            cancelled=template == CANCELLED,
            reason="Hotel ditutup karena banjir." if template == CANCELLED else None,
        )
        to = part_key(PART)
        delivery = Delivery(f"{office}-0-3", template, activity.id, to, 0, activity.opens, 2, 1)
        yield template, Letter(delivery, part, details)
