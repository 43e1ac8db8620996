"""What gatherings hold of a person: their registrations, and what lies beside the facts of those."""

from typing import Final

from services.registration.features.people.reactions import registration_ids
from services.registration.kernel.feature import Holdings, OfficeStore, Rows
from services.registration.storage.documents import position
from shared.kafka.records import partition_of
from shared.mongo.driver import Document, ReplaceOne, Session, UpdateOne

STATED: Final = ("category", "regency", "cohort")  # by the facts of a registration, too


async def _registrations(of: OfficeStore, ref: str, session: Session | None = None) -> list[Document]:
    names = await registration_ids(of.store, of.digests, ref)
    wanted = {"_id": {"$in": names}, "who.ref": ref}
    return await of.store["registrations"].find(wanted, session=session).to_list(None)


async def _places(of: OfficeStore, rows: list[Document]) -> list[int]:
    """Of the first facts of these registrations, which say who they are of."""
    partitions = await of.store["cursors"].count_documents({})
    return [position(partition_of(row["activity"].encode(), partitions), row["arrival"]) for row in rows]


async def _collect(of: OfficeStore, ref: str) -> Rows:
    rows = await _registrations(of, ref)
    beside = of.store["private"].find({"_id": {"$in": await _places(of, rows)}})
    return {"registrations": rows, "private": await beside.to_list(None)}


async def _remove(of: OfficeStore, ref: str, session: Session) -> None:
    rows = await _registrations(of, ref, session)
    nobody = {row["_id"]: of.digests.nobody(row["_id"]) for row in rows}
    bare = {
        row["_id"]: {name: row["who"][name] for name in STATED if name in row["who"]}
        | {"ref": nobody[row["_id"]], "contact": nobody[row["_id"]]}
        for row in rows
    }
    if not rows:
        return
    await of.store["registrations"].bulk_write(
        [UpdateOne({"_id": name}, {"$set": {"who": who}}) for name, who in bare.items()], session=session
    )
    emptied: list[ReplaceOne[Document]] = [
        ReplaceOne({"_id": place}, {}) for place in await _places(of, rows)
    ]
    await of.store["private"].bulk_write(emptied, session=session)


HOLDINGS: Final = Holdings(_collect, _remove)
