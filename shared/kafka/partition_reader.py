"""The skeleton of a reader of partitions: each goes on from its own cursor, or is paused alone."""

import logging
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping

from shared.backoff import Backoff
from shared.kafka.assignment import CursorListener
from shared.kafka.records import Where

log = logging.getLogger(__name__)


class PartitionReader(ABC):
    """Of the consumer that `listener` is of. Offsets that count are those of the service's cursors.

    `paused`: partitions that are read no further, each with a sentence that says why, empty where the reader
    itself mends it. They stay so until records of one were taken after it was looked at again.
    """

    def __init__(self) -> None:
        self.listener = CursorListener(self.assigned, self.revoked)
        self.paused: dict[Where, str] = {}
        self._retrying: set[Where] = set()
        self._backoff = Backoff()

    @abstractmethod
    async def begin(self, wheres: Collection[Where]) -> Mapping[Where, int]:
        """Where to read on, of partitions that were assigned or are looked at again; those left out wait."""

    async def assigned(self, wheres: set[Where]) -> Mapping[Where, int]:
        return await self.begin(wheres)

    async def revoked(self, wheres: Collection[Where]) -> None:
        """They are another's now."""
        for where in wheres:
            self.paused.pop(where, None)
            self._retrying.discard(where)

    def stands_still(self, where: Where) -> bool:
        """Whether records of it that still come are to be passed over: they come again."""
        return where in self.paused and where not in self._retrying

    def pause(self, where: Where, why: str = "") -> None:
        """Read no further; a new sentence is logged once."""
        if why and self.paused.get(where) != why:
            log.error("%s partition %d is read no further: %s", *where, why)
        self.paused[where] = why or self.paused.get(where, "")
        self._retrying.discard(where)
        self.listener.hold(where)

    def goes_on(self, where: Where) -> None:
        """Its records are taken again."""
        if self.paused.pop(where, ""):
            log.info("%s partition %d goes on", *where)
        self._retrying.discard(where)

    async def look_again(self, wheres: Iterable[Where] | None = None) -> None:
        """Have these read once more from their cursors; unless said, all that stand still."""
        chosen = set(self.paused) - self._retrying if wheres is None else set(wheres)
        for where, offset in (await self.begin(chosen)).items():
            if where in self.paused:
                self._retrying.add(where)
            self.listener.seek(where, offset)

    async def rest(self, *well: bool) -> None:
        """After a try: not at all if all went well, else longer from one failure to the next."""
        if all(well):
            self._backoff.succeeded()
        else:
            await self._backoff.failed()
