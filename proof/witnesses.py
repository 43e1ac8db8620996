"""The four witnesses of a run: the clients' history, the databases, the topics from offset 0, the mailbox.

`gather` writes what they say into a folder, one file a witness; `load` reads such a folder again, so that a
run can be checked long after its servers are gone.
"""

import asyncio
import base64
import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any, Final

import httpx
from confluent_kafka import Consumer, KafkaException, Message, TopicPartition
from pydantic_core import from_json, to_json
from pymongo import MongoClient

from proof.history import Event, events
from shared.contracts import topics
from shared.contracts.types import rfc3339

Document = dict[str, Any]
Tables = dict[str, list[Document]]

QUIET_SECONDS: Final = 1.0  # the embedded broker's end offsets lag: a topic is read until nothing comes
SILENT_SECONDS: Final = 30.0
PLACES: Final = 40  # a ledger's `_id` is partition << 40 | number
QUESTIONS: Final = (
    "office",
    "office,month,kind,category",
    "office,month,kind,category,cohort,province,regency,home_regency,activity",
)


@dataclass(frozen=True, slots=True)
class Record:
    """`timestamp` in milliseconds since 1970; `headers` as they came."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]

    def header(self, name: str) -> str | None:
        """The last of that name as text, None where it is missing or no text."""
        found = [value for known, value in self.headers if known == name]
        return found[-1].decode(errors="replace") if found and found[-1] is not None else None

    @property
    def place(self) -> str:
        return f"{self.topic}[{self.partition}]@{self.offset}"


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of a ledger or of a topic. `type` is short (`registration.confirmed`), `at` RFC 3339 in UTC;
    `row`: the ledger's own row with what stays in the office, empty for a fact read from a topic."""

    office: str
    partition: int
    number: int
    type: str
    key: str
    at: str
    data: Document
    row: Document

    @property
    def id(self) -> str:
        return f"{self.office}-{self.partition}-{self.number}"


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that the server took. `received`: seconds since 1970, None where the server did not say; `to`:
    the addresses that it was brought for."""

    delivery: str
    message_id: str
    received: float | None
    to: list[str] = field(default_factory=list)

    @property
    def registration(self) -> str:
        """Whose mail it is; empty where the delivery does not tell."""
        parts = self.delivery.split(":")
        return parts[2] if len(parts) > 2 else ""


@dataclass(frozen=True, slots=True)
class Office:
    """What one office's databases and topics hold. `ledger`: facts by partition and number."""

    code: str
    registration: Tables
    notification: Tables
    intake: list[Record]
    facts: list[Record]
    directory: list[Record]
    ledger: list[Fact]


@dataclass(frozen=True, slots=True)
class Run:
    """A whole run as its witnesses tell it. `figures`: the national API's answer by question;
    `reports`: the national topic."""

    folder: Path
    settings: Document
    history: list[Event]
    offices: dict[str, Office]
    national: Tables
    mails: list[Mail]
    figures: dict[str, Document]
    reports: list[Record]


async def gather(
    folder: Path,
    *,
    kafka: str,
    mongo: str,
    offices: list[str],
    mailbox_url: str,
    national_url: str,
    token: str,
) -> None:
    """Write what databases, topics, mailbox and figures hold now; the history is there already.

    `token`: the directorate's, under which figures are exact. The system should be at rest.
    Raises what the drivers raise when a witness does not answer.
    """
    partitions = await asyncio.to_thread(_save_topics, folder / "topics", kafka)
    await asyncio.to_thread(_save_databases, folder / "mongo", mongo, offices)
    async with httpx.AsyncClient(timeout=300) as client:
        mails = (await client.get(f"{mailbox_url}/api/v1/messages")).raise_for_status().json()
        _write_lines(folder / "mailbox.jsonl", map(_mail, mails))
        bearer = {"Authorization": f"Bearer {token}"}
        figures = {
            by: (await client.get(f"{national_url}/api/v1/figures", params={"by": by}, headers=bearer))
            .raise_for_status()
            .json()
            for by in QUESTIONS
        }
    (folder / "figures.json").write_text(json.dumps(figures))
    told = folder / "run.json"
    known = json.loads(told.read_text()) if told.exists() else {}
    where: Document = {"kafka": kafka, "mongo": mongo, "mailbox": mailbox_url}
    where["national"] = {"url": national_url, "token": token}
    told.write_text(json.dumps(where | {"offices": offices, "partitions": partitions} | known, indent=1))


def load(folder: Path) -> Run:
    """Read a run's folder. Raises `OSError` or `ValueError` where it is none."""
    settings = json.loads((folder / "run.json").read_text())
    history = folder / "history.jsonl"
    figures = folder / "figures.json"
    return Run(
        folder,
        settings,
        list(events(history)) if history.exists() else [],
        {code: _office(folder, code) for code in settings["offices"]},
        _tables(folder, topics.NATIONAL_DATABASE),
        [Mail(**row) for row in _lines(folder / "mailbox.jsonl")],
        json.loads(figures.read_text()) if figures.exists() else {},
        list(records(folder, topics.NATIONAL_REPORTS)),
    )


def records(folder: Path, topic: str) -> Iterator[Record]:
    """A saved topic, partition by partition in the order of offsets; nothing if it was not saved."""
    for row in _lines(folder / "topics" / f"{topic}.jsonl"):
        headers = [(name, _bytes(value)) for name, value in row["headers"]]
        key, value = _bytes(row["key"]), _bytes(row["value"])
        yield Record(topic, row["partition"], row["offset"], row["timestamp"], key, value, headers)


def _office(folder: Path, code: str) -> Office:
    registration = _tables(folder, topics.database(code, "registration"))
    return Office(
        code,
        registration,
        _tables(folder, topics.database(code, "notification")),
        list(records(folder, topics.intake(code))),
        list(records(folder, topics.facts(code))),
        list(records(folder, topics.directory(code))),
        _ledger(code, registration),
    )


def _ledger(code: str, registration: Tables) -> list[Fact]:
    """In order, each with the fields of the row beside it, of what stays in the office."""
    private = {row["_id"]: row for row in registration.get("private", [])}
    rows = sorted(registration.get("facts", []), key=lambda row: row["_id"])
    return [fact_of(code, row | private.get(row["_id"], {})) for row in rows]


def fact_of(code: str, row: Document) -> Fact:
    partition, number = row["_id"] >> PLACES, row["_id"] & ((1 << PLACES) - 1)
    return Fact(code, partition, number, short(row["type"]), row["key"], rfc3339(row["at"]), row["data"], row)


def short(type_: str) -> str:
    return type_.removeprefix("id.simpul.").removesuffix(".v1")


def _save_topics(folder: Path, kafka: str) -> int:
    """Every topic of ours from offset 0. Returns the number of partitions of an intake topic."""
    consumer = Consumer(
        {
            "bootstrap.servers": kafka,
            "group.id": "proof-witness",  # needed to be built, never joined
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "fetch.wait.max.ms": 50,
            "log_level": 0,
            "fetch.message.max.bytes": 16_000_000,
        }
    )
    folder.mkdir(parents=True, exist_ok=True)
    try:
        found = consumer.list_topics(timeout=30).topics
        ours = {name: len(topic.partitions) for name, topic in found.items() if name.startswith("simpul.")}
        read = _read_to_the_end(consumer, [(name, one) for name in ours for one in range(ours[name])])
    finally:
        consumer.close()
    for name in ours:
        mine = sorted(read[name], key=lambda message: (message.partition(), message.offset()))
        _write_lines(folder / f"{name}.jsonl", map(_record, mine))
    return max((number for name, number in ours.items() if name.endswith(".intake.v1")), default=0)


def _read_to_the_end(consumer: Consumer, wheres: list[tuple[str, int]]) -> dict[str, list[Message]]:
    """Raises `KafkaException`, and `TimeoutError` when a topic does not reach the end that it states."""
    bounds = {where: consumer.get_watermark_offsets(TopicPartition(*where), timeout=30) for where in wheres}
    consumer.assign([TopicPartition(*where, first) for where, (first, _) in bounds.items()])
    left = {where for where, (first, end) in bounds.items() if first < end}
    found: dict[str, list[Message]] = defaultdict(list)
    since = monotonic()
    while left or monotonic() < since + QUIET_SECONDS:
        for message in consumer.consume(5_000, 0.2):
            if (error := message.error()) is not None:
                raise KafkaException(error)
            where = str(message.topic()), int(message.partition() or 0)
            found[where[0]].append(message)
            if (message.offset() or 0) + 1 >= bounds[where][1]:
                left.discard(where)
            since = monotonic()
        if monotonic() > since + SILENT_SECONDS:
            raise TimeoutError(f"{sorted(left)} do not show their ends")
    return found


def _record(message: Message) -> Document:
    kind, timestamp = message.timestamp()
    try:
        named: list[tuple[str, bytes | None]] = list(message.headers() or [])  # type: ignore[arg-type]
        headers = [(name, _latin(value)) for name, value in named]
    except UnicodeDecodeError:  # a name that is no text: what it names is not ours
        headers = []
    return {
        "partition": message.partition(),
        "offset": message.offset(),
        "timestamp": timestamp,
        "timestamp_type": max(kind - 1, 0),  # 1: the broker's, as Kafka numbers them
        "key": _latin(message.key()),
        "value": _latin(message.value()),
        "headers": headers,
    }


def _latin(value: bytes | None) -> str | None:
    """Any bytes as text that can be searched, and turned back."""
    return value.decode("latin-1") if value is not None else None


def _bytes(text: str | None) -> bytes | None:
    return text.encode("latin-1") if text is not None else None


def _save_databases(folder: Path, mongo: str, offices: list[str]) -> None:
    names = [
        topics.database(code, service) for code in offices for service in ("registration", "notification")
    ]
    with MongoClient[Document](mongo, tz_aware=True, serverSelectionTimeoutMS=30_000) as client:
        for name in [*names, topics.NATIONAL_DATABASE]:
            (folder / name).mkdir(parents=True, exist_ok=True)
            for collection in client[name].list_collection_names():
                _write_lines(
                    folder / name / f"{collection}.jsonl", map(_extended, client[name][collection].find())
                )


def _tables(folder: Path, database: str) -> Tables:
    return {
        file.stem: [_plain(row) for row in _lines(file)]
        for file in sorted((folder / "mongo" / database).glob("*.jsonl"))
    }


def _extended(value: Any) -> Any:
    """MongoDB's relaxed extended JSON, for the types that are in use."""
    if isinstance(value, dict):
        return {name: _extended(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_extended(one) for one in value]
    if isinstance(value, bytes):
        return {"$binary": {"base64": base64.b64encode(value).decode(), "subType": "00"}}
    if isinstance(value, datetime):
        return {"$date": rfc3339(value)}
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "$date" in value:
        return datetime.fromisoformat(value["$date"]).astimezone(UTC)
    if "$binary" in value:
        return base64.b64decode(value["$binary"]["base64"])
    return {name: one if name == "data" else _plain(one) for name, one in value.items()}


def _mail(message: Document) -> Document:
    headers = message["headers"]
    return {
        "delivery": headers.get("X-Simpul-Delivery", ""),
        "message_id": headers.get("Message-ID", ""),
        "received": message.get("received"),
        "to": message["to"] if isinstance(message["to"], list) else [message["to"]],
    }


def _write_lines(path: Path, rows: Iterator[Document]) -> None:
    with path.open("wb") as file:
        for row in rows:
            file.write(to_json(row) + b"\n")


def _lines(path: Path) -> Iterator[Document]:
    if path.exists():
        with path.open("rb") as file:
            for line in file:
                yield from_json(line)
