"""A partition that this process holds: what its owner and its keeper both know of it."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic

from services.registration.kernel.commit import Cursor

CONTESTED_SECONDS = 15.0  # a member that was expelled learns it by a heartbeat, within a second or two


@dataclass(slots=True, eq=False)
class PartitionStatus:
    """`cursor`: as last claimed or committed, None without a claim; `published`: as last published.
    `stopped`: why the partition stands still. `promoting`: whether a tick has work to go on with;
    `next_due`: when one will have some, None where that is not foreseen.
    `tick_out`: since when a tick is on its way (monotonic seconds), 0 while there is none.
    `oldest`: when the first record at hand that is not decided was appended, None while there is none."""

    partition: int
    cursor: Cursor | None = None
    published: Cursor | None = None
    stopped: str | None = None
    promoting: bool = False
    next_due: datetime | None = None
    tick_out: float = 0.0
    oldest: datetime | None = None
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    got_further: float = field(default_factory=monotonic)
    _lost_since: float = float("-inf")
    _lost_last: float = float("-inf")

    @property
    def claimed(self) -> bool:
        return self.cursor is not None and self.stopped is None

    @property
    def behind(self) -> int:
        """Facts decided that are not known to be published."""
        if self.cursor is None or self.published is None:
            return 0
        return self.cursor.number - self.published.published

    @property
    def seconds_behind(self) -> float:
        """Since when the publisher has had facts to send and got no further."""
        return monotonic() - self.got_further if self.behind else 0.0

    def claim(self, cursor: Cursor) -> None:
        self.stopped = None
        self.cursor = self.published = cursor
        self.oldest = None  # what is left is read again
        self.promoting, self.tick_out = True, 0.0  # unknown until a tick has looked
        self.wake.set()

    def advance(self, cursor: Cursor, facts: int) -> None:
        """After a commit that wrote so many facts; a claim that was lost meanwhile stays lost."""
        if self.cursor is None:
            return
        self.cursor = cursor
        if facts:
            if not self.wake.is_set() and self.behind == facts:
                self.got_further = monotonic()
            self.wake.set()

    def lose(self) -> None:
        """Give the claim up: somebody else has claimed the partition."""
        self.cursor, now = None, monotonic()
        if now > self._lost_last + CONTESTED_SECONDS:
            self._lost_since = now
        self._lost_last = now

    @property
    def contested(self) -> bool:
        """Whether the claim was lost again and again for longer than a rebalance lasts: the group has given
        the partition to two members."""
        return self._lost_last > self._lost_since + CONTESTED_SECONDS

    def stop(self, why: str) -> None:
        self.cursor, self.stopped = None, why
