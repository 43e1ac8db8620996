"""Read again: facts published late, behind their successors."""

from collections.abc import Iterable
from dataclasses import dataclass

from shared.kafka.facts import Fact


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
