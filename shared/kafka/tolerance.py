"""Record batches that aiokafka's own parser refuses: header names that are not UTF-8, as some clients send.

The parser raises inside the consumer, before any code of ours sees a record, and would meet the same batch
for ever. Here such a batch is parsed once more with every byte of those names replaced by `?`.
"""

from collections.abc import Iterator
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import _MemoryRecordsPy

MAGIC_OFFSET = 16  # of a batch: base offset 8, length 4, leader epoch 4
SHORT = 64  # names below that have a length of one byte before them (zigzag varint)


class TolerantRecords(_MemoryRecordsPy):  # type: ignore[misc]
    """What a fetch of one partition brought, batch by batch; stands in for aiokafka's `MemoryRecords`."""

    def next_batch(self, *args: Any) -> Any:
        raw = self._next_slice
        batch = super().next_batch(*args)
        return TolerantBatch(batch, raw) if raw is not None and raw[MAGIC_OFFSET] >= 2 else batch


class TolerantBatch:
    """A batch whose records can always be listed; everything else is the parser's own."""

    def __init__(self, batch: Any, raw: memoryview) -> None:
        self._batch = batch
        self._raw = raw

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        try:
            return iter(list(self._batch))
        except UnicodeDecodeError:
            return iter(_renamed(self._raw))


def _renamed(raw: memoryview) -> list[Any]:
    batch = _DefaultRecordBatchPy(raw)
    batch._maybe_uncompress()
    start, content = batch._pos, bytes(batch._buffer)
    while True:
        batch = _DefaultRecordBatchPy(raw)
        batch._buffer, batch._pos, batch._decompressed = bytearray(content), start, True
        try:
            return list(batch)
        except CorruptRecordException as error:
            if not isinstance(error.__cause__, UnicodeDecodeError):
                raise
            name = bytes(error.__cause__.object)
            length = bytes([len(name) * 2]) if len(name) < SHORT else b""
            content = content.replace(length + name, length + b"?" * len(name))


def read_any_header_name() -> None:
    """Have every consumer of this process parse batches tolerantly."""
    fetcher.MemoryRecords = TolerantRecords
