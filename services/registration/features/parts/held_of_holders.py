"""What is held of a person who has parts: they are known by the name and the address that the office has."""

from typing import Final

from services.registration.features.parts.part_states import PARTS
from services.registration.features.people.store import People
from services.registration.kernel.feature import Holdings, OfficeStore, Rows
from shared.contracts.facts import PartAdded
from shared.identity import comparable_name
from shared.mongo.driver import Document, Session


async def _parts(of: OfficeStore, ref: str, session: Session | None = None) -> list[Document]:
    people = await People(of.store, of.digests).named([ref])
    found = []
    for who in (person.who for person in people):
        rows = of.store[PARTS].find({"holder.email": who.email}, session=session)
        name = comparable_name(who.name)
        found += [row for row in await rows.to_list(None) if comparable_name(row["holder"]["name"]) == name]
    return found


async def _places(of: OfficeStore, rows: list[Document], session: Session | None = None) -> list[int]:
    """Of the facts beside which it lies who they are."""
    facts = of.store["facts"].find(
        {
            "key": {"$in": [row["activity"] for row in rows]},
            "type": PartAdded.type,
            "data.part": {"$in": [row["_id"] for row in rows]},
        },
        {"_id": 1},
        session=session,
    )
    return [row["_id"] for row in await facts.to_list(None)]


async def _collect(of: OfficeStore, ref: str) -> Rows:
    rows = await _parts(of, ref)
    beside = of.store["private"].find({"_id": {"$in": await _places(of, rows)}})
    return {PARTS: rows, "private": await beside.to_list(None)}


async def _remove(of: OfficeStore, ref: str, session: Session) -> None:
    """Nobody has those parts any more."""
    rows = await _parts(of, ref, session)
    if not rows:
        return
    for place in await _places(of, rows, session):
        await of.store["private"].replace_one({"_id": place}, {}, session=session)
    await of.store[PARTS].update_many(
        {"_id": {"$in": [row["_id"] for row in rows]}}, {"$set": {"holder": None}}, session=session
    )


HOLDINGS: Final = Holdings(_collect, _remove)
