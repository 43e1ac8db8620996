"""Where contents lie, within the process: tests/component/test_contents.py holds it to what GridFS does."""

from collections.abc import AsyncIterator

from shared.mongo.contents import PART, ContentGone


class MemoryContents:
    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}

    async def put(self, name: str, data: bytes) -> None:
        self.held[name] = data

    async def read(self, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        if name not in self.held:
            raise ContentGone(name)
        data = self.held[name][start:end]
        for at in range(0, len(data), PART):
            yield data[at : at + PART]

    async def remove(self, name: str) -> None:
        self.held.pop(name, None)
