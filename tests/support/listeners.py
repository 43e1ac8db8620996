"""A consumer's listener that only remembers what a reader tells it."""

from collections.abc import Mapping

from shared.kafka.assignment import CursorListener
from shared.kafka.partition_reader import PartitionReader
from shared.kafka.records import Where


class RememberingListener(CursorListener):
    """`at`: offsets sought; `paused`: what is read no further; `ends`: where partitions end; `rejoined`: how
    often the group was joined anew."""

    def __init__(self, reader: PartitionReader, ends: Mapping[Where, int] | None = None) -> None:
        super().__init__(reader.assigned, reader.revoked)
        self.at: dict[Where, int] = {}
        self.paused: set[Where] = set()
        self.ends = dict(ends or {})
        self.rejoined = 0
        reader.listener = self

    def seek(self, where: Where, offset: int) -> None:
        self.at[where] = offset
        self.paused.discard(where)

    def hold(self, where: Where) -> None:
        self.paused.add(where)

    def highwaters(self) -> dict[Where, int]:
        return self.ends

    async def rejoin(self) -> None:
        self.rejoined += 1
