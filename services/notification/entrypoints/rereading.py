"""Read again: facts published late, behind their successors, and offsets that a position ran past."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.kafka.facts import Fact
from shared.kafka.records import Where


@dataclass(slots=True)
class Reread:
    """`end`: offset at which the reading is over; `began`: last number applied before it."""

    end: int
    began: int
    highest: int

    def next_of(self, number: int, facts: Iterable[Fact]) -> list[Fact]:
        """Those that follow `number` one by one; others are passed over, since they come again."""
        found: list[Fact] = []
        for fact in facts:
            self.highest = max(self.highest, fact.stated.number)
            if fact.stated.number == number + 1:
                found.append(fact)
                number += 1
        return found

    def over(self, offset: int) -> bool:
        """Whether the record at this offset was the last of the reading."""
        return offset + 1 >= self.end

    def complete(self, number: int) -> bool:
        return number >= self.highest

    def helped(self, number: int) -> bool:
        return number > self.began


class Holes:
    """Offsets without a record: compaction and transactions leave some, others were skipped over."""

    def __init__(self) -> None:
        self._seen: dict[Where, tuple[int, int]] = {}

    def to_read_again(self, where: Where, offset: int, first: int) -> bool:
        """Whether to seek back to `offset`, since records begin at `first`: not if that showed the same."""
        if first <= offset or self._seen.get(where) == (offset, first):
            self._seen.pop(where, None)
            return False
        self._seen[where] = (offset, first)
        return True

    def forget(self, where: Where) -> None:
        self._seen.pop(where, None)
