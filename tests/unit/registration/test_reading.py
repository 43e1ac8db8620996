"""Whatever bytes a record holds, it is a command in its place or poison: nothing is raised."""

import itertools
import random
import re
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.registration.kernel.digests import Digests
from services.registration.kernel.received_commands import CommandReader, PoisonRecord, ReceivedCommand
from services.registration.kernel.sources import Sources
from shared.contracts.commands import COMMANDS
from shared.contracts.envelope import Envelope
from shared.kafka.records import partition_of
from tests.contract.released import samples
from tests.support.features import ALL

READING = CommandReader(Sources("bali"), 6, Digests(b"k" * 32), ALL)
COMMAND_SAMPLES = [sample for sample in samples() if sample.message in COMMANDS]


@dataclass(frozen=True)
class Anything:
    """A record as a stranger may send it."""

    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...]
    timestamp: int = 1_704_412_800_000
    topic: str = "simpul.bali.intake.v1"
    partition: int = 0
    offset: int = 0
    timestamp_type: int = 1


def good(number: int) -> Anything:
    """A golden sample on its way, but for its partition."""
    sample = COMMAND_SAMPLES[number % len(COMMAND_SAMPLES)]
    headers = Envelope(f"id-{number}", "urn:uji", sample.message, sample.key).headers()
    return Anything(sample.key.encode(), sample.text.encode(), tuple(headers))


SPLINTERS = [
    *(b"1e999", b"-0.0", b"NaN", b"null", b"[]", b"{}", b'"\\u0000"', b'"\\ud83d"', b"\xef\xbb\xbf"),
    b"9" * 40,
    b"9" * 5_000,
    b"[" * 300,
]


def mangled(raw: bytes, seed: int) -> bytes:
    """Bytes lost, doubled, replaced or cut off."""
    rng = random.Random(seed)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(raw) + 1)
        until = rng.choice([at, at + 1, at + rng.randint(1, 9), len(raw)])
        piece = rng.choice([b"", bytes([rng.randrange(256)]), raw[:at], *SPLINTERS])
        raw = raw[:at] + piece + raw[until:]
    return raw


HEADER_VALUES = (
    st.none() | st.binary(max_size=20) | st.text(max_size=20).map(lambda text: text.encode("utf-8"))
)
HEADER_NAMES = st.sampled_from(
    ["ce_id", "ce_type", "ce_source", "ce_specversion", "ce_subject", "ce_time", "content-type", "ce_", ""]
)
HEADERS = st.lists(st.tuples(HEADER_NAMES, HEADER_VALUES), max_size=4).map(tuple)
TIMES = st.integers(-(2**63), 2**63 - 1)


def with_another_value(number: int, pick: int, splinter: bytes) -> Anything:
    """A sample with one value replaced whole, so that it mostly stays JSON."""
    raw, seen = good(number).value or b"", itertools.count(1)

    def replaced(match: re.Match[bytes]) -> bytes:
        return b": " + splinter if next(seen) == pick else match[0]

    return replace(good(number), value=re.sub(rb': *("[^"]*"|[0-9]+)', replaced, raw))


REPLACED = st.builds(
    with_another_value, st.integers(0, 1_000), st.integers(1, 12), st.sampled_from(SPLINTERS)
)
KEYS = (
    st.none()
    | st.binary(max_size=30)
    | st.sampled_from([b"k" * 201, b"a\x00b", b"\xed\xa0\x80", "kegiatan\u202e".encode()])
)
STRANGE = st.builds(Anything, KEYS, st.none() | st.binary(), HEADERS, TIMES)
SPOILT = st.builds(
    lambda number, seed: replace(good(number), value=mangled(good(number).value or b"", seed)),
    st.integers(0, 1_000),
    st.integers(0, 2**32),
)
ADDED = st.builds(
    lambda number, more, at: replace(good(number), headers=good(number).headers + more, timestamp=at),
    st.integers(0, 1_000),
    HEADERS,
    TIMES,
)
MOVED = st.builds(
    lambda number, key: replace(
        good(number), key=key, headers=tuple(one for one in good(number).headers if one[0] != "ce_subject")
    ),
    st.integers(0, 1_000),
    KEYS,
)
ANYTHING = STRANGE | SPOILT | ADDED | MOVED | REPLACED


@given(ANYTHING)
@settings(max_examples=400)
def test_whatever_a_record_holds_it_is_a_command_or_poison(record: Anything) -> None:
    for partition in range(READING.partitions):
        item = READING.read(replace(record, partition=partition))
        assert isinstance(item, ReceivedCommand | PoisonRecord)
        assert item.record.partition == partition


def test_a_golden_sample_is_read_as_the_command_it_is() -> None:
    for number, sample in enumerate(COMMAND_SAMPLES):
        read = [READING.read(replace(good(number), partition=partition)) for partition in range(6)]
        found = [item.command for item in read if isinstance(item, ReceivedCommand)]
        assert found
        assert type(found[0]).type == sample.message  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("source", "actor", "kept"),
    [
        ("/bali/http/staff", "u:k3Jd_9-x", "u:k3Jd_9-x"),
        ("/bali/excel", "staff", "staff"),
        ("/bali/http/staff", "Ni Wayan Sari", None),
        ("/bali/http/staff", None, None),
        ("/bali/http/public", "staff", None),
        ("/bali/portal", "u:k3Jd_9-x", None),
        ("urn:uji", "staff", None),
    ],
)
def test_who_had_it_done_is_taken_from_the_offices_own_doors_and_changes_no_identity(
    source: str, actor: str | None, kept: str | None
) -> None:
    told = Envelope("id-1", source, good(0).headers[3][1].decode(), good(0).key.decode(), actor=actor)
    partition = partition_of(good(0).key, 6)
    read, plain = (
        READING.read(replace(good(0), headers=tuple(one.headers()), partition=partition))
        for one in (told, replace(told, actor=None))
    )
    assert isinstance(read, ReceivedCommand)
    assert isinstance(plain, ReceivedCommand)
    assert read.envelope.actor == kept
    assert (read.digest, read.payload) == (plain.digest, plain.payload)
