"""Partitions come and go: what a service does with those it gets before it reads a record of them."""

import logging
from collections.abc import Awaitable, Callable, Iterable
from time import time
from typing import Any

from aiokafka import TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from faststream.kafka.subscriber.usecase import BatchSubscriber

from shared.kafka.records import Where

log = logging.getLogger(__name__)


class CursorListener(ConsumerRebalanceListener):  # type: ignore[misc]
    """Seeks every assigned partition to the offset that `assigned` answers for it.

    `assigned` may block until MongoDB answers; a partition that it leaves out stays paused, since it must
    not be read. An exception is kept in `failure` (the consumer only logs it): the service is not ready then.
    """

    def __init__(
        self,
        assigned: Callable[[set[Where]], Awaitable[dict[Where, int]]],
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
        consumer = self._consumer
        if consumer is None:
            return
        for topic, partition in got:
            where = TopicPartition(topic, partition)
            if where not in consumer.assignment():
                continue
            if (topic, partition) in offsets:
                consumer.seek(where, offsets[topic, partition])
            else:
                consumer.pause(where)

    @property
    def _consumer(self) -> Any:
        return self.subscriber.consumer if self.subscriber else None

    def highwaters(self) -> dict[int, int]:
        """Of each held partition the offset that the next record will get, as far as it is known."""
        consumer = self._consumer
        if consumer is None:
            return {}
        known = {where.partition: consumer.highwater(where) for where in consumer.assignment()}
        return {partition: offset for partition, offset in known.items() if offset is not None}

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
