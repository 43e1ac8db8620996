"""What gatherings hold of a person: their registrations, and what lies beside the facts of those."""

from typing import Final

from services.registration.features.people.reactions import registration_ids
from services.registration.kernel.feature import Holdings, OfficeStore, Rows
from services.registration.storage.documents import position
from shared.contracts.facts import (
    RegistrationChanged,
    RegistrationPromoted,
    RegistrationRejected,
    RegistrationSubmitted,
)
from shared.kafka.records import partition_of
from shared.mongo.driver import Document, ReplaceOne, Session, UpdateOne

LATER: Final = (RegistrationSubmitted, RegistrationRejected, RegistrationChanged, RegistrationPromoted)
"""Facts with something beside them that need not stand where a registration's arrival does."""
STATED: Final = ("category", "regency", "cohort")  # by the facts of a registration, too


async def _registrations(of: OfficeStore, ref: str, session: Session | None = None) -> list[Document]:
    names = await registration_ids(of.store, of.digests, ref)
    wanted = {"_id": {"$in": names}, "who.ref": ref}
    return await of.store["registrations"].find(wanted, session=session).to_list(None)


async def _places(of: OfficeStore, rows: list[Document]) -> list[int]:
    """Of the first facts of these registrations, which say who they are of, and of those by which staff
    decided on them since."""
    partitions = await of.store["cursors"].count_documents({})
    first = [position(partition_of(row["activity"].encode(), partitions), row["arrival"]) for row in rows]
    changed = of.store["facts"].find(
        {
            "key": {"$in": [row["activity"] for row in rows]},
            "type": {"$in": [fact.type for fact in LATER]},
            "data.registration": {"$in": [row["_id"] for row in rows]},
        },
        {"_id": 1},
    )
    return [*first, *(row["_id"] for row in await changed.to_list(None))]


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
        [
            UpdateOne({"_id": name}, {"$set": {"who": who}, "$unset": {"reason": ""}})
            for name, who in bare.items()
        ],
        session=session,
    )
    emptied: list[ReplaceOne[Document]] = [
        ReplaceOne({"_id": place}, {}) for place in await _places(of, rows)
    ]
    await of.store["private"].bulk_write(emptied, session=session)


HOLDINGS: Final = Holdings(_collect, _remove)
