"""Batches with header names that are not UTF-8, built byte by byte as a careless client sends them."""

import struct

import pytest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from aiokafka.record.util import calc_crc32c

from shared.kafka.tolerance import TolerantRecords


def batch(*names: bytes, compression: int = 0) -> bytes:
    """Records with the given header names, one each; a name of ASCII is put in and then overwritten."""
    builder = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=compression,
        is_transactional=0,
        producer_id=-1,
        producer_epoch=-1,
        base_sequence=-1,
        batch_size=9999,
    )
    for offset, name in enumerate(names):
        stand_in = chr(ord("A") + offset) * len(name)
        builder.append(offset, timestamp=1, key=b"kunci", value=b"nilai", headers=[(stand_in, b"isi")])
    built = bytearray(builder.build())
    for offset, name in enumerate(names):
        at = built.index(bytes([ord("A") + offset]) * len(name))
        built[at : at + len(name)] = name
    struct.pack_into(">I", built, 17, calc_crc32c(bytes(built[21:])))
    return bytes(built)


def read(data: bytes) -> list[tuple[int, bytes, bytes, list[tuple[str, bytes]]]]:
    records, found = TolerantRecords(data), []
    while records.has_next():
        one = records.next_batch()
        assert one.validate_crc()
        found += [(record.offset, record.key, record.value, list(record.headers)) for record in one]
    return found


def test_the_plain_parser_stops_at_such_a_batch() -> None:
    with pytest.raises(UnicodeDecodeError):
        list(MemoryRecords(batch(b"\xff\xfe\xff")).next_batch())


def test_every_record_of_the_batch_is_read_and_the_name_is_replaced() -> None:
    found = read(batch(b"baik1", b"\xff\xfe\xfd", b"baik2", b"\xff\xfe\xfd\xfc"))
    assert [row[:3] for row in found] == [(number, b"kunci", b"nilai") for number in range(4)]
    assert [row[3] for row in found] == [[(name, b"isi")] for name in ("baik1", "???", "baik2", "????")]


def test_a_long_name_and_a_good_batch_behind_it_are_read() -> None:
    data = batch(b"\xff" * 100) + batch(b"baik3")
    assert [row[3][0][0] for row in read(data)] == ["?" * 100, "baik3"]
