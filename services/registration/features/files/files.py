"""The office's files: each content once, under its digest, and not before all of it is there.

What a kill leaves behind: a row of `file_uploads` stands before a content and goes with the row that names
it, so that a content without a name is known by it, and swept.
"""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

from services.registration.features.files.contents import Contents
from services.registration.features.files.domain.stored_file import StoredFile
from services.registration.features.files.inspected import InspectedFile, inspected
from shared.mongo.driver import Document, DuplicateKeyError, Session, Store
from shared.mongo.indexes import Index, ascending

FILES: Final = "files"
UPLOADS: Final = "file_uploads"
REFERENCES: Final = "file_references"
BUCKET: Final = "file_contents"
COLLECTIONS: Final[Mapping[str, tuple[Index, ...]]] = {
    FILES: (ascending(FILES, "at"),),
    UPLOADS: (),
    REFERENCES: (ascending(REFERENCES, "digest"),),
    f"{BUCKET}.files": (ascending(f"{BUCKET}.files", "filename", "uploadDate"),),
    f"{BUCKET}.chunks": (ascending(f"{BUCKET}.chunks", "files_id", "n", unique=True),),
}


class OpenedFile(NamedTuple):
    """`read`: its content from one place to before another."""

    file: StoredFile
    read: Callable[[int, int], AsyncIterator[bytes]]


async def nobody_looks(content: bytes) -> None:
    """Where the office has no scanner for viruses."""


@dataclass(frozen=True, slots=True)
class Files:
    """`scan` raises `FileRefused`, as `inspect` does."""

    store: Store
    contents: Contents
    scan: Callable[[bytes], Awaitable[None]] = nobody_looks
    inspect: Callable[[bytes], InspectedFile] = inspected

    async def keep(self, data: bytes) -> StoredFile:
        """The same content again is the same file. Raises `FileRefused`."""
        media, content = await asyncio.to_thread(self.inspect, data)
        await self.scan(content)
        file = StoredFile(f"sha256:{hashlib.sha256(content).hexdigest()}", media, len(content))
        now = await self.store.now()
        renewed = await self.store[FILES].update_one({"_id": file.digest}, {"$set": {"at": now}})
        if not renewed.matched_count:
            await self._add(file, content, now)
        return file

    async def _add(self, file: StoredFile, content: bytes, now: datetime) -> None:
        name = secrets.token_hex(16)
        await self.store[UPLOADS].insert_one({"_id": name, "at": now})
        await self.contents.put(name, content)
        row = {"_id": file.digest, "content": name, "media": file.media, "size": file.size, "at": now}

        async def work(session: Session) -> None:
            await self.store[FILES].insert_one(row, session=session)
            await self.store[UPLOADS].delete_one({"_id": name}, session=session)

        try:
            await self.store.transaction(work)
        except DuplicateKeyError:  # somebody sent the same at the same moment; ours is swept
            return

    async def open(self, digest: str) -> OpenedFile | None:
        """None where it is not, or not any more."""
        row = await self.store[FILES].find_one({"_id": digest})
        if row is None:
            return None

        return OpenedFile(_file(row), partial(self.contents.read, row["content"]))


async def stored_files(store: Store, digests: Iterable[str]) -> dict[str, StoredFile]:
    """Those that there are, by digest."""
    rows = store[FILES].find({"_id": {"$in": [*digests]}})
    return {row["_id"]: _file(row) for row in await rows.to_list(None)}


def _file(row: Document) -> StoredFile:
    return StoredFile(row["_id"], row["media"], row["size"])
