"""The FastStream application of a service: what it reads of Kafka, how it starts, how it stops."""

import asyncio
import logging
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Final, Literal

from faststream import AckPolicy, FastStream
from faststream.kafka import KafkaBroker
from faststream.kafka.message import FAKE_CONSUMER, KafkaMessage
from faststream.kafka.subscriber.usecase import BatchSubscriber

from shared.kafka.assignment import CursorListener
from shared.kafka.connection import KafkaSettings
from shared.kafka.records import BATCH_RECORDS, Batch
from shared.kafka.tolerance import read_any_header_name
from shared.startup import until_up

log = logging.getLogger(__name__)

START_SECONDS: Final = 20.0
FINISH_SECONDS: Final = 30.0  # for the batch that runs when the service is told to stop
# Of a partition at once. A partition whose records were not all taken within 0.1 s is left out of the
# client's next request, which then waits for the others as long as `fetch_wait_ms`: with 1 MB a single busy
# partition of an office stands still for half of the time. The nation holds many that may all be busy.
OFFICE_FETCH_BYTES: Final = 2 * 1024 * 1024
NATIONAL_FETCH_BYTES: Final = 1024 * 1024


def broker(settings: KafkaSettings) -> KafkaBroker:
    """A FastStream broker that only consumes; producing has its own bounded `Producer`."""
    read_any_header_name()
    return KafkaBroker(
        settings.bootstrap,
        consumer_only=True,
        allow_auto_create_topics=False,
        apply_types=False,
        serializer=None,  # the handler gets records, not a model of its annotations
        graceful_timeout=FINISH_SECONDS,
        logger=log,  # without one FastStream prints in colours to standard output
        log_level=logging.DEBUG,
        metadata_max_age_ms=10_000,
    )


def subscribe(
    kafka: KafkaBroker,
    settings: KafkaSettings,
    *topics: str,
    handler: Callable[[Batch], Awaitable[None]],
    group: str,
    listener: CursorListener,
    reset: Literal["none", "earliest"],
    pattern: str | None = None,
) -> None:
    """Subscribe a handler to batches of raw records, whose offsets lie in MongoDB.

    The handler never raises: it seeks its partitions to their cursors (`listener.seek`) and returns, since
    a nack would seek over the cursor.
    """
    subscriber: BatchSubscriber = kafka.subscriber(
        *topics,
        pattern=pattern,
        group_id=group,
        batch=True,
        max_records=BATCH_RECORDS,
        batch_timeout_ms=1_000,  # of waiting for a first record; an idle loop costs processor time
        auto_offset_reset=reset,
        ack_policy=AckPolicy.MANUAL,
        listener=listener,
        parser=_untouched,
        decoder=_records_of,
        heartbeat_interval_ms=500,
        session_timeout_ms=settings.session_timeout_ms,
        rebalance_timeout_ms=60_000,
        fetch_max_wait_ms=settings.fetch_wait_ms,
        max_partition_fetch_bytes=NATIONAL_FETCH_BYTES if pattern else OFFICE_FETCH_BYTES,
    )
    subscriber(handler)
    listener.subscriber = subscriber


async def _untouched(records: Batch) -> KafkaMessage:
    """Hand on a batch, whatever bytes a foreign producer sent; FastStream's own parser skips a whole batch
    for one null header."""
    return KafkaMessage(body=b"", raw_message=records, headers={}, consumer=FAKE_CONSUMER)


async def _records_of(message: KafkaMessage) -> Any:
    """The handler gets the records themselves and reads them one by one."""
    return message.raw_message


@asynccontextmanager
async def consuming(kafka: KafkaBroker) -> AsyncIterator[FastStream]:
    """The service's FastStream application, from when Kafka answers until the running batch is finished.

    Waits for as long as Kafka is away; raises at once what is no matter of waiting.
    """
    app = FastStream(kafka, logger=None)  # its own logger prints in colours, beside ours

    async def start() -> None:
        try:
            async with asyncio.timeout(START_SECONDS):
                await app.start()
        except BaseException:
            await _stopped(app)
            raise

    try:
        await until_up(start)
    except Exception:
        log.exception("reading from Kafka does not start")
        raise
    watching = asyncio.create_task(_end_with_reading(kafka))
    try:
        yield app
    finally:
        watching.cancel()
        await _stopped(app)


async def _end_with_reading(kafka: KafkaBroker) -> None:
    """Have the process end, and be started again, once a task of a consumer has: the client starts none anew,
    and whoever fetches nothing keeps its partitions all the same as long as it is in its group."""
    while not any(_has_ended(getattr(subscriber, "consumer", None)) for subscriber in kafka.subscribers):  # noqa: ASYNC110
        await asyncio.sleep(1)
    log.critical("reading from Kafka has ended: this process ends, too, and is to be started again")
    signal.raise_signal(signal.SIGTERM)


def _has_ended(consumer: Any) -> bool:
    if consumer is None or consumer._closed or consumer._coordinator is None:
        return False
    return bool(consumer._fetcher._fetch_task.done() or consumer._coordinator._coordination_task.done())


async def _stopped(app: FastStream) -> None:
    await asyncio.wait({asyncio.ensure_future(app.stop())}, timeout=FINISH_SECONDS + 5)


def _is_news(record: logging.LogRecord) -> bool:
    return not record.getMessage().startswith("Auto create topics is disabled")  # as it always is here


log.addFilter(_is_news)
