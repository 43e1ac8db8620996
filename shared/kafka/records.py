"""Records as they come, in batches that span partitions. Plain functions and types."""

import gc
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from struct import iter_unpack
from typing import Final, Protocol

BATCH_RECORDS: Final = 500  # one transaction of this size takes about 100 ms
BATCH_OBJECTS: Final = 20_000  # more than the records of a batch and what is read from them


class Record(Protocol):
    """A record as the consumer hands it over. `timestamp` is in milliseconds since 1970, UTC;
    `timestamp_type` is 1 where the broker set it at the append, 0 where the producer did."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]


Batch = tuple[Record, ...]

Where = tuple[str, int]
"""Topic and partition."""


def by_partition(records: Iterable[Record]) -> dict[Where, list[Record]]:
    """Split a batch, which spans partitions, keeping the order within each (topic, partition)."""
    split: dict[Where, list[Record]] = defaultdict(list)
    for record in records:
        split[record.topic, record.partition].append(record)
    return split


def let_batches_live() -> None:
    """For a process that does little but read: records and facts are no cycles, so that collecting garbage
    among those of a batch in hand, as happens every 700 objects, finds none."""
    gc.set_threshold(BATCH_OBJECTS, *gc.get_threshold()[1:])


@lru_cache(maxsize=10_000)
def partition_of(key: bytes, partitions: int) -> int:
    """Where Java's default partitioner puts a key (murmur2, positive, modulo)."""
    return (_murmur2(key) & 0x7FFFFFFF) % partitions


def _murmur2(key: bytes) -> int:
    """Written out here, so that what reads records by plain functions needs no client of Kafka."""
    bits, factor, words = 0xFFFFFFFF, 0x5BD1E995, len(key) & ~3
    found = 0x9747B28C ^ len(key)
    for (word,) in iter_unpack("<I", key[:words]):
        word = word * factor & bits
        word = (word ^ word >> 24) * factor & bits
        found = found * factor & bits ^ word
    if rest := key[words:]:
        found = (found ^ int.from_bytes(rest, "little")) * factor & bits
    found = (found ^ found >> 13) * factor & bits
    return found ^ found >> 15
