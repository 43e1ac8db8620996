"""The golden samples, and how a message is read and written again by the very code that does it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import bson

from services.registration.kernel.commit import Cursor
from services.registration.kernel.decisions import NewFact
from services.registration.storage.documents import encoded_fact, published_value
from services.registration.storage.provision import LONG_AGO
from shared.contracts.facts import FACTS, AnyFact
from shared.contracts.schemas import REGISTRY

FOLDER = Path(__file__).with_name("samples") / "v1"
A_CURSOR = Cursor(0, "", 0, 0, 0, 0, -1, LONG_AGO, 0, LONG_AGO, None)
Way = tuple[str | int, ...]


@dataclass(frozen=True)
class Sample:
    """`message`: its name in the registry; `name`: the file's."""

    message: str
    name: str
    text: str

    @property
    def data(self) -> Any:
        return json.loads(self.text)

    @property
    def key(self) -> str:
        """Of a command: what it is about."""
        ref = self.data.get("ref")
        return f"p:{ref}" if ref else str(self.data.get("activity") or self.data.get("id") or "any")

    @property
    def is_fact(self) -> bool:
        return self.message in FACTS


def read(message: str, text: str | bytes) -> Any:
    """As a reader does: open to what a newer writer adds. Raises `pydantic.ValidationError`."""
    return REGISTRY[message].read(text)  # type: ignore[attr-defined]


def written(sample: Sample) -> bytes:
    """What the system writes for what it reads from the sample."""
    if not sample.is_fact:
        return read(sample.message, sample.text).encoded()  # type: ignore[no-any-return]
    place = AnyFact.read(sample.text)
    body = FACTS[sample.message].read(sample.text)
    at = replace(A_CURSOR, partition=place.partition)
    key = place.subject or ""
    row = encoded_fact(at, place.number, key, place.at, NewFact(body), None)
    return published_value(
        place.office, place.ledger, bson.decode(row, bson.CodecOptions(tz_aware=True)), key
    )


def samples() -> list[Sample]:
    return [
        Sample(file.name.rsplit(".", 2)[0], file.stem, file.read_text(encoding="utf-8"))
        for file in sorted(FOLDER.glob("*.json"))
    ]


def values(data: Any, path: Way = ()) -> Iterator[tuple[Way, Any]]:
    """Every value in a JSON document with the way to it, the document itself first."""
    yield path, data
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield from values(value, (*path, key))


def with_value(data: Any, path: Way, value: Any) -> Any:
    """A copy of the document with another value at the end of a way."""
    if not path:
        return value
    copy = dict(data) if isinstance(data, dict) else list(data)
    copy[path[0]] = with_value(data[path[0]], path[1:], value)
    return copy
