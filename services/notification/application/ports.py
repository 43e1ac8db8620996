"""What sending needs of the world, in its own words."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from services.notification.domain.deliveries import Delivery
from shared.contracts.directory import ActivityEntry, RegistrationEntry


@dataclass(frozen=True, slots=True)
class Letter:
    """All that a channel needs to write to one person. `earlier`: the activity before it changed; `seated`:
    has or had a seat; both where the template asks for them."""

    delivery: Delivery
    person: RegistrationEntry
    activity: ActivityEntry
    earlier: ActivityEntry | None = None
    seated: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """`accepted`: taken over for good; `again`: surely not taken, but may be later; `refused`: never will
    be; `unknown`: handed over, and the answer was lost. `code`: the other side's, if it gave one."""

    kind: Literal["accepted", "again", "refused", "unknown"]
    code: int | None = None


class Channel(Protocol):
    """One kept connection of one worker to where messages go; mail today."""

    async def deliver(self, letter: Letter, about_to_hand_over: Callable[[], Awaitable[None]]) -> Answer:
        """Deliver, calling `about_to_hand_over` at the last moment at which surely nothing was taken.

        Whatever that call raises is raised, with nothing handed over.
        """
        ...

    async def close(self) -> None: ...
