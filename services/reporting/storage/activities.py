"""What activities were said to be."""

from collections.abc import Iterable

from services.reporting.domain.keys import ActivityKey, Attributes, Placement
from shared.mongo.driver import Document, Session, Store


async def known_activities(
    store: Store, keys: Iterable[ActivityKey], session: Session
) -> dict[ActivityKey, Attributes]:
    rows = store["activities"].find({"_id": {"$in": [key.id for key in keys]}}, session=session)
    return {ActivityKey(row["office"], row["activity"]): _attributes(row) for row in await rows.to_list(None)}


def _attributes(row: Document) -> Attributes:
    return Attributes(row["title"], Placement(row["month"], row["kind"], row["province"], row["regency"]))
