"""CloudEvents 1.0 in Kafka's binary mode (CloudEvents Kafka Protocol Binding 1.0.2, section 3.2)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

PREFIX = "ce_"
TRACEPARENT = "ce_traceparent"
OFFICE_STAFF = "staff"  # an actor of whom no more is known
ACTOR = re.compile(OFFICE_STAFF + r"|u:[A-Za-z0-9_-]{1,64}")
W3C_CONTEXT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
NEEDED = ("ce_id", "ce_source", "ce_type")
CONTENT_TYPE = "application/json"
Headers = list[tuple[str, bytes]]


class Unreadable(ValueError):
    """A record that is no CloudEvent; its text names the header, never a value."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who says what about whom. `time` is RFC 3339 text as it came; `subject` equals the record's key;
    `traceparent`: of which trace it is, as CloudEvents' distributed tracing extension has it; `actor`: who
    of an office had it done, `u:` with a random name, or `staff`."""

    id: str
    source: str
    type: str
    subject: str | None = None
    time: str | None = None
    traceparent: str | None = None
    actor: str | None = None

    def headers(self) -> Headers:
        named = [
            ("specversion", "1.0"),
            ("id", self.id),
            ("source", self.source),
            ("type", self.type),
            ("subject", self.subject),
            ("time", self.time),
            ("traceparent", self.traceparent),
            ("simpulactor", self.actor),
        ]
        found: Headers = [(PREFIX + name, value.encode()) for name, value in named if value is not None]
        found.append(("content-type", CONTENT_TYPE.encode()))
        return found

    @classmethod
    def of(cls, headers: Iterable[tuple[str, bytes | None]]) -> "Envelope":
        """Read the headers of a record. Raises `Unreadable`."""
        found = attributes(headers)
        trace, actor = found.get(TRACEPARENT), found.get("ce_simpulactor")
        return cls(
            found["ce_id"],
            found["ce_source"],
            found["ce_type"],
            found.get("ce_subject"),
            found.get("ce_time"),
            trace if trace and W3C_CONTEXT.fullmatch(trace) else None,
            actor if actor and ACTOR.fullmatch(actor) else None,
        )


def attributes(headers: Iterable[tuple[str, bytes | None]]) -> dict[str, str]:
    """A CloudEvent's attributes by the names of their headers, of which id, source and type are there;
    headers that are not ours may hold anything. Raises `Unreadable`."""
    found: dict[str, str] = {}
    for name, value in headers:
        if not name.startswith(PREFIX):
            continue
        if value is None:
            raise Unreadable(f"header {name} is null")
        try:
            found[name] = value.decode()
        except UnicodeDecodeError:
            raise Unreadable(f"header {name} is not UTF-8") from None
    if found.get("ce_specversion") != "1.0":
        raise Unreadable("header ce_specversion is not 1.0")
    for name in NEEDED:
        if not 0 < len(found.get(name, "")) <= 300:
            raise Unreadable(f"header {name} is missing, empty or over 300 characters")
    return found
