"""Owners when things go wrong around them: nothing passed over, nothing held for ever."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from services.registration.kernel.commit import ClaimLost, Commit, Cursor
from services.registration.kernel.loaded_states import LoadedStates
from services.registration.kernel.partition_processor import PartitionProcessor
from services.registration.kernel.partition_processors import PartitionProcessors
from services.registration.kernel.partition_publisher import PartitionPublisher
from services.registration.kernel.partition_status import PartitionStatus
from services.registration.kernel.ports import Ports
from services.registration.kernel.received_commands import PoisonRecord
from tests.support.features import ALL
from tests.support.listeners import RememberingListener

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def record(offset: int) -> Any:
    return SimpleNamespace(
        topic="t", partition=0, offset=offset, timestamp=0, timestamp_type=1, key=b"k", value=b"", headers=[]
    )


@dataclass
class Memory:
    """The ports of an owner in memory: a ledger that remembers which offsets were decided."""

    cursors: dict[int, Cursor] = field(default_factory=dict)
    decided: list[int] = field(default_factory=list)
    claims: dict[int, asyncio.Event] = field(default_factory=dict)
    refuse: set[int] = field(default_factory=set)

    async def claim(self, partition: int) -> Cursor:
        if partition in self.claims:
            await self.claims[partition].wait()
        if partition in self.refuse:
            self.refuse.discard(partition)
            raise TimeoutError
        known = self.cursors.get(partition) or Cursor(
            partition, "f" * 32, 0, 0, 0, 0, -1, LONG_AGO, 0, LONG_AGO, None
        )
        self.cursors[partition] = replace(known, epoch=known.epoch + 1)
        return self.cursors[partition]

    async def commit(self, commit: Commit) -> None:
        if self.cursors[commit.before.partition] != commit.before:
            raise ClaimLost
        self.cursors[commit.before.partition] = commit.after
        self.decided += [poison.record.offset for poison in commit.parked]

    def encoder(self, cursor: Cursor) -> Any:
        return None

    async def load(self, partition: int, asked: Any, kept: Any) -> LoadedStates:
        return ALL.loaded()

    async def checked(self, cursor: Cursor) -> None:
        return None

    async def publish(self, cursor: Cursor) -> Cursor:
        raise ClaimLost

    def read(self, one: Any) -> PoisonRecord:
        return PoisonRecord(one, "unreadable", "made up")

    def ports(self) -> Ports:
        reading: Any = SimpleNamespace(read=self.read, partitions=6, office="uji")
        standing: Any = SimpleNamespace(digest="", totals_every=timedelta(hours=1), description=None)
        port: Any = self
        return Ports(
            ALL,
            reading,
            port,
            port,
            port,
            port,
            standing,
            lambda error: isinstance(error, TimeoutError),
            None,
        )


async def test_records_above_the_cursor_are_not_decided_before_those_that_were_passed_over() -> None:
    memory = Memory()
    owner = PartitionProcessor(PartitionStatus(0), memory.ports())
    assert await owner.claim() == 0
    assert await owner.decide([record(3), record(4)]) == 0
    assert memory.decided == []
    assert await owner.decide([record(n) for n in range(5)]) is None
    assert memory.decided == [0, 1, 2, 3, 4]


async def test_a_hole_that_is_still_there_when_read_again_is_the_logs_own() -> None:
    memory = Memory()
    owner = PartitionProcessor(PartitionStatus(0), memory.ports())
    await owner.claim()
    await owner.decide([record(0)])
    assert await owner.decide([record(2)]) == 1
    assert await owner.decide([record(2)]) is None
    assert memory.decided == [0, 2]


async def test_a_partition_claimed_by_somebody_else_meanwhile_is_read_on() -> None:
    """The first try fails, `maintain` claims it while another partition's claim still runs."""
    slow = asyncio.Event()
    memory = Memory(claims={1: slow}, refuse={0})
    processors = PartitionProcessors(memory.ports())
    assigning = asyncio.create_task(processors.assigned({("t", 0), ("t", 1)}))
    await asyncio.sleep(0.01)
    await processors._claim(processors._owners["t", 0])
    slow.set()
    assert await assigning == {("t", 0): 0, ("t", 1): 0}
    await processors.close()


async def test_a_stopped_partition_is_held() -> None:
    memory = Memory()
    processors = PartitionProcessors(memory.ports())
    listener = RememberingListener(processors)
    await processors.assigned({("t", 0)})
    processors.held[0].stop("the log does not fit")
    await processors.decide((record(0),))
    assert (listener.paused, memory.decided) == ({("t", 0)}, [])
    assert processors.paused == {("t", 0): "the log does not fit"}
    await processors.look_again()
    assert (listener.paused, listener.at) == (set(), {("t", 0): 0})
    await processors.decide((record(0),))
    assert (processors.paused, memory.decided) == ({}, [0])
    await processors.close()


async def test_a_lost_publication_does_not_throw_a_younger_claim_away() -> None:
    memory = Memory()
    held = PartitionStatus(0)
    keeper = PartitionPublisher(held, memory.ports())
    held.claim(await memory.claim(0))
    older = held.published
    held.claim(await memory.claim(0))
    keeper._lose(older)
    assert held.cursor is not None
    keeper._lose(held.published)
    assert held.cursor is None


class Away(Memory):
    """A ledger that does not answer while it is away."""

    away = True

    async def commit(self, commit: Commit) -> None:
        if self.away:
            raise TimeoutError
        await super().commit(commit)


async def test_the_oldest_command_at_hand_is_known_until_it_is_decided() -> None:
    memory = Away()
    processors = PartitionProcessors(memory.ports())
    await processors.assigned({("t", 0)})
    await processors.decide((record(0), record(1)))
    assert processors.held[0].oldest == LONG_AGO
    memory.away = False
    await processors.decide((record(0), record(1)))
    assert (processors.held[0].oldest, memory.decided) == (None, [0, 1])
    await processors.close()


async def test_a_partition_that_stands_still_keeps_its_oldest_until_it_is_claimed_again() -> None:
    processors = PartitionProcessors(Memory().ports())
    await processors.assigned({("t", 0)})
    processors.held[0].stop("the log does not fit")
    await processors.decide((record(0),))
    assert processors.held[0].oldest == LONG_AGO
    await processors._claim(processors._owners["t", 0])
    assert processors.held[0].oldest is None
    await processors.close()


async def test_a_partition_that_the_group_gave_to_two_members_has_the_group_joined_anew() -> None:
    memory = Memory()
    processors = PartitionProcessors(memory.ports())
    listener = RememberingListener(processors)
    await processors.assigned({("t", 0), ("t", 1)})
    held = processors.held[0]
    for offset in range(2):
        await memory.claim(0)  # the other member
        await processors.decide((record(offset),))
        await processors._end_contest()
        assert (listener.rejoined, held.claimed) == (0, True)
        held._lost_since -= 10
    await memory.claim(0)
    await processors.decide((record(0),))
    await processors._end_contest()
    assert (listener.rejoined, list(processors.held)) == (1, [1])
    await processors.close()


async def test_claims_that_are_lost_now_and_then_are_no_contest() -> None:
    held = PartitionStatus(0)
    for _ in range(5):
        held.lose()
        held._lost_since -= 20
        held._lost_last -= 20
    assert not held.contested
