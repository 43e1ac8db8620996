"""CloudEvents 1.0 in Kafka's binary mode (CloudEvents Kafka Protocol Binding 1.0.2, section 3.2)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

PREFIX = "ce_"
TRACEPARENT = "ce_traceparent"
W3C_CONTEXT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
CONTENT_TYPE = "application/json"
Headers = list[tuple[str, bytes]]


class Unreadable(ValueError):
    """A record that is no CloudEvent; its text names the header, never a value."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who says what about whom. `time` is RFC 3339 text as it came; `subject` equals the record's key;
    `traceparent`: of which trace it is, as CloudEvents' distributed tracing extension has it."""

    id: str
    source: str
    type: str
    subject: str | None = None
    time: str | None = None
    traceparent: str | None = None

    def headers(self) -> Headers:
        named = [
            ("specversion", "1.0"),
            ("id", self.id),
            ("source", self.source),
            ("type", self.type),
            ("subject", self.subject),
            ("time", self.time),
            ("traceparent", self.traceparent),
        ]
        found: Headers = [(PREFIX + name, value.encode()) for name, value in named if value is not None]
        found.append(("content-type", CONTENT_TYPE.encode()))
        return found

    @classmethod
    def of(cls, headers: Iterable[tuple[str, bytes | None]]) -> "Envelope":
        """Read the headers of a record; headers that are not ours may hold anything. Raises `Unreadable`."""
        found: dict[str, str] = {}
        for name, value in headers:
            if not name.startswith(PREFIX):
                continue
            try:
                found[name[len(PREFIX) :]] = _text(value)
            except ValueError as error:
                raise Unreadable(f"header {name} is {error}") from None
        if found.get("specversion") != "1.0":
            raise Unreadable("header ce_specversion is not 1.0")
        for name in ("id", "source", "type"):
            if not 0 < len(found.get(name, "")) <= 300:
                raise Unreadable(f"header ce_{name} is missing, empty or over 300 characters")
        trace = found.get("traceparent")
        return cls(
            found["id"],
            found["source"],
            found["type"],
            found.get("subject"),
            found.get("time"),
            trace if trace and W3C_CONTEXT.fullmatch(trace) else None,
        )


def _text(value: bytes | None) -> str:
    if value is None:
        raise ValueError("null")
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise ValueError("not UTF-8") from None
