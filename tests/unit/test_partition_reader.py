"""The skeleton of a reader: what is paused stays so until its records are taken again."""

import logging
from collections.abc import Collection, Mapping

import pytest

from shared.kafka.partition_reader import PartitionReader
from shared.kafka.records import Where
from tests.support.listeners import RememberingListener

FIRST, SECOND = ("t", 0), ("t", 1)


class FromCursors(PartitionReader):
    """Begins where its cursors say; a partition without one waits."""

    def __init__(self, cursors: Mapping[Where, int]) -> None:
        super().__init__()
        self.cursors = cursors
        self.remembered = RememberingListener(self)

    async def begin(self, wheres: Collection[Where]) -> Mapping[Where, int]:
        return {where: self.cursors[where] for where in wheres if where in self.cursors}


async def test_a_paused_partition_is_passed_over_until_it_is_looked_at_again() -> None:
    reader = FromCursors({FIRST: 7})
    reader.pause(FIRST, "a fact lacks")
    assert (reader.stands_still(FIRST), reader.stands_still(SECOND)) == (True, False)
    assert reader.remembered.paused == {FIRST}
    await reader.look_again()
    assert not reader.stands_still(FIRST)
    assert (reader.remembered.at, reader.remembered.paused) == ({FIRST: 7}, set())
    assert reader.paused == {FIRST: "a fact lacks"}, "until records of it were taken"
    reader.goes_on(FIRST)
    assert reader.paused == {}


async def test_one_that_is_paused_again_is_looked_at_again() -> None:
    reader = FromCursors({FIRST: 7})
    for _ in range(2):
        reader.pause(FIRST, "a fact lacks")
        assert reader.stands_still(FIRST)
        await reader.look_again()
        assert not reader.stands_still(FIRST)


async def test_where_nothing_tells_where_to_begin_it_stays_paused() -> None:
    reader = FromCursors({})
    reader.pause(FIRST)
    await reader.look_again()
    assert (reader.stands_still(FIRST), reader.remembered.at) == (True, {})


async def test_only_those_that_are_named_are_looked_at() -> None:
    reader = FromCursors({FIRST: 1, SECOND: 2})
    reader.pause(FIRST)
    reader.pause(SECOND)
    await reader.look_again([SECOND])
    assert (reader.stands_still(FIRST), reader.stands_still(SECOND)) == (True, False)


async def test_a_sentence_is_logged_once_and_kept_where_none_is_given(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.ERROR)
    reader = FromCursors({FIRST: 7})
    for why in ("a fact lacks", "a fact lacks", "", "another ledger"):
        reader.pause(FIRST, why)
        await reader.look_again()
    assert [record.getMessage() for record in caplog.records] == [
        "t partition 0 is read no further: a fact lacks",
        "t partition 0 is read no further: another ledger",
    ]


async def test_nothing_is_kept_of_a_partition_that_is_anothers_now() -> None:
    reader = FromCursors({FIRST: 7})
    reader.pause(FIRST, "a fact lacks")
    await reader.look_again()
    await reader.revoked({FIRST})
    assert (reader.paused, reader.stands_still(FIRST)) == ({}, False)
    reader.pause(FIRST)
    assert reader.stands_still(FIRST)
