"""Putting entries on an office's directory, each with the office's signature."""

from collections.abc import Awaitable
from typing import Any, Final

from services.registration.kernel.feature import Entry
from shared.contracts import topics
from shared.kafka.cluster import Sender
from shared.kafka.records import partition_of
from shared.signatures import Signer, entry_parts

JSON: Final = [("content-type", b"application/json")]


class DirectoryWriter:
    """`signer`: None while the office has no key."""

    def __init__(self, office: str, sender: Sender, partitions: int, signer: Signer | None) -> None:
        self._office = office
        self._sender = sender
        self._partitions = partitions
        self._signer = signer

    async def enqueue(self, entry: Entry, partition: int) -> Awaitable[Any]:
        """On the partition of the fact that it precedes. Raises `KafkaUnavailable`."""
        topic, key = topics.directory(self._office), entry.key.encode()
        return await self._sender.enqueue(topic, key, entry.value, self._headers(entry, partition), partition)

    async def write(self, entry: Entry, partition: int | None = None) -> None:
        """One that follows from no fact, on the partition of its key, or on that of the fact that changed it
        last. Raises `KafkaUnavailable`."""
        topic, key = topics.directory(self._office), entry.key.encode()
        if partition is None:
            partition = partition_of(key, self._partitions)
        await self._sender.send(topic, key, entry.value, self._headers(entry, partition), partition)

    def _headers(self, entry: Entry, partition: int) -> list[tuple[str, bytes]]:
        if self._signer is None:
            return JSON
        parts = entry_parts(self._office, partition, entry.key.encode(), entry.value)
        return [*JSON, self._signer.header(parts)]
