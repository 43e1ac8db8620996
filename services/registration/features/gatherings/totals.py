"""What the gatherings of a partition add up to, counted from its rows."""

from collections.abc import Sequence

from services.registration.features.gatherings.domain.registration import COUNTED_AS
from services.registration.features.gatherings.gathering_states import activity_state
from services.registration.features.gatherings.invitation_states import INVITATIONS
from services.registration.kernel.feature import OfficeStore
from shared.contracts.facts import MEASURES, Measure
from shared.mongo.driver import Document, Session


async def totals(of: OfficeStore, partition: int, session: Session) -> dict[Measure, int]:
    totals: dict[Measure, int] = dict.fromkeys(MEASURES, 0)
    activities = of.store["activities"].find({"partition": partition}, session=session)
    rows = {row["_id"]: row for row in await activities.to_list(None)}
    for row in rows.values():
        if not row["cancelled"]:
            totals["activities"] += 1
            totals["seats"] += activity_state(row).described.seats
    invitations = of.store[INVITATIONS].find({"activity": {"$in": list(rows)}}, {"seats": 1}, session=session)
    totals["invited"] = sum(row["seats"] for row in await invitations.to_list(None))
    for group in await _counted(of, list(rows), session):
        status: Measure = COUNTED_AS[group["_id"]["status"]]
        if rows[group["_id"]["activity"]]["cancelled"]:
            status = "cancelled"
        totals[status] += group["registrations"]
        totals["beyond"] += group["beyond"] if status == "confirmed" else 0
        totals["present"] += group["present"]
        totals["came_by_invitation"] += group["came"]
        totals["session_attendances"] += group["sessions"]
        totals["jp_attended"] += group["jp"]
    return totals


async def _counted(of: OfficeStore, activities: Sequence[str], session: Session) -> list[Document]:
    if not activities:
        return []
    ranges = [{"_id": of.digests.activity_range(one), "activity": one} for one in activities]
    count = {
        "_id": {"activity": "$activity", "status": "$status"},
        "registrations": {"$sum": 1},
        "beyond": {"$sum": {"$cond": [{"$eq": ["$beyond", True]}, 1, 0]}},
        "present": {"$sum": {"$min": [1, "$sessions"]}},
        "came": {"$sum": {"$cond": [{"$gt": ["$invitation", None]}, {"$min": [1, "$sessions"]}, 0]}},
        "sessions": {"$sum": "$sessions"},
        "jp": {"$sum": "$jp"},
    }
    return await of.store.aggregate(
        "registrations", [{"$match": {"$or": ranges}}, {"$group": count}], session
    )
