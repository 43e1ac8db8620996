"""The intake topic, seen from the ledger: does it still fit, and the service's own records on it."""

from collections.abc import Callable
from dataclasses import replace

from services.registration.kernel.commit import Cursor
from services.registration.storage.log_consistency import facts_fit, intake_fits
from shared.contracts import topics
from shared.contracts.envelope import Envelope
from shared.kafka.cluster import Cluster, Sender
from shared.kafka.offsets import Log, bounds_of
from shared.kafka.records import partition_of
from shared.signatures import Signer, signed_headers


class Intake:
    """`signer`: None while the office has no key; `trace`: of which trace what is sent now is."""

    def __init__(
        self,
        office: str,
        cluster: Cluster,
        sender: Sender,
        partitions: int,
        signer: Signer | None = None,
        trace: Callable[[], str | None] = lambda: None,
    ) -> None:
        self._office = office
        self._cluster = cluster
        self._sender = sender
        self._partitions = partitions
        self._signer = signer
        self._trace = trace

    async def checked(self, cursor: Cursor) -> None:
        """Whether log and ledger can belong together. Raises `DoesNotFit`."""
        async with self._cluster.reader() as consumer:
            await facts_fit(Log(consumer, topics.facts(self._office), cursor.partition), cursor)
            await intake_fits(Log(consumer, topics.intake(self._office), cursor.partition), cursor)

    async def ends(self) -> dict[int, int]:
        """By partition, the offset that its next record will get."""
        named = [(topics.intake(self._office), partition) for partition in range(self._partitions)]
        async with self._cluster.reader() as consumer:
            bounds = await bounds_of(consumer, named)
        return {partition: end for (_, partition), (_, end) in bounds.items()}

    async def send(self, key: str, envelope: Envelope, value: bytes, seconds: float) -> None:
        """Put a command on its key's partition. Raises `KafkaUnavailable`: then it may be there or not."""
        raw = key.encode()
        traced = replace(envelope, traceparent=self._trace())
        await self._sender.send(
            topics.intake(self._office),
            raw,
            value,
            signed_headers(self._signer, raw, traced, value),
            partition_of(raw, self._partitions),
            seconds,
        )

    async def trim(self, partition: int, before: int) -> None:
        """Delete what lies before an offset. Raises `KafkaUnavailable`."""
        await self._cluster.delete_before(topics.intake(self._office), partition, before)

    async def write(self, partition: int, key: str, envelope: Envelope, value: bytes) -> None:
        """Put a record of the service's own on a partition. Raises `KafkaUnavailable`."""
        raw = key.encode()
        headers = signed_headers(self._signer, raw, envelope, value)
        await self._sender.send(topics.intake(self._office), raw, value, headers, partition)
