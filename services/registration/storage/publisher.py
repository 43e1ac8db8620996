"""Sending a partition's facts in order: first what mails will need, then the facts, then the pointer."""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from typing import Any

from services.registration.kernel.commit import Cursor
from services.registration.kernel.feature import Entry, OfficeStore
from services.registration.kernel.features import Features
from services.registration.kernel.ports import TopicLost
from services.registration.storage.directory_writer import DirectoryWriter
from services.registration.storage.documents import number_of, published_value
from services.registration.storage.ledger import Ledger
from shared.contracts import topics
from shared.contracts.commands import Command
from shared.contracts.envelope import Envelope
from shared.contracts.types import rfc3339
from shared.kafka.cluster import Sender
from shared.kafka.connection import answering
from shared.kafka.records import partition_of
from shared.mongo.driver import Document
from shared.signatures import Signer, signed_headers

ACK_SECONDS = 30.0


class Publisher:
    """One office's. Sending twice is harmless: readers take each number once. `signer`: None while the office
    has no key."""

    def __init__(
        self,
        of: OfficeStore,
        ledger: Ledger,
        features: Features,
        sender: Sender,
        directory: DirectoryWriter,
        partitions: int,
        signer: Signer | None = None,
    ) -> None:
        self._of = of
        self._office = of.office
        self._ledger = ledger
        self._features = features
        self._reactions = {fact.type: reaction for fact, reaction in features.reactions.items()}
        self._sender = sender
        self._directory = directory
        self._partitions = partitions
        self._signer = signer

    async def publish(self, cursor: Cursor) -> Cursor:
        """Send the next facts behind `cursor.published` and move the pointer over them.

        Raises `ClaimLost`, `KafkaUnavailable`, and `TopicLost` when the topic is shorter than it was.
        """
        facts = await self._ledger.unpublished(cursor.partition, cursor.published)
        if not facts:
            return cursor
        entries, reactions = await self._entries(facts), await self._caused(facts)
        async with answering("facts", ACK_SECONDS):
            await self._send_entries(cursor, entries)
            await self._send_reactions(cursor, reactions)
            sent = [await self._send(cursor, fact) for fact in facts]
            offsets = [metadata.offset for metadata in await asyncio.gather(*sent)]
        if offsets[0] <= cursor.published_offset:
            raise TopicLost(
                f"{topics.facts(self._office)} partition {cursor.partition} answered offset {offsets[0]}, "
                f"not above {cursor.published_offset}: the topic was lost; run `simpul republish`"
            )
        number = number_of(facts[-1]["_id"])
        await self._ledger.mark_published(cursor, cursor.published, number, offsets[-1])
        return replace(cursor, published=number, published_offset=offsets[-1])

    async def _entries(self, facts: list[Document]) -> list[Entry]:
        return [entry for one in self._features.directories for entry in await one.entries(self._of, facts)]

    async def _caused(self, facts: list[Document]) -> list[tuple[Document, Command]]:
        """What these facts cause in other aggregates."""
        caused = [(fact, reaction) for fact in facts if (reaction := self._reactions.get(fact["type"]))]
        return [
            (fact, command)
            for fact, reaction in caused
            for command in await reaction.commands(self._of, fact)
        ]

    async def _send_entries(self, cursor: Cursor, entries: list[Entry]) -> None:
        sent = [await self._directory.enqueue(entry, cursor.partition) for entry in entries]
        await asyncio.gather(*sent)

    async def _send_reactions(self, cursor: Cursor, caused: list[tuple[Document, Command]]) -> None:
        """Again, with the same ids, by whoever publishes these facts again: they are taken once."""
        topic, sent = topics.intake(self._office), []
        for fact, command in caused:
            _, subject = self._features.about(command, "")
            envelope = Envelope(
                id=self._id(cursor, fact),
                source=f"/{self._office}/registration",
                type=command.type,
                subject=subject,
                time=rfc3339(fact["at"]),
                traceparent=fact.get("trace"),
            )
            key, value = subject.encode(), command.encoded()
            headers = signed_headers(self._signer, key, envelope, value)
            partition = partition_of(key, self._partitions)
            sent.append(await self._sender.enqueue(topic, key, value, headers, partition))
        await asyncio.gather(*sent)

    def _id(self, cursor: Cursor, fact: Document) -> str:
        number = number_of(fact["_id"])
        return f"{self._office}-{cursor.partition}-{number}"

    async def _send(self, cursor: Cursor, fact: Document) -> Awaitable[Any]:
        key = self._of.digests.published_key(fact["key"])
        envelope = Envelope(
            id=self._id(cursor, fact),
            source=f"/{self._office}/registration",
            type=fact["type"],
            subject=key,
            time=rfc3339(fact["at"]),
            traceparent=fact.get("trace"),
        )
        return await self._sender.enqueue(
            topics.facts(self._office),
            key.encode(),
            published_value(self._office, cursor.ledger, fact, key),
            envelope.headers(),
            cursor.partition,
        )
