"""What of participants is looked up before a mail goes: their seat, and what they were told so far."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from services.notification.features.gatherings.domain.decision import NOTHING_TOLD, ToldParticipant
from services.notification.features.gatherings.domain.lists import REGISTRATIONS, SeatStanding
from services.notification.features.gatherings.domain.policies import BY_STANDING
from services.notification.features.gatherings.domain.told_revisions import (
    TELLING,
    ToldMail,
    ToldRevisions,
    told_revisions,
)
from services.notification.kernel.deliveries import Delivery
from services.notification.kernel.ports import Directory
from shared.contracts.directory import ActivityEntry, activity_key
from shared.mongo.driver import Store

MAIL_FIELDS: Final = ("template", "state", "reason", "needs_activity", "revs", "ambiguous", "open")


async def look_up(
    store: Store, directory: Directory, deliveries: Sequence[Delivery]
) -> Mapping[str, ToldParticipant]:
    """By the delivery's id. What only some templates ask for is looked up for those alone."""
    by_standing = {one.recipient for one in deliveries if one.template in BY_STANDING}
    found = await standings(store, by_standing) if by_standing else {}
    changed = [one for one in deliveries if one.template == "activity-changed"]
    told = await _told(store, changed) if changed else {}
    stood = await _stood(directory, changed, told) if changed else {}
    return {
        one.id: ToldParticipant(
            found.get(one.recipient), told.get(one.id, NOTHING_TOLD), stood.get(one.id, ())
        )
        for one in deliveries
    }


async def standings(store: Store, registrations: set[str]) -> dict[str, SeatStanding]:
    """As the facts say that were read so far."""
    return {
        row["_id"]: SeatStanding(row["status"], row["status"] == "confirmed" or bool(row.get("seated")))
        async for row in store[REGISTRATIONS].find({"_id": {"$in": list(registrations)}})
    }


async def _told(store: Store, changed: Sequence[Delivery]) -> dict[str, ToldRevisions]:
    """By the delivery's id, what was told before it."""
    mails: dict[str, list[ToldMail]] = defaultdict(list)
    registrations = list({one.recipient for one in changed})
    wanted = {"registration": {"$in": registrations}, "template": {"$in": list(TELLING)}}
    async for row in store["deliveries"].find(wanted, dict.fromkeys(("registration", *MAIL_FIELDS), 1)):
        mails[row["registration"]].append(_told_mail(row))
    return {one.id: told_revisions(mails[one.recipient], one.needs_activity) for one in changed}


def _told_mail(row: Mapping[str, Any]) -> ToldMail:
    doubtful = "open" in row or row["ambiguous"] > 0
    revs = tuple(row.get("revs", ()))
    return ToldMail(row["template"], row["state"], row.get("reason"), row["needs_activity"], revs, doubtful)


async def _stood(
    directory: Directory, changed: Sequence[Delivery], told: Mapping[str, ToldRevisions]
) -> dict[str, tuple[ActivityEntry, ...]]:
    """By the delivery's id, how the activity stood at each revision that may have been told."""
    wanted = {
        one.id: [(activity_key(one.activity), rev) for rev in told[one.id].revs(one.needs_activity)]
        for one in changed
    }
    stood = await directory.as_of({one for several in wanted.values() for one in several})
    return {id: tuple(stood[one] for one in several if one in stood) for id, several in wanted.items()}
