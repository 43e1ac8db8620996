"""What the office's people themselves are of: their contact, and the pairs that may be one person."""

from typing import Final

from services.registration.kernel.feature import Holdings, OfficeStore, Rows
from shared.mongo.driver import Session


async def _collect(of: OfficeStore, ref: str) -> Rows:
    people = await of.store["people"].find({"ref": ref}).to_list(None)
    return {
        "people": people,
        "perhaps_same": await of.store["perhaps_same"].find({"refs": ref}).to_list(None),
    }


async def _remove(of: OfficeStore, ref: str, session: Session) -> None:
    """Who comes again is new."""
    await of.store["people"].delete_many({"ref": ref}, session=session)
    await of.store["perhaps_same"].delete_many({"refs": ref}, session=session)


HOLDINGS: Final = Holdings(_collect, _remove)
