"""The ledger of deliveries: each owed once, claimed under a lease, every attempt in writing.

Leases and pauses are told in MongoDB's time, `$$NOW`: the one clock that all instances share. An instance
whose own is an hour ahead would otherwise keep a mail for an hour, or take what another one is sending.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from secrets import token_hex
from typing import Final

from services.notification.application.sending import Claimed, LeaseLost
from services.notification.domain.deliveries import Delivery, State
from shared.mongo.driver import Document, Store, UpdateOne

KEPT_ATTEMPTS = 50  # the newest; `tries` counts them all
FIELDS = tuple(Delivery.__slots__)
DUE: Final[Document] = {"$expr": {"$lte": ["$next", "$$NOW"]}}


def insertion(delivery: Delivery, send_from: datetime) -> UpdateOne:
    """Owed once, however often its fact is read. What fell due before `send_from` is closed at once."""
    row: Document = asdict(delivery)
    row |= {"state": "pending", "next": delivery.due, "tries": 0, "waits": 0, "ambiguous": 0, "attempts": []}
    if delivery.due < send_from:
        row |= {"state": "expired", "reason": "before_birth"}
    return UpdateOne({"_id": delivery.id}, {"$setOnInsert": row}, upsert=True)


class MongoLedger:
    """A claimed row carries its claim and `next` = the end of the lease; an attempt that was begun and not
    answered carries `open`."""

    def __init__(self, store: Store) -> None:
        self._store, self._rows = store, store["deliveries"]

    async def claim(self, at_most: int, lease: timedelta) -> list[Claimed]:
        ids = [row["_id"] for row in await self._store.aggregate("deliveries", _due(at_most))]
        if not ids:
            return []
        claim = token_hex(8)
        await self._rows.update_many(
            {"_id": {"$in": ids}, "state": "pending"} | DUE,
            [{"$set": {"claim": claim, "next": _in(lease.total_seconds())}}],
        )
        rows = [row async for row in self._rows.find({"_id": {"$in": ids}, "claim": claim})]
        return [
            Claimed(
                Delivery(**{name: row[name] for name in FIELDS}),
                claim,
                row["tries"],
                row["waits"],
                lost_attempt="open" in row,
            )
            for row in sorted(rows, key=lambda row: row["due"])
        ]

    async def begin_attempt(self, held: Claimed, lease: timedelta) -> None:
        await self._change(held, {"open": "$$NOW", "next": _in(lease.total_seconds())})

    async def count_lost(self, held: Claimed) -> None:
        await self._change(held, _answered(None) | {"ambiguous": {"$add": ["$ambiguous", 1]}}, "open")

    async def close(self, held: Claimed, state: State, reason: str | None, code: int | None) -> None:
        closed: Document = {"state": state, "reason": reason, "closed": "$$NOW"}
        await self._change(held, closed | (_answered(code) if code is not None else {}), "open", "claim")

    async def postpone(self, held: Claimed, seconds: float, code: int | None, tried: bool) -> None:
        await self._change(held, {"next": _in(seconds)} | (_answered(code) if tried else {}), "open", "claim")

    async def wait(self, held: Claimed, seconds: float) -> None:
        await self._change(held, {"waits": {"$add": ["$waits", 1]}, "next": _in(seconds)}, "claim")

    async def release(self, held: Sequence[Claimed], seconds: float) -> None:
        if held:
            await self._rows.update_many(
                {"_id": {"$in": [item.delivery.id for item in held]}, "claim": held[0].claim},
                [{"$set": {"next": _in(seconds)}}, {"$unset": "claim"}],
            )

    async def _change(self, held: Claimed, fields: Document, *gone: str) -> None:
        steps: list[Document] = [{"$set": fields}, {"$unset": list(gone)}]
        done = await self._rows.update_one(
            {"_id": held.delivery.id, "claim": held.claim}, steps if gone else steps[:1]
        )
        if done.matched_count == 0:
            raise LeaseLost


def _due(at_most: int) -> list[Document]:
    """The first of those that wait are read by the index, however many are not due yet."""
    first: list[Document] = [{"$match": {"state": "pending"}}, {"$sort": {"next": 1}}, {"$limit": at_most}]
    return [*first, {"$match": DUE}, {"$project": {"_id": 1}}]


def _answered(code: int | None) -> Document:
    attempts = {"$concatArrays": ["$attempts", [{"at": "$$NOW", "code": code}]]}
    return {"tries": {"$add": ["$tries", 1]}, "attempts": {"$slice": [attempts, -KEPT_ATTEMPTS]}}


def _in(seconds: float) -> Document:
    return {"$add": ["$$NOW", round(seconds * 1000)]}
