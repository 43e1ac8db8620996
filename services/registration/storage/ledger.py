"""The office's ledger in MongoDB: claiming a partition, and the one transaction that writes a batch."""

import logging
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from typing import Any

from bson.raw_bson import RawBSONDocument

from services.registration.kernel.batch import Encode, partition_key
from services.registration.kernel.commit import (
    ClaimLost,
    Commit,
    Cursor,
    FactRows,
    LastRecord,
    NumberedFact,
    OutcomeWithoutFact,
)
from services.registration.kernel.decisions import NewFact
from services.registration.kernel.feature import OfficeStore
from services.registration.kernel.features import Features
from services.registration.kernel.received_commands import PoisonRecord, ReceivedCommand, appended_at
from services.registration.storage.documents import (
    decoded,
    encoded_fact,
    encoded_private,
    identity,
    position,
)
from shared.contracts.facts import MEASURES, OfficeTotals
from shared.kafka.facts import failure
from shared.mongo.driver import CommitUnknown, Document, ReplaceOne, ReturnDocument, Session, Store

log = logging.getLogger(__name__)

PUBLISH_AT_ONCE = 500
REMEMBERED_FACTS = 1_000  # of a partition, about 1 MB: what was just committed is not read back to be sent


class Ledger:
    """One office's; every method names the partition that it is about."""

    def __init__(
        self, of: OfficeStore, features: Features, committed: Callable[[Commit], None] = lambda commit: None
    ) -> None:
        """`committed` is told of every batch that stands."""
        self._of = of
        self._store = of.store
        self._features = features
        self._committed = committed
        self._recent: dict[int, deque[tuple[int, FactRows]]] = defaultdict(
            partial(deque, maxlen=REMEMBERED_FACTS)
        )

    async def claim(self, partition: int) -> Cursor:
        """Raise the epoch and read the cursor: from now on no other owner's transaction can commit."""
        self._recent[partition].clear()
        found = await self._store["cursors"].find_one_and_update(
            {"_id": partition}, {"$inc": {"epoch": 1}}, return_document=ReturnDocument.AFTER
        )
        if found is None:
            raise LookupError(f"no cursor for partition {partition}: run `simpul provision office`")
        return cursor_of(found)

    def encoder(self, cursor: Cursor) -> Encode:
        def encode(
            number: int, key: str, at: Any, content: NewFact, asked: ReceivedCommand | None, trace: str | None
        ) -> FactRows:
            private = encoded_private(self._features, position(cursor.partition, number), content)
            return FactRows(encoded_fact(cursor, number, key, at, content, asked, trace), private)

        return encode

    async def commit(self, commit: Commit) -> None:
        """Write a batch whole or not at all. Raises `ClaimLost` when the partition is not ours any more, and
        `ReadAnew`.

        When the answer to the commit is lost, the cursor tells whether it stands.
        """
        try:
            await self._store.transaction(lambda session: self.write(commit, session))
        except CommitUnknown:
            found = await self._store["cursors"].find_one({"_id": commit.before.partition})
            after = commit.after
            if found is None or (found["epoch"], found["next"], found["number"]) != (
                after.epoch,
                after.next,
                after.number,
            ):
                raise ClaimLost("the commit's outcome is unknown, and the cursor did not move") from None
        self._remember(commit.before.partition, commit.facts)
        try:
            self._committed(commit)
        except Exception as error:  # what stands, stands, whoever cannot tell of it
            log.error("a batch that stands was not told of: %s", failure(error))

    def _remember(self, partition: int, facts: Sequence[NumberedFact]) -> None:
        """Only what follows without a gap: control totals, for one, are a fact that is not among these."""
        recent = self._recent[partition]
        if facts and recent and recent[-1][0] + 1 != facts[0].number:
            recent.clear()
        recent.extend((fact.number, fact.rows) for fact in facts)

    def _recent_after(self, partition: int, published: int) -> deque[tuple[int, FactRows]]:
        """What is remembered behind this number; the rest is forgotten."""
        recent = self._recent[partition]
        while recent and recent[0][0] <= published:
            recent.popleft()
        return recent

    async def write(self, commit: Commit, session: Session) -> None:
        """Within a transaction. Raises `ClaimLost` and `ReadAnew`."""
        before, after = commit.before, commit.after
        guarded = await self._store["cursors"].update_one(
            {"_id": before.partition, "epoch": before.epoch, "next": before.next, "number": before.number},
            {"$set": moved(commit)},
            session=session,
        )
        if guarded.matched_count != 1:
            raise ClaimLost("another owner has claimed the partition")
        if commit.facts:
            rows = [RawBSONDocument(fact.rows.fact) for fact in commit.facts]
            await self._store["facts"].insert_many(rows, session=session)
            if private := [RawBSONDocument(one) for fact in commit.facts if (one := fact.rows.private)]:
                await self._store["private"].insert_many(private, session=session)
        await self._write_states(commit, session)
        if commit.outcomes:
            settled = [outcome_document(one, before.base) for one in commit.outcomes]
            await self._store["outcomes"].insert_many(settled, session=session)
        if commit.parked:
            parked = [parked_document(one, before.base) for one in commit.parked]
            await self._store["parked"].insert_many(parked, session=session)
        await self._write_beside(commit.side_writes, session)
        if commit.totals:
            await self._state_totals(after, session)

    async def _write_states(self, commit: Commit, session: Session) -> None:
        partition, now = commit.before.partition, commit.after.time
        for kind, rule in self._features.kinds.items():
            if (codec := rule.codec) is None:
                continue
            if made := commit.made.get(kind):
                rows = [codec.written(name, partition, one, now) for name, one in made.items()]
                await self._store[codec.collection].insert_many(rows, ordered=False, session=session)
            if changed := commit.changed.get(kind):
                writes = [
                    ReplaceOne({"_id": name}, codec.written(name, partition, one, now), upsert=True)
                    for name, one in changed.items()
                ]
                await self._store[codec.collection].bulk_write(writes, ordered=False, session=session)

    async def _write_beside(self, side_writes: Sequence[object], session: Session) -> None:
        """Those of one type together, in order."""
        for kind, rule in self._features.side_writes.items() if side_writes else ():
            if found := [one for one in side_writes if type(one) is kind]:
                await rule.write(self._of, found, session)

    async def _state_totals(self, after: Cursor, session: Session) -> None:
        """The last fact of the batch: what the states written before it add up to."""
        sums = [
            await feature.totals(self._of, after.partition, session)
            for feature in self._features.features
            if feature.totals
        ]
        totals = {measure: sum(one.get(measure, 0) for one in sums) for measure in MEASURES}
        content = NewFact(OfficeTotals(totals=totals))
        key = partition_key(after.partition)
        row = encoded_fact(after, after.number, key, after.time, content, None)
        await self._store["facts"].insert_one(RawBSONDocument(row), session=session)

    async def unpublished(self, partition: int, published: int) -> list[Document]:
        """The next facts to publish, in order, at most 500, each with the fields of the row beside it."""
        recent = self._recent_after(partition, published)
        if recent and recent[0][0] == published + 1:
            return [_whole(rows) for _, rows in islice(recent, PUBLISH_AT_ONCE)]
        end = position(partition + 1, 0)
        return [
            fact | (private or {})
            for fact, private in await stored_facts(
                self._store, position(partition, published), end, PUBLISH_AT_ONCE
            )
        ]

    async def mark_published(self, cursor: Cursor, before: int, number: int, offset: int) -> None:
        """Move the pointer over what Kafka acknowledged. Raises `ClaimLost`."""
        moved = await self._store["cursors"].update_one(
            {"_id": cursor.partition, "epoch": cursor.epoch, "published": before},
            {"$set": {"published": number, "published_offset": offset}},
        )
        if moved.matched_count != 1:
            raise ClaimLost("another owner publishes this partition")
        self._recent_after(cursor.partition, number)


def _whole(rows: FactRows) -> Document:
    return decoded(rows.fact) | (decoded(rows.private) if rows.private else {})


async def stored_facts(
    store: Store, after: int, end: int, limit: int
) -> list[tuple[Document, Document | None]]:
    """The next rows of the ledger behind one place and before another, each with the row beside it."""
    rows = store["facts"].find({"_id": {"$gt": after, "$lt": end}})
    facts = await rows.sort("_id", 1).limit(limit).to_list(None)
    if not facts:
        return []
    between = {"$gte": facts[0]["_id"], "$lte": facts[-1]["_id"]}
    beside = {row["_id"]: row async for row in store["private"].find({"_id": between})}
    return [(fact, beside.get(fact["_id"])) for fact in facts]


def cursor_of(row: Document) -> Cursor:
    known = {name: row[name] for name in Cursor.__slots__ if name in row}
    last = LastRecord(**row["last"]) if "last" in row else None
    return Cursor(**(known | {"partition": row["_id"], "last": last}))


def moved(commit: Commit) -> Document:
    after = commit.after
    found: Document = {
        "next": after.next,
        "number": after.number,
        "time": after.time,
        "totals": after.totals,
        "totals_at": after.totals_at,
        "described": after.described,
    }
    if (last := after.last) is not None:
        found["last"] = {"offset": last.offset, "at": last.at, "digest": last.digest}
    return found


def outcome_document(settled: OutcomeWithoutFact, base: int) -> Document:
    row = identity(settled.asked, base)
    row |= {"_id": row.pop("intake"), "at": settled.at, "result": settled.result}
    if settled.reason == "id_reused":
        del row["command"]  # that identity belongs to the first command
    if settled.reason is not None:
        row |= {"reason": settled.reason, "numbers": settled.numbers}
    return row


def parked_document(poison: PoisonRecord, base: int) -> Document:
    record, asked = poison.record, poison.asked
    known = (
        {"digest": asked.digest, "source": asked.envelope.source, "id": asked.envelope.id} if asked else {}
    )
    return known | {
        "_id": position(record.partition, base + record.offset),
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "at": appended_at(record),
        "reason": poison.reason,
        "why": poison.why,
        "key": record.key,
        "value": record.value,
        "headers": [[name.encode(errors="replace"), value] for name, value in record.headers],
    }
