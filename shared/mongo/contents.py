"""Contents of any size in GridFS: written whole under a name of their own, read in parts, removed."""

import inspect
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, Final

from shared.mongo.driver import NoFile, Store

PART: Final = 256 * 1024


class ContentGone(Exception):
    """There is none of this name, or not any more."""


class GridFsContents:
    """One bucket. A content is there once `put` is over; what a kill leaves of it before, `remove` takes."""

    def __init__(self, store: Store, bucket: str) -> None:
        self._bucket = store.gridfs(bucket)

    async def put(self, name: str, data: bytes) -> None:
        """`name`: of no other, whole or not."""
        await self._bucket.upload_from_stream_with_id(name, name, data)

    async def read(self, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        """From one place to before another. Raises `ContentGone`, before anything is read of it."""
        try:
            content = await self._bucket.open_download_stream(name)
        except NoFile:
            raise ContentGone(name) from None
        await _done(content.seek(start))
        while start < end and (part := await content.read(min(PART, end - start))):
            start += len(part)
            yield part

    async def remove(self, name: str) -> None:
        """Whatever there is of it."""
        with suppress(NoFile):
            await self._bucket.delete(name)


async def _done(found: Any) -> None:
    """What one driver answers at once and the other is awaited for."""
    if inspect.isawaitable(found):
        await found
