"""An activity as its fact, its entry of the directory and what is known from before describe it together."""

from datetime import UTC, datetime
from typing import Any, Final

from shared.contracts.activity import Activity
from shared.contracts.directory import ActivityEntry
from shared.contracts.facts import ActivityPublished, SeatCount

NEVER_OPEN: Final = {"opens": datetime(1970, 1, 1, tzinfo=UTC), "closes": datetime(1970, 1, 2, tzinfo=UTC)}
ZONE_UNKNOWN: Final = "WIB"
NO_COHORT: Final = (0,)  # they are numbered from 1

Json = dict[str, Any]


def is_whole(entry: ActivityEntry | None) -> bool:
    return entry is not None and entry.quotas is not None


def described_activity(
    stated: ActivityPublished, entry: ActivityEntry | None, before: Activity | None
) -> Activity:
    """What the fact says holds; the rest is the directory's, which may be of a later moment, or as it was.

    Where nobody says when one may register, nobody may.
    """
    known: Json = before.model_dump() if before and not is_whole(entry) else {}
    if entry is not None:
        given = entry.model_dump(exclude_none=True)
        known |= {name: value for name, value in given.items() if name in Activity.model_fields}
    quotas = {one["id"]: one for one in known.get("quotas", ())}
    sessions = {one["id"]: one for one in known.get("sessions", ())}
    known["quotas"] = [quotas.get(one.id, _rule(stated, one)) | one.model_dump() for one in stated.quotas]
    known["sessions"] = [
        sessions.get(one.id, {"title": one.id, "zone": ZONE_UNKNOWN}) | one.model_dump()
        for one in stated.sessions
    ]
    told = {"id": stated.activity, "title": stated.title, "kind": stated.kind}
    return Activity.model_validate(
        NEVER_OPEN | known | told | {"reminder_before": stated.reminder_before}, strict=False
    )


def _rule(stated: ActivityPublished, quota: SeatCount) -> Json:
    """Of a quota of which nobody says whom it is for: nobody, unless the seats in all show that it is for
    everyone, since the office's totals are worked out from these rules."""
    in_all = sum(one.seats for one in stated.quotas)
    return {} if quota.seats == stated.seats != in_all else {"cohorts": NO_COHORT}
