"""Who has a part in an activity, as everybody reads it on the activity's page: no address, no number."""

from collections.abc import Mapping
from typing import Any

from services.registration.features.parts.parts_desk import Parts
from shared.contracts.activity import Activity


async def values(parts: Parts, activity: Activity) -> Mapping[str, Any]:
    return {"holders": await parts.of(activity)}
