"""What anyone may know of each activity, as documents made from its cells."""

from collections.abc import Mapping

from bson import Int64, encode

from services.reporting.domain.keys import ActivityKey, Attributes, Placement
from services.reporting.domain.measures import MEASURES
from services.reporting.domain.sums import Sums
from services.reporting.domain.suppression import PublicRow, suppress
from services.reporting.storage.activities import known_activities
from shared.mongo.driver import Document, ReplaceOne, Session, Store


async def refresh_public_figures(store: Store, keys: set[ActivityKey]) -> None:
    """As `apply` does with the activities of its steps, which may go on meanwhile: of two that write the
    document of one activity the later begins again, and reads the cells that the other left. What is right
    already is not written, so that whoever counts has nobody to wait for."""

    async def work(session: Session) -> None:
        wanted = await public_figures_of(store, keys, await known_activities(store, keys, session), session)
        rows = await store["veiled"].find({"_id": {"$in": list(wanted)}}, session=session).to_list(None)
        stand = {row["_id"]: encode(row) for row in rows}
        wrong = {name: row for name, row in wanted.items() if stand.get(name) != (row and encode(row))}
        await write_public_figures(store, wrong, session)

    await store.transaction(work)


PublicDocuments = Mapping[str, Document | None]
"""By activity, what anyone may know of it; None where nothing is counted."""


async def public_figures_of(
    store: Store, touched: set[ActivityKey], known: Mapping[ActivityKey, Attributes], session: Session
) -> PublicDocuments:
    """Made anew from the cells."""
    parts: dict[ActivityKey, dict[str | None, Sums]] = {key: {} for key in touched}
    named = {name: {"$in": sorted({getattr(key, name) for key in touched})} for name in ActivityKey._fields}
    by = {name: f"${name}" for name in (*ActivityKey._fields, "category")}
    totals: Document = {measure: {"$sum": f"${measure}"} for measure in MEASURES}
    for row in await store.aggregate("cells", [{"$match": named}, {"$group": {"_id": by} | totals}], session):
        key = ActivityKey(row["_id"]["office"], row["_id"]["activity"])
        if key in touched:
            parts[key][row["_id"].get("category")] = {measure: row[measure] for measure in MEASURES}
    return {key.id: _document(key, found, known.get(key)) if found else None for key, found in parts.items()}


async def write_public_figures(store: Store, documents: PublicDocuments, session: Session) -> None:
    writes = [ReplaceOne({"_id": name}, row, upsert=True) for name, row in documents.items() if row]
    if writes:
        await store["veiled"].bulk_write(writes, ordered=False, session=session)
    if gone := [name for name, row in documents.items() if row is None]:
        await store["veiled"].delete_many({"_id": {"$in": gone}}, session=session)


def _document(key: ActivityKey, parts: Mapping[str | None, Sums], attributes: Attributes | None) -> Document:
    found = suppress(parts)
    document: Document = {"_id": key.id} | key._asdict()
    document |= (attributes.placement if attributes else Placement())._asdict()
    document["whole"] = _encoded(found.whole)
    by_name = sorted(found.parts.items(), key=lambda part: part[0] or "")
    document["parts"] = [{"category": category} | _encoded(row) for category, row in by_name]
    return document


def _encoded(row: PublicRow) -> Document:
    return {measure: {name: Int64(n) for name, n in row[measure]._asdict().items()} for measure in MEASURES}
