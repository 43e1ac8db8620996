"""Offsets that a consumer's position ran past, as it does when it goes on after a failure."""

from shared.kafka.records import Where


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
