"""Failures that come again at the same place of a partition: waiting does not mend them."""

from typing import Final

from shared.kafka.facts import failure
from shared.kafka.records import Where

TRIES: Final = 3


class ReadFailures:
    """Counts the failures of a reader by partition. Only those are told to it that are of no passing kind."""

    def __init__(self) -> None:
        self._at: dict[Where, tuple[int, int]] = {}

    def failed(self, where: Where, offset: int, error: Exception) -> str | None:
        """At this offset once more; from the third time in a row on, the sentence to stop with."""
        before, tries = self._at.get(where, (offset, 0))
        tries = tries + 1 if before == offset else 1
        self._at[where] = offset, tries
        if tries < TRIES:
            return None
        return f"{where[0]} partition {where[1]} cannot be read on from offset {offset} ({failure(error)})"

    def forget(self, where: Where) -> None:
        self._at.pop(where, None)
