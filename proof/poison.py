"""Records that no careful system sends, each with what the office must make of it.

`expect` is the reason with which it is parked or refused; None for what is odd and must be decided as it is.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from shared.contracts.envelope import Envelope

Header = tuple[str | bytes, bytes | None]


@dataclass(frozen=True, slots=True)
class Raw:
    """A record as it is sent. `shift`: partitions beside the one that murmur2 gives its key; `signed_by`:
    whose key."""

    key: bytes | None
    value: bytes | None
    headers: list[Header]
    shift: int = 0
    codec: str = "none"
    signed_by: Literal["source", "stranger"] | None = "source"

    @classmethod
    def of(cls, envelope: Envelope, body: Any) -> "Raw":
        headers: list[Header] = [*envelope.headers()]
        return cls((envelope.subject or "").encode(), json.dumps(body).encode(), headers)

    def header(self, name: str, value: bytes | None) -> "Raw":
        return replace(self, headers=[pair for pair in self.headers if pair[0] != name] + [(name, value)])

    def body(self, **changed: Any) -> "Raw":
        return replace(self, value=json.dumps(json.loads(self.value or b"{}") | changed).encode())

    def named(self, name: str) -> "Raw":
        return self.body(participant={"name": name, "email": "kenari.racun@sekolah.example"})


@dataclass(frozen=True, slots=True)
class Kind:
    """`spoil` makes it of a good submission of a registration."""

    name: str
    expect: str | None
    spoil: Callable[[Raw], Raw]


def _valued(value: bytes | None) -> Callable[[Raw], Raw]:
    return lambda raw: replace(raw, value=value)


def _typed(name: str) -> Callable[[Raw], Raw]:
    return lambda raw: raw.header("ce_type", name.encode())


def _from(raw: Raw, part: str) -> Raw:
    """Under another source of the same office."""
    source = dict(raw.headers)["ce_source"] or b""
    return raw.header("ce_source", source.rpartition(b"/")[0] + b"/" + part.encode())


KINDS = [
    Kind("not JSON", "unreadable", _valued(b'{"participant": "Kenari')),
    Kind("no value", "unreadable", _valued(None)),
    Kind("empty value", "unreadable", _valued(b"")),
    Kind("lone surrogate", "unreadable", _valued(b'{"participant": {"name": "Kenari \\ud800"}}')),
    Kind("not UTF-8", "unreadable", _valued(b'{"participant": {"name": "Kenari \xff"}}')),
    Kind("deep nesting", "unreadable", _valued(b'{"a":' * 40_000 + b"1" + b"}" * 40_000)),
    Kind("not a number", "unreadable", _valued(b'{"cohort": NaN}')),
    Kind("null ce_id", "unreadable", lambda raw: raw.header("ce_id", None)),
    Kind("ce_id not UTF-8", "unreadable", lambda raw: raw.header("ce_id", b"\xff\xfe")),
    Kind("another subject", "unreadable", lambda raw: raw.header("ce_subject", b"kegiatan-lain")),
    Kind("no headers", "unreadable", lambda raw: replace(raw, headers=[])),
    Kind("key not UTF-8", "unreadable", lambda raw: replace(raw, key=b"\xff\xfe")),
    Kind("no key", "unreadable", lambda raw: replace(raw, key=None)),
    Kind("unknown version", "unknown_type", _typed("id.simpul.registration.submit.v9")),
    Kind("unknown type", "unknown_type", _typed("id.simpul.registration.revoke.v1")),
    Kind("wrong office", "wrong_office", lambda raw: raw.header("ce_source", b"/lain/http/public")),
    Kind("wrong partition", "wrong_partition", lambda raw: replace(raw, shift=1)),
    Kind("without its signature", "forbidden", lambda raw: replace(raw, signed_by=None)),
    Kind("signed by a stranger", "forbidden", lambda raw: replace(raw, signed_by="stranger")),
    Kind("not granted", "forbidden", _typed("id.simpul.activity.cancel.v1")),
    Kind("as the staff", "forbidden", lambda raw: replace(_from(raw, "http/staff"), signed_by=None)),
    Kind("as the staff, signed", "forbidden", lambda raw: _from(raw, "http/staff")),
    Kind("as registration", "forbidden", lambda raw: replace(_from(raw, "registration"), signed_by=None)),
    Kind("a field is missing", "invalid", _valued(b'{"activity": "keg"}')),
    Kind("not an object", "invalid", _valued(b"12")),
    Kind("another activity", "invalid", lambda raw: raw.body(activity="kegiatan-lain")),
    Kind("10^23", "invalid", lambda raw: raw.body(cohort=10**23)),
    Kind("CRLF", "invalid", lambda raw: raw.named("Kenari\r\nBcc: semua@sekolah.example")),
    Kind("NUL", "invalid", lambda raw: raw.named("Kenari\x00")),
    Kind("300 kB", "too_large", lambda raw: raw.body(group="y" * 300_000)),
    Kind("5 MB", "too_large", lambda raw: raw.body(group="y" * 5_000_000)),
    Kind("right-to-left", None, lambda raw: raw.named("\u202eKenari \u0627\u0644")),
    Kind("null header", None, lambda raw: raw.header("x-kosong", None)),
    Kind("header not UTF-8", None, lambda raw: raw.header("x-biner", b"\xff\x00")),
    Kind(
        "name of a header not UTF-8",
        None,
        lambda raw: replace(raw, headers=[*raw.headers, (b"\xff\xfe", b"")]),
    ),
    Kind("lz4", None, lambda raw: replace(raw, codec="lz4")),
]
