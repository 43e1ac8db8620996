"""Partitions come and go: what a service does with those it gets before it reads a record of them."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from time import time
from typing import Any, Final

from aiokafka import TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from faststream.kafka.subscriber.usecase import BatchSubscriber

from shared.kafka.connection import answering
from shared.kafka.records import Where

log = logging.getLogger(__name__)

SILENT_SECONDS: Final = 15.0  # a broker that is well answers a waiting fetch every 50 ms


class CursorListener(ConsumerRebalanceListener):  # type: ignore[misc]
    """Seeks every assigned partition to the offset that `assigned` answers for it.

    `assigned` may block until MongoDB answers; a partition that it leaves out stays paused, since it must
    not be read. An exception is kept in `failure` (the consumer only logs it): the service is not ready then.
    """

    def __init__(
        self,
        assigned: Callable[[set[Where]], Awaitable[Mapping[Where, int]]],
        revoked: Callable[[set[Where]], Awaitable[None]],
    ) -> None:
        self._assigned = assigned
        self._revoked = revoked
        self.subscriber: BatchSubscriber | None = None
        self.held: set[Where] = set()
        self.since = time()
        self.failure: BaseException | None = None

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        gone = {(where.topic, where.partition) for where in revoked}
        self.held -= gone
        await self._revoked(gone)

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        got = {(where.topic, where.partition) for where in assigned}
        self.held, self.since, self.failure = got, time(), None
        try:
            offsets = await self._assigned(got)
        except BaseException as error:
            self.failure = error
            raise
        for where in got:
            if where in offsets:
                self.seek(where, offsets[where])
            else:
                self.hold(where)

    @property
    def _consumer(self) -> Any:
        return self.subscriber.consumer if self.subscriber else None

    def _assigned_now(self, where: Where) -> bool:
        return self._consumer is not None and TopicPartition(*where) in self._consumer.assignment()

    def seek(self, where: Where, offset: int) -> None:
        """Read a partition on from an offset; one that was lost meanwhile is left alone."""
        if self._assigned_now(where):
            self._consumer.seek(TopicPartition(*where), offset)
            self._consumer.resume(TopicPartition(*where))

    def hold(self, where: Where) -> None:
        """Read nothing more of a partition until `seek`; one that was lost meanwhile is left alone."""
        if self._assigned_now(where):
            self._consumer.pause(TopicPartition(*where))

    @property
    def is_silent(self) -> bool:
        """Whether Kafka has not answered for so long that the log may have been lost."""
        return bool(self.held) and self.seconds_since_poll() > SILENT_SECONDS

    async def rejoin(self) -> None:
        """Leave the group and join it anew: it then shares its partitions out among all who are in it.

        The embedded broker may give two members the same partition in one generation, and go on answering
        the heartbeats of both; the client has no public way out of that.
        """
        if self._consumer is not None:
            await self._consumer._coordinator.maybe_leave_group()

    async def commit(self, where: Where, offset: int) -> None:
        """Set the group's own offset of a held partition. Raises `KafkaUnavailable`."""
        if self._assigned_now(where):
            async with answering(f"a commit of {where[0]}", 10.0):
                await self._consumer.commit({TopicPartition(*where): offset})

    async def bounds(self, *wheres: Where, seconds: float = 10.0) -> dict[Where, tuple[int, int]]:
        """First and next offset of any partitions; of none before the consumer is there.

        All in two requests: each may wait behind a fetch on the same connection, for as long as that waits.
        Raises `KafkaUnavailable`.
        """
        if (consumer := self._consumer) is None:
            return {}
        places = {where: TopicPartition(*where) for where in wheres}
        async with answering("the bounds of partitions", seconds):
            first = await consumer.beginning_offsets(list(places.values()))
            end = await consumer.end_offsets(list(places.values()))
        return {where: (int(first[place]), int(end[place])) for where, place in places.items()}

    def highwaters(self) -> dict[Where, int]:
        """Of each held partition the offset that the next record will get, as far as it is known."""
        consumer = self._consumer
        if consumer is None:
            return {}
        known = {(at.topic, at.partition): consumer.highwater(at) for at in consumer.assignment()}
        return {where: offset for where, offset in known.items() if offset is not None}

    @property
    def sees_topics(self) -> bool:
        """Whether there is any topic to read: a pattern may match none yet."""
        return self._consumer is not None and bool(self._consumer.subscription())

    def seconds_since_poll(self) -> float:
        """Age of the oldest last answer of the broker over the held partitions, at most since they came."""
        consumer = self._consumer
        if consumer is None or not self.held:
            return time() - self.since
        polls = [
            consumer.last_poll_timestamp(where)
            for where in consumer.assignment()
            if where not in consumer.paused()
        ]
        ages = [time() - poll / 1000 if poll else time() - self.since for poll in polls]
        return max(ages, default=0.0)
