"""The intake topic, seen from the ledger: does it still fit, and the service's own records on it."""

from services.registration.application.commit import Cursor
from services.registration.application.ports import DoesNotFit
from shared.contracts import topics
from shared.contracts.envelope import Envelope
from shared.kafka.connection import Producer
from shared.kafka.facts import OfficeStopped, read_fact
from shared.kafka.offsets import delete_before, last_record, record_at, survey
from shared.kafka.records import partition_of


class Intake:
    def __init__(self, office: str, bootstrap: str, producer: Producer, partitions: int) -> None:
        self._office = office
        self._bootstrap = bootstrap
        self._producer = producer
        self._partitions = partitions

    async def checked(self, cursor: Cursor) -> None:
        """Whether log and ledger can belong together. Raises `DoesNotFit`."""
        intake, facts = topics.intake(self._office), topics.facts(self._office)
        bounds = await survey(self._bootstrap, [(intake, cursor.partition), (facts, cursor.partition)])
        first, end = bounds[intake, cursor.partition]
        if cursor.next < first or not await self._reaches(intake, cursor.partition, cursor.next - 1, end):
            raise DoesNotFit(
                f"{intake} partition {cursor.partition} holds offsets {first} to {end}, but the ledger "
                f"goes on at {cursor.next}: the topic or the database was lost; run `simpul recover`"
            )
        first, end = bounds[facts, cursor.partition]
        if not await self._reaches(facts, cursor.partition, cursor.published_offset, end):
            raise DoesNotFit(
                f"{facts} partition {cursor.partition} ends at {end}, but offset {cursor.published_offset} "
                "was acknowledged: the topic was lost; run `simpul republish`"
            )
        if end > first:
            await self._facts_are_ours(facts, cursor, end)

    async def _reaches(self, topic: str, partition: int, offset: int, end: int) -> bool:
        """Whether a log holds an offset. A broker's word for its end may lag behind what it has, as the
        embedded one's does: then the record itself is looked for."""
        return offset < end or await record_at(self._bootstrap, topic, partition, offset) is not None

    async def _facts_are_ours(self, topic: str, cursor: Cursor, end: int) -> None:
        record = await last_record(self._bootstrap, topic, cursor.partition, end)
        if record is None:
            return
        try:
            stated = read_fact(record).stated
        except OfficeStopped as stopped:
            raise DoesNotFit(f"{stopped}; nothing but registration may write there") from None
        if stated.ledger != cursor.ledger:
            raise DoesNotFit(
                f"{topic} partition {cursor.partition} holds facts of ledger {stated.ledger}, but this "
                f"database is ledger {cursor.ledger}; run `simpul recover`"
            )

    async def send(self, key: str, envelope: Envelope, value: bytes, seconds: float) -> None:
        """Put a command on its key's partition. Raises `KafkaUnavailable`: then it may be there or not."""
        raw = key.encode()
        await self._producer.send(
            topics.intake(self._office),
            raw,
            value,
            envelope.headers(),
            partition_of(raw, self._partitions),
            seconds,
        )

    async def trim(self, partition: int, before: int) -> None:
        """Delete what lies before an offset. Raises `KafkaUnavailable`."""
        await delete_before(self._bootstrap, topics.intake(self._office), partition, before)

    async def write(self, partition: int, key: str, envelope: Envelope, value: bytes) -> None:
        """Put a record of the service's own on a partition. Raises `KafkaUnavailable`."""
        await self._producer.send(
            topics.intake(self._office), key.encode(), value, envelope.headers(), partition
        )
