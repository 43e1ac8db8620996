"""Whether what the topics hold and what the ledger says can belong together."""

from typing import Final

from services.registration.kernel.commit import Cursor
from services.registration.kernel.ports import DoesNotFit, TopicLost
from services.registration.kernel.received_commands import appended_at, record_digest
from shared.kafka.connection import KafkaUnavailable
from shared.kafka.facts import Fact, OfficeStopped, read_fact
from shared.kafka.offsets import Log
from shared.kafka.records import Record
from shared.mongo.driver import Document

LOOKED_AT: Final = 10_000  # facts at most; those behind the stored offset are few unless many were published


async def facts_fit(log: Log, cursor: Cursor) -> None:
    """The fact acknowledged last is where it was, and none is of another ledger or beyond its last number.

    Raises `TopicLost`, or `DoesNotFit` where the database is older than the log.
    """
    first, end = await log.bounds()
    stored = cursor.published_offset
    if stored >= 0:
        record = await _record(log, stored, first, end)
        if record is None:
            raise TopicLost(
                f"{log.name} holds offsets {first} to {end}, but offset {stored} was acknowledged: "
                "the topic was lost; run `simpul republish`"
            )
        if ours(record, cursor).stated.number != cursor.published:
            raise TopicLost(
                f"{log.name} holds another fact at offset {stored} than number {cursor.published}: "
                "the topic was made again; run `simpul republish`"
            )
    async for records in log.between(max(first, stored + 1, end - LOOKED_AT), end):
        for record in records:
            number = ours(record, cursor).stated.number
            if number > cursor.number:
                raise DoesNotFit(
                    f"{log.name} holds fact {number}, but the ledger ends at {cursor.number}: "
                    "the database is older than its log; run `simpul recover`"
                )


async def intake_fits(log: Log, cursor: Cursor) -> None:
    """The cursor lies within the log, and the record before it, if it is still there, is the one decided.

    Raises `TopicLost`, or `DoesNotFit` where the log was trimmed past the cursor.
    """
    first, end = await log.bounds()
    if cursor.next < first:
        raise DoesNotFit(
            f"{log.name} begins at {first}, but the ledger goes on at {cursor.next}: "
            "the database is older than its log; run `simpul recover`"
        )
    if cursor.next == first:
        return
    record = await _record(log, cursor.next - 1, first, end)
    if record is None:
        raise TopicLost(
            f"{log.name} holds offsets {first} to {end}, but the ledger goes on at {cursor.next}: "
            "the topic was lost; run `simpul republish`"
        )
    last = cursor.last
    if last is not None and (last.at, last.digest) != (appended_at(record), record_digest(record)):
        raise TopicLost(
            f"{log.name} holds another record at offset {record.offset} than the one decided: "
            "the topic was made again; run `simpul republish`"
        )


async def intake_start(log: Log, cursor: Cursor) -> Document:
    """Where intake is read on, as a change of the cursor: none where it fits, its beginning where it was
    lost; places of another log never come twice. Raises `DoesNotFit` as `intake_fits`."""
    try:
        await intake_fits(log, cursor)
    except TopicLost:
        first, _ = await log.bounds()
        return {"next": first, "base": cursor.base + cursor.next - first}
    return {}


async def _record(log: Log, offset: int, first: int, end: int) -> Record | None:
    """None where the log does not hold the offset. Raises `KafkaUnavailable`.

    A broker's word for its end may lag behind what it has: so the record is asked for beyond it, too.
    """
    if offset < first:
        return None
    record = await log.record_at(offset)
    if record is None and offset < end:
        raise KafkaUnavailable(f"{log.name} did not hand over offset {offset}")
    return record


def ours(record: Record, cursor: Cursor) -> Fact:
    """Raises `DoesNotFit` for what is no fact of this ledger."""
    try:
        fact = read_fact(record)
    except OfficeStopped as stopped:
        raise DoesNotFit(f"{stopped}; nothing but registration may write there") from None
    if fact.stated.ledger != cursor.ledger:
        raise DoesNotFit(
            f"{record.topic} partition {record.partition} holds facts of ledger {fact.stated.ledger}, but "
            f"this database is ledger {cursor.ledger}; run `simpul recover`"
        )
    return fact
