"""Where contents lie."""

from collections.abc import AsyncIterator
from typing import Protocol


class Contents(Protocol):
    """Each under a name of its own, that comes once. `put`: there is all of it once that is over; `read`:
    from one place to before another, raises `ContentGone`; `remove`: whatever there is of it."""

    async def put(self, name: str, data: bytes) -> None: ...
    def read(self, name: str, start: int, end: int) -> AsyncIterator[bytes]: ...
    async def remove(self, name: str) -> None: ...
