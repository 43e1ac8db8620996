"""One transaction for a run of facts of one partition: folded rows, deliveries, fan-outs, and the cursor."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from services.notification.kernel.deliveries import Delivery, FanOut
from services.notification.kernel.mail_features import MailFeatures
from services.notification.kernel.rules import FoldedRows, Owed
from services.notification.storage.cursors import Cursor, Cursors
from services.notification.storage.deliveries import document, insertion
from shared.contracts.facts import Body, Stated
from shared.kafka.facts import FactUnfoldable
from shared.mongo.driver import ReplaceOne, Session, Store

Traces = Mapping[int, str]
"""By the number of a fact."""
NO_TRACES: Final[Traces] = {}


class FactsLedger:
    """`send_from`: what fell due before is recorded as expired and never sent."""

    def __init__(self, store: Store, features: MailFeatures, cursors: Cursors, send_from: datetime) -> None:
        self._store, self._features, self._cursors = store, features, cursors
        self._send_from = send_from

    async def apply(
        self,
        topic: str,
        partition: int,
        before: Cursor,
        after: Cursor,
        facts: Sequence[tuple[Stated, Body | None]],
        traces: Traces = NO_TRACES,
    ) -> None:
        """Raises `CursorMoved` when another instance was faster, or `FactUnfoldable`; nothing is written."""

        async def work(session: Session) -> None:
            await self._cursors.move(topic, partition, before, after, session)
            if facts:
                await self._fold(facts, traces, session)

        await self._store.transaction(work)

    async def _fold(
        self, facts: Sequence[tuple[Stated, Body | None]], traces: Traces, session: Session
    ) -> None:
        rows = await self._load(facts, session)
        rows.read_at = await self._store.now()
        loaded = {collection: dict(of) for collection, of in rows.of.items()}
        owed = [
            _traced(item, stated, traces) for stated, body in facts for item in self._owed(rows, stated, body)
        ]
        for collection in self._features.rows:
            await self._write(collection, loaded[collection], rows.of[collection], session)
        if mails := [insertion(item, self._send_from) for item in owed if isinstance(item, Delivery)]:
            await self._store["deliveries"].bulk_write(mails, ordered=False, session=session)
        for item in owed:
            if isinstance(item, FanOut):
                row = {"_id": item.id, "done": False, "after": "", **document(item)}
                await self._store["fanouts"].update_one(
                    {"_id": item.id}, {"$setOnInsert": row}, upsert=True, session=session
                )

    def _owed(self, rows: FoldedRows, stated: Stated, body: Body | None) -> Owed:
        try:
            return self._features.fold(rows, stated, body)
        except Exception as error:
            raise FactUnfoldable(stated, error) from error

    async def _load(self, facts: Sequence[tuple[Stated, Body | None]], session: Session) -> FoldedRows:
        rows = FoldedRows()
        for collection, rule in self._features.rows.items():
            ids = {id for _, body in facts if body is not None for id in rule.ids(body)}
            found = self._store[collection].find({"_id": {"$in": [*ids]}}, session=session)
            rows.of[collection] = {row["_id"]: rule.row(row) async for row in found}
        return rows

    async def _write(
        self, collection: str, old: dict[str, Any], new: dict[str, Any], session: Session
    ) -> None:
        document = self._features.rows[collection].document
        changed = [
            ReplaceOne({"_id": id}, document(row), upsert=True)
            for id, row in new.items()
            if old.get(id) != row
        ]
        if changed:
            await self._store[collection].bulk_write(changed, ordered=False, session=session)


def _traced(owed: Delivery | FanOut, stated: Stated, traces: Traces) -> Delivery | FanOut:
    """What falls due later is of its own day: the trace of what announced it is long over."""
    trace = traces.get(stated.number) if owed.due <= stated.at else None
    return owed if trace is None else replace(owed, trace=trace)
