"""How facts lie in MongoDB."""

from datetime import datetime
from typing import Any, Final

import bson
from bson import CodecOptions, Int64
from pydantic_core import from_json, to_json

from services.registration.kernel.batch import FactTooLarge
from services.registration.kernel.commit import Cursor
from services.registration.kernel.decisions import NewFact
from services.registration.kernel.features import Features
from services.registration.kernel.received_commands import ReceivedCommand
from shared.contracts.facts import MAX_FACT_BYTES, Stated
from shared.contracts.types import rfc3339
from shared.kafka.facts import Fact
from shared.mongo.driver import Document

TIMES_IN_UTC = CodecOptions[Document](tz_aware=True)


NUMBER_BITS: Final = 40


def position(partition: int, number: int) -> Int64:
    """A place in a partition as one integer that sorts rightly, which text such as `bali-0-10` does not."""
    return Int64(partition << NUMBER_BITS | number)


def number_of(place: int) -> int:
    """The number in its partition of what stands there; its partition is `place >> NUMBER_BITS`."""
    return int(place) & ((1 << NUMBER_BITS) - 1)


def encoded_fact(
    cursor: Cursor,
    number: int,
    key: str,
    at: datetime,
    content: NewFact,
    asked: ReceivedCommand | None,
    trace: str | None = None,
) -> bytes:
    """A row of the ledger. `data` is published, and `trace` as a header; the rest is the office's own, and
    says of nobody who they are. Raises `FactTooLarge`."""
    data = content.body.model_dump(mode="json", exclude_none=True)
    if len(to_json(data)) > MAX_FACT_BYTES:
        raise FactTooLarge
    document: Document = {
        "_id": position(cursor.partition, number),
        "type": content.body.type,
        "key": key,
        "at": at,
        "data": data,
    }
    if trace is not None:
        document["trace"] = trace
    if asked is not None:
        document |= identity(asked, cursor.base)
    return bson.encode(document)


def encoded_private(features: Features, place: Int64, content: NewFact) -> bytes | None:
    """The row beside the fact in this place, of what stays in the office: under the same id, and erased it
    holds no more than that. Raises `FactWithoutState`."""
    private = features.private(content)
    return None if private is None else bson.encode({"_id": place} | private)


def decoded(document: bytes) -> Document:
    """A row as reading it from the database gives it."""
    return bson.decode(document, TIMES_IN_UTC)


def recovered_fact(fact: Fact) -> bytes:
    """A row of the ledger for a fact that its topic holds: published again, it is the same bytes."""
    stated, document = fact.stated, dict[str, Any]()
    document |= {"_id": position(stated.partition, stated.number), "type": fact.type, "key": fact.key}
    said = from_json(fact.value)
    data = {name: value for name, value in said.items() if name not in Stated.model_fields}
    document |= {"at": stated.at, "data": data}
    return bson.encode(document)


def identity(asked: ReceivedCommand, base: int) -> Document:
    """What a command is known by, beside its fact or its refusal; `intake` is its place for ever. Who had it
    done stays in the office."""
    found: Document = {
        "command": asked.digest,
        "payload": asked.payload,
        "source": asked.envelope.source,
        "id": asked.envelope.id,
        "intake": position(asked.record.partition, base + asked.record.offset),
    }
    return found | ({"actor": asked.envelope.actor} if asked.envelope.actor else {})


def published_value(office: str, ledger: str, document: Document, subject: str) -> bytes:
    """The fact as it stands in the topic: the same bytes for the same row, always. `subject`: its key."""
    place = int(document["_id"])
    stated = {
        "office": office,
        "ledger": ledger,
        "partition": place >> NUMBER_BITS,
        "number": number_of(place),
        "at": rfc3339(document["at"]),
        "subject": subject,
    }
    return to_json(stated | document["data"])
