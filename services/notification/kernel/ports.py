"""What sending needs of the world, in its own words."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from services.notification.kernel.deliveries import Delivery, State
from services.notification.kernel.letters import Letter
from services.notification.kernel.verdicts import DeliveryContext


@dataclass(frozen=True, slots=True)
class ChannelAnswer:
    """`accepted`: taken over for good; `again`: surely not taken, but may be later; `refused`: never will
    be; `unknown`: handed over, and the answer was lost. `code`: the other side's, if it gave one."""

    kind: Literal["accepted", "again", "refused", "unknown"]
    code: int | None = None


class Channel(Protocol):
    """One kept connection of one worker to where messages go; mail today."""

    async def deliver(
        self, letters: Iterable[Letter], about_to_hand_over: Callable[[], Awaitable[None]]
    ) -> dict[str, ChannelAnswer]:
        """Deliver one after the other, as far as the connection goes; answers by the ids of the deliveries.

        A letter without an answer was surely not taken. `about_to_hand_over` is called once, at the last
        moment at which surely nothing was taken; what it raises is raised, with nothing handed over.
        `letters` is asked for another only when that one is to be taken up, so it may end early.
        """
        ...

    async def close(self) -> None: ...


class LeaseLost(Exception):
    """Another worker has the delivery now: leave it alone."""


@dataclass(frozen=True, slots=True)
class ClaimedDelivery:
    """A delivery held under a lease. `lost_attempt`: begun by an earlier holder and never answered."""

    delivery: Delivery
    claim: str
    tries: int
    waits: int
    lost_attempt: bool


class Ledger(Protocol):
    """Every change is guarded by the claim. Of one delivery it raises `LeaseLost` when another holds it; of
    several, which were claimed together, it leaves those alone and returns the others. `now` is the time that
    all instances share; it is known from the first claim on."""

    async def claim(self, at_most: int, lease: timedelta) -> list[ClaimedDelivery]: ...
    def now(self) -> datetime: ...
    async def count_lost(self, held: ClaimedDelivery) -> None: ...
    async def begin_attempts(
        self, held: Sequence[ClaimedDelivery], lease: timedelta, revs: Mapping[str, int]
    ) -> list[ClaimedDelivery]:
        """`revs`: by the delivery's id, the revision of what it tells."""
        ...

    async def take_back(self, held: Sequence[ClaimedDelivery]) -> list[ClaimedDelivery]:
        """Attempts that were begun and came to nothing before anything was handed over."""
        ...

    async def close(
        self,
        held: Sequence[ClaimedDelivery],
        state: State,
        reason: str | None,
        code: int | None,
        knows: int | None = None,
    ) -> list[ClaimedDelivery]: ...
    async def postpone(
        self, held: ClaimedDelivery, seconds: float, code: int | None, tried: bool
    ) -> None: ...
    async def wait(self, held: ClaimedDelivery, seconds: float, reason: str | None) -> None: ...
    async def release(self, held: Sequence[ClaimedDelivery], seconds: float) -> None: ...


class Directory(Protocol):
    async def entries(self, keys: Iterable[str]) -> dict[str, Any]:
        """By key, as far as they are known; `ERASED` where one was ended."""
        ...

    async def as_of(self, wanted: set[tuple[str, int]]) -> dict[tuple[str, int], Any]:
        """Entries as they stood at these revisions, as far as is known."""
        ...

    async def waits_for_parked(self, delivery: Delivery) -> bool:
        """Whether an entry that the mail needs could not be read."""
        ...

    async def read_to_its_end(self, partition: int) -> bool:
        """Whether all that stands in the partition at the time of the call was applied."""
        ...


class Contexts(Protocol):
    async def of(self, deliveries: Sequence[Delivery]) -> Mapping[str, DeliveryContext]:
        """By the delivery's id, what is known that its sending depends on."""
        ...


class TokenBucket(Protocol):
    async def take(self, at_most: int) -> int: ...
    @property
    def seconds_each(self) -> float: ...
