"""How states and facts lie in MongoDB."""

from datetime import datetime
from typing import Any

import bson
from bson import CodecOptions, Int64
from pydantic_core import from_json, to_json

from services.registration.application.asking import Asked
from services.registration.application.batch import FactTooLarge
from services.registration.application.commit import Cursor
from services.registration.domain.activity import ActivityState, Signature
from services.registration.domain.happened import Happened, Registrant
from services.registration.domain.registration import Registration
from shared.contracts.activity import Activity
from shared.contracts.commands import Institution
from shared.contracts.facts import MAX_FACT_BYTES, Stated
from shared.contracts.types import rfc3339
from shared.kafka.facts import Fact
from shared.mongo.driver import Document

TIMES_IN_UTC = CodecOptions[Document](tz_aware=True)


def position(partition: int, number: int) -> Int64:
    """A place in a partition as one integer that sorts rightly, which text such as `bali-0-10` does not."""
    return Int64(partition << 40 | number)


def line_name(quotas: Signature) -> str:
    """A waiting line's name: the ids of its quotas, which hold no comma."""
    return ",".join(quotas)


def encoded_fact(
    cursor: Cursor,
    number: int,
    key: str,
    at: datetime,
    happened: Happened,
    asked: Asked | None,
    trace: str | None = None,
) -> bytes:
    """A row of the ledger. `data` is published, and `trace` as a header; the rest is the office's own.

    Raises `FactTooLarge`.
    """
    data = happened.body.model_dump(mode="json", exclude_none=True)
    if len(to_json(data)) > MAX_FACT_BYTES:
        raise FactTooLarge
    document: Document = {
        "_id": position(cursor.partition, number),
        "type": happened.body.type,
        "key": key,
        "at": at,
        "data": data,
    } | _own(happened)
    if trace is not None:
        document["trace"] = trace
    if asked is not None:
        document |= identity(asked, cursor.base)
    return bson.encode(document)


def decoded(document: bytes) -> Document:
    """A row as reading it from the ledger gives it."""
    return bson.decode(document, TIMES_IN_UTC)


def recovered_fact(fact: Fact, happened: Happened) -> bytes:
    """A row of the ledger for a fact that its topic holds: published again, it is the same bytes."""
    stated, document = fact.stated, dict[str, Any]()
    document |= {"_id": position(stated.partition, stated.number), "type": fact.type, "key": fact.key}
    said = from_json(fact.value)
    data = {name: value for name, value in said.items() if name not in Stated.model_fields}
    document |= {"at": stated.at, "data": data}
    return bson.encode(document | _own(happened))


def _own(happened: Happened) -> Document:
    """What the office keeps beside a fact."""
    document: Document = {}
    if happened.described is not None:
        document["described"] = happened.described.model_dump(mode="json", exclude_none=True)
    if happened.registrant is not None:
        document["registrant"] = registrant_document(happened.registrant)
    if happened.reason is not None:
        document["reason"] = happened.reason
    return document


def identity(asked: Asked, base: int) -> Document:
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


def published_value(office: str, ledger: str, document: Document) -> bytes:
    """The fact as it stands in the topic: always the same bytes for the same row."""
    place = int(document["_id"])
    stated = {
        "office": office,
        "ledger": ledger,
        "partition": place >> 40,
        "number": place & ((1 << 40) - 1),
        "at": rfc3339(document["at"]),
        "subject": document["key"],
    }
    return to_json(stated | document["data"])


def activity_document(name: str, partition: int, state: ActivityState, now: datetime) -> Document:
    """`promoting`, by which ticks find it: as it stands `now`."""
    return {
        "_id": name,
        "partition": partition,
        "described": state.described.model_dump(mode="json", exclude_none=True),
        "taken": dict(state.taken),
        "waiting": {line_name(line): number for line, number in state.waiting.items()},
        "attended": dict(state.attended),
        "registrations": state.registrations,
        "cancelled": state.cancelled,
        "reason": state.reason,
        "promoting": state.promoting(now),
    }


def activity_state(document: Document) -> ActivityState:
    return ActivityState(
        described=Activity.model_validate(document["described"]),
        taken=document["taken"],
        waiting={tuple(line.split(",")): number for line, number in document["waiting"].items()},
        attended=document["attended"],
        registrations=document["registrations"],
        cancelled=document["cancelled"],
        reason=document["reason"],
    )


def registrant_document(who: Registrant) -> Document:
    found: dict[str, Any] = {
        "ref": who.ref,
        "contact": who.contact,
        "category": who.category,
        "regency": who.regency,
        "cohort": who.cohort,
        "institution": who.institution and who.institution.model_dump(exclude_none=True),
        "group": who.group,
        "role_in_group": who.role_in_group,
    }
    return {name: value for name, value in found.items() if value is not None}


def registration_document(state: Registration) -> Document:
    """`line`, `present` and `jp` repeat what follows from the rest, for the index and the control totals."""
    return {
        "_id": state.id,
        "activity": state.activity,
        "round": state.round,
        "status": state.status,
        "line": line_name(state.quotas),
        "arrival": state.arrival,
        "who": registrant_document(state.registrant),
        "attended": dict(state.attended),
        "sessions": len(state.attended),
        "jp": sum(state.attended.values()),
    }


def registration_state(document: Document) -> Registration:
    who = dict(document["who"])
    if "institution" in who:
        who["institution"] = Institution.model_validate(who["institution"])
    return Registration(
        id=document["_id"],
        activity=document["activity"],
        round=document["round"],
        status=document["status"],
        quotas=tuple(document["line"].split(",")),
        arrival=document["arrival"],
        registrant=Registrant(**who),
        attended=document["attended"],
    )
