"""One transaction for a run of facts of one partition: lists, deliveries, fan-outs, and the cursor."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any, Final

from services.notification.features.gatherings.domain.lists import Activity, Registration, RegistrationLists
from services.notification.features.gatherings.domain.reminders import Reminder
from services.notification.features.gatherings.domain.rules import Owed
from services.notification.kernel.deliveries import Delivery, FanOut
from services.notification.storage.cursors import Cursor, Cursors
from services.notification.storage.deliveries import document, insertion
from shared.contracts.facts import Body, RegistrationFact, Stated
from shared.kafka.facts import FactUnfoldable
from shared.mongo.driver import Document, ReplaceOne, Session, Store

Fold = Callable[[RegistrationLists, Stated, Body | None], Owed]
Traces = Mapping[int, str]
"""By the number of a fact."""
NO_TRACES: Final[Traces] = {}


class FactsLedger:
    """`send_from`: what fell due before is recorded as expired and never sent."""

    def __init__(self, store: Store, cursors: Cursors, send_from: datetime) -> None:
        self._store, self._cursors, self._send_from = store, cursors, send_from

    async def apply(
        self,
        topic: str,
        partition: int,
        before: Cursor,
        after: Cursor,
        facts: Sequence[tuple[Stated, Body | None]],
        fold: Fold,
        traces: Traces = NO_TRACES,
    ) -> None:
        """Raises `CursorMoved` when another instance was faster, or `FactUnfoldable`; nothing is written."""

        async def work(session: Session) -> None:
            await self._cursors.move(topic, partition, before, after, session)
            if facts:
                await self._fold(facts, fold, traces, session)

        await self._store.transaction(work)

    async def _fold(
        self, facts: Sequence[tuple[Stated, Body | None]], fold: Fold, traces: Traces, session: Session
    ) -> None:
        lists = await self._load(facts, session)
        lists.read_at = await self._store.now()
        loaded = RegistrationLists(dict(lists.registrations), dict(lists.activities))
        owed = [
            _traced(item, traces.get(stated.number))
            for stated, body in facts
            for item in _folded(fold, lists, stated, body)
        ]
        await self._write("registrations", loaded.registrations, lists.registrations, session)
        await self._write("activities", loaded.activities, lists.activities, session)
        if mails := [insertion(item, self._send_from) for item in owed if isinstance(item, Delivery)]:
            await self._store["deliveries"].bulk_write(mails, ordered=False, session=session)
        for item in owed:
            if isinstance(item, FanOut):
                row = {"_id": item.id, "done": False, "after": "", **document(item)}
                await self._store["fanouts"].update_one(
                    {"_id": item.id}, {"$setOnInsert": row}, upsert=True, session=session
                )

    async def _load(self, facts: Sequence[tuple[Stated, Body | None]], session: Session) -> RegistrationLists:
        ids = {body.registration for _, body in facts if isinstance(body, RegistrationFact)}
        named = {str(getattr(body, "activity", "")) for _, body in facts if body} - {""}
        return RegistrationLists(
            {
                row["_id"]: Registration(**_fields(row))
                async for row in self._store["registrations"].find(
                    {"_id": {"$in": list(ids)}}, session=session
                )
            },
            {
                row["_id"]: _activity(row)
                async for row in self._store["activities"].find(
                    {"_id": {"$in": list(named)}}, session=session
                )
            },
        )

    async def _write(
        self, collection: str, old: dict[str, Any], new: dict[str, Any], session: Session
    ) -> None:
        changed = [
            ReplaceOne({"_id": id}, _document(row), upsert=True)
            for id, row in new.items()
            if old.get(id) != row
        ]
        if changed:
            await self._store[collection].bulk_write(changed, ordered=False, session=session)


def _folded(fold: Fold, lists: RegistrationLists, stated: Stated, body: Body | None) -> Owed:
    try:
        return fold(lists, stated, body)
    except Exception as error:
        raise FactUnfoldable(stated, error) from error


def _traced(owed: Delivery | FanOut, trace: str | None) -> Delivery | FanOut:
    """A reminder is of its day: the trace of what announced it is long over."""
    return owed if trace is None or owed.template == "reminder" else replace(owed, trace=trace)


def _fields(row: Document) -> Document:
    return {"id" if name == "_id" else name: value for name, value in row.items()}


def _activity(row: Document) -> Activity:
    reminders = tuple(Reminder(**one) for one in row.get("reminders", ()))
    return Activity(**_fields(row) | {"reminders": reminders})


def _document(row: Registration | Activity) -> Document:
    if isinstance(row, Activity):
        fields = asdict(row)  # copies what it finds: reminders here, and only time with people, who are many
    else:
        fields = {name: getattr(row, name) for name in row.__slots__}
    return {"_id" if name == "id" else name: value for name, value in fields.items()}
