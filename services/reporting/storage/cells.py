"""Writing what was counted: one transaction for a batch, guarded by its cursors.

What is stored holds no clock and no trace of batches: every known measure is always there, as a 64-bit
integer, and what is zero throughout is not. So the same facts give the same bytes however they were cut; a
measure that is not known here stands where it came first, and `comparing` looks past that.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from services.reporting.domain.counting import Step
from services.reporting.domain.keys import ActivityKey, Attributes, CellKey, Placement, RollUpKey
from services.reporting.domain.measures import MEASURES
from services.reporting.domain.sums import DIMENSIONS, Sums, add_to, zeros
from services.reporting.storage.activities import known_activities
from services.reporting.storage.cursors import move_cursors
from services.reporting.storage.encoding import encode_sums
from services.reporting.storage.lease import next_rev
from services.reporting.storage.public_figures import public_figures_of, write_public_figures
from services.reporting.storage.revisions import mark_changed
from shared.kafka.facts import OfficeStopped
from shared.mongo.driver import Document, Session, Store, UpdateOne

RollUps = dict[RollUpKey, Sums]


async def apply(store: Store, steps: Sequence[Step], epoch: int) -> None:
    """Write the steps of different partitions, all or none, under an epoch of the lease.

    Raises `LeaseLost`, `FiguresHeld`, `CursorMoved` when a partition was read further meanwhile,
    `OfficeStopped` for a second ledger of an office, and what `Store.transaction` raises.
    """

    async def work(session: Session) -> None:
        rev = await next_rev(store, epoch, session)
        await move_cursors(store, [(step.before, step.after) for step in steps], session)
        for step in steps:
            await _state_office(store, step, session)
        roll_ups: RollUps = defaultdict(zeros)
        known = await _place_activities(store, steps, roll_ups, session)
        await _add_up(store, steps, known, roll_ups, session)
        await mark_changed(store, [key.id for key, sums in roll_ups.items() if _is_shown(sums)], rev, session)
        await write_public_figures(
            store, await public_figures_of(store, _touched(steps), known, session), session
        )

    await store.transaction(work)


async def _state_office(store: Store, step: Step, session: Session) -> None:
    """One ledger for all partitions of an office, and how it describes itself."""
    offices, office, ledger = store["offices"], step.after.office, step.after.ledger
    if step.before.ledger is None and ledger is not None:
        known = await offices.find_one({"_id": office}, session=session)
        if known is None:
            await offices.insert_one({"_id": office, "ledger": ledger}, session=session)
        elif known["ledger"] != ledger:
            raise OfficeStopped(f"partitions of {office} come from ledgers {known['ledger']} and {ledger}")
    if step.described is not None:
        said = step.described.model_dump(mode="json", include={"names", "scheme", "territory", "zone"})
        await offices.update_one({"_id": office}, {"$set": said}, session=session)


async def _place_activities(
    store: Store, steps: Sequence[Step], roll_ups: RollUps, session: Session
) -> dict[ActivityKey, Attributes]:
    """Write what activities are now; cells and roll-ups of those that moved go with them."""
    said = {key: attributes for step in steps for key, attributes in step.activities.items()}
    known = await known_activities(store, _touched(steps), session)
    for key, now in said.items():
        before = known.get(key, Attributes(None, Placement()))
        if before != now:
            document = key._asdict() | {"title": now.title} | now.placement._asdict()
            await store["activities"].replace_one({"_id": key.id}, document, upsert=True, session=session)
        if before.placement != now.placement:
            await _move(store, key, before.placement, now.placement, roll_ups, session)
        known[key] = now
    return known


def _touched(steps: Sequence[Step]) -> set[ActivityKey]:
    cells = {activity for step in steps for key in step.cells if (activity := key.of_activity)}
    return cells.union(*(step.activities for step in steps))


def _is_shown(sums: Sums) -> bool:
    return any(sums[measure] for measure in MEASURES)


async def _move(
    store: Store, key: ActivityKey, old: Placement, new: Placement, roll_ups: RollUps, session: Session
) -> None:
    """As many writes as the activity has cells; no person is touched."""
    pipeline: list[Document] = [
        {"$match": key._asdict()},
        {"$project": {"_id": 0, "category": 1, "field": {"$objectToArray": "$$ROOT"}}},
        {"$unwind": "$field"},
        {"$match": {"field.k": {"$nin": ["_id", *DIMENSIONS]}}},
        {"$group": {"_id": {"category": "$category", "of": "$field.k"}, "sum": {"$sum": "$field.v"}}},
    ]
    for row in await store.aggregate("cells", pipeline, session):
        category, counted = row["_id"].get("category"), {row["_id"]["of"]: row["sum"]}
        add_to(roll_ups[RollUpKey(key.office, old.month, old.kind, category)], counted, -1)
        add_to(roll_ups[RollUpKey(key.office, new.month, new.kind, category)], counted)
    await store["cells"].update_many(key._asdict(), {"$set": new._asdict()}, session=session)


async def _add_up(
    store: Store,
    steps: Sequence[Step],
    known: Mapping[ActivityKey, Attributes],
    roll_ups: RollUps,
    session: Session,
) -> None:
    cells: dict[CellKey, Sums] = defaultdict(zeros)
    for step in steps:
        for key, sums in step.cells.items():
            add_to(cells[key], sums)
    placed: dict[str, tuple[Sums, dict[str, Any]]] = {}
    for key, sums in cells.items():
        attributes = known.get(key.of_activity) if key.of_activity else None
        place = attributes.placement if attributes else Placement()
        placed[key.id] = sums, key._asdict() | place._asdict()
        add_to(roll_ups[RollUpKey(key.office, place.month, place.kind, key.category)], sums)
    await _increase(store, "cells", placed, session)
    rolled = {key.id: (sums, key._asdict()) for key, sums in roll_ups.items()}
    await _increase(store, "roll_ups", rolled, session)


async def _increase(
    store: Store, collection: str, rows: Mapping[str, tuple[Sums, dict[str, Any]]], session: Session
) -> None:
    writes = [
        UpdateOne(
            {"_id": name},
            {"$inc": encode_sums(sums), "$setOnInsert": dimensions},
            upsert=True,
        )
        for name, (sums, dimensions) in rows.items()
        if any(sums.values())
    ]
    if writes:
        await store[collection].bulk_write(writes, ordered=False, session=session)
        await _delete_empty(store, collection, list(rows), session)


async def _delete_empty(store: Store, collection: str, ids: list[str], session: Session) -> None:
    shown_empty = {"_id": {"$in": ids}} | dict.fromkeys(MEASURES, 0)
    found = await store[collection].find(shown_empty, session=session).to_list(None)
    beside = {"_id", *DIMENSIONS}
    if gone := [row["_id"] for row in found if not any(row[name] for name in row.keys() - beside)]:
        await store[collection].delete_many({"_id": {"$in": gone}}, session=session)
