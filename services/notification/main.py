"""Notification of one office: `python -m services.notification.main`."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from services.notification.channels.letterhead import Letterhead
from services.notification.channels.traced import TracedChannel
from services.notification.connections import Connections, connected
from services.notification.features import FEATURES
from services.notification.kernel.delivery_worker import DeliveryPace, DeliveryWorker
from services.notification.kernel.mail_feature import MailFeature
from services.notification.kernel.mail_features import MailFeatures, assemble
from services.notification.kernel.send_decision import AllowedRecipients
from services.notification.kernel.wake_up import WakeUpSignal
from services.notification.mail_desk import mail_desk
from services.notification.metrics import Metrics
from services.notification.settings import NotificationSettings
from services.notification.storage.contexts import StoredContexts
from services.notification.storage.cursors import Cursors
from services.notification.storage.directory import DirectoryStore
from services.notification.storage.fanout import FanOuts
from services.notification.storage.folding import FactsLedger
from services.notification.storage.provision import birth
from services.notification.storage.reader import Reader
from services.notification.storage.reading_problems import unreadable_entries
from services.notification.storage.token_bucket import MongoTokenBucket
from shared.contracts.topics import DIRECTORY_SETTINGS, FACTS_SETTINGS, directory, facts, group
from shared.doors import Address
from shared.kafka.assignment import SILENT_SECONDS
from shared.kafka.cluster import Subscription
from shared.kafka.topics import TopicSpec
from shared.management import management
from shared.office import Office, read_office
from shared.passes import Passes
from shared.serving import HttpSides, listening, serve
from shared.settings import read_settings
from shared.sign_ins import SignIns
from shared.startup import run_service, until_up
from shared.tracing import UNTRACED, Untraced, tracing

log = logging.getLogger(__name__)
T = TypeVar("T")
RETRY_SECONDS = 1.0
METRICS_SECONDS = 5.0
IDLE_SECONDS = 0.5  # other instances do not ring our bell


@dataclass(frozen=True, slots=True)
class Patience:
    """`look_again_seconds`: between two looks at partitions that stand still; `silent_seconds`: without an
    answer from Kafka, after which an instance is not ready."""

    look_again_seconds: float = 12.0
    silent_seconds: float = SILENT_SECONDS


@asynccontextmanager
async def running(
    settings: NotificationSettings,
    office: Office,
    connections: Connections,
    traces: Untraced = UNTRACED,
    served: tuple[MailFeature, ...] = FEATURES,
    patience: Patience = Patience(),  # frozen
) -> AsyncIterator[HttpSides]:
    """The whole service, started: both sides of its HTTP, while it reads facts and sends mails.

    Raises `DatabaseMisfit` or `TopicMisfit` where provisioning is due.
    """
    service = Service(settings, office, connections, traces, assemble(served), patience)
    async with service.working():
        yield HttpSides(service.app, service.management)


class Service:
    """Everything of one process, made once."""

    def __init__(
        self,
        settings: NotificationSettings,
        office: Office,
        connections: Connections,
        traces: Untraced,
        features: MailFeatures,
        patience: Patience,
    ) -> None:
        self._settings, self._office, code = settings, office, office.code
        self._traces, self._features, self._patience = traces, features, patience
        self._topics = (facts(code), directory(code))
        self._connections, self.store = connections, connections.store
        self._metrics = Metrics(features.templates)
        self._wake_up = WakeUpSignal()
        self._state = "Kafka and MongoDB were not reached yet"
        self._cursors = Cursors(self.store)
        self._reader: Reader | None = None
        self.app = mail_desk(
            self.store,
            features,
            settings.staff_token_hash,
            Passes(code, settings.link_keys),
            Address.of(str(settings.public_url), any_host=True),
            SignIns(self._metrics.registry, settings.failed_sign_ins_per_address),
        )
        self.management = management(self.why_not_ready, self._metrics.registry)

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Raises `DatabaseMisfit` or `TopicMisfit` where provisioning is due."""
        born = await until_up(self._fits)
        work = asyncio.create_task(self._work(self._settings.born(born)))
        try:
            yield
        finally:
            work.cancel()
            await asyncio.wait([work])

    async def _work(self, send_from: datetime) -> None:
        reader = self._reader = self._read_with(send_from)
        office = self._settings.office
        notify = self._traces.reading("notify", (f"/{office}/registration",), reader.read)
        subscription = Subscription(
            self._topics, notify, group(office, "notification"), reader.listener, "none"
        )
        postmen = self._hire()
        sending = [asyncio.create_task(worker.run(self._wake_up.listener())) for worker in postmen]
        works = (self._fan_out(send_from), self._watch(reader), self._look_again(reader))
        others = [asyncio.create_task(work) for work in works]
        try:
            async with self._connections.cluster.consuming(subscription):
                self._state = ""
                await asyncio.Event().wait()
        finally:
            for task in others:
                task.cancel()
            for worker in postmen:
                worker.stop()
            self._wake_up.ring()
            await asyncio.wait([*sending, *others], timeout=self._settings.smtp_seconds)
            for task in sending:
                task.cancel()

    async def _fits(self) -> datetime:
        """When the database was made. Raises `DatabaseMisfit` or `TopicMisfit` where provisioning is due."""
        born, partitions = await birth(self.store, self._features)
        kept = zip(self._topics, (FACTS_SETTINGS, DIRECTORY_SETTINGS), strict=True)
        await self._connections.cluster.require(TopicSpec(topic, partitions, how) for topic, how in kept)
        return born

    def _read_with(self, send_from: datetime) -> Reader:
        async def end_offset(topic: str, partition: int) -> int | None:
            return await reader.end_offset(topic, partition)

        self._directory = DirectoryStore(
            self.store,
            self._cursors,
            self._features,
            self._topics[1],
            end_offset,
            self._metrics.passed_over,
            self._settings.signatures,
            send_from,
        )
        ledger = FactsLedger(self.store, self._features, self._cursors, send_from)
        reader = Reader(
            self._topics[0], self._cursors, ledger, self._directory, self._wake_up.ring, self._traces
        )
        return reader

    def _hire(self) -> list[DeliveryWorker]:
        settings = self._settings
        letterhead = Letterhead(self._office, settings.links, self._features)
        pace = DeliveryPace(lease=timedelta(seconds=settings.mail_lease_seconds))
        return [
            DeliveryWorker(
                self._features,
                self._connections.ledger(self.store),
                self._directory,
                StoredContexts(self.store, self._features, self._directory),
                MongoTokenBucket(self.store, settings.mails_per_minute),
                TracedChannel(self._connections.channel(letterhead), self._traces),
                AllowedRecipients.of(settings.mail_only_to),
                pace,
                self._metrics.closed,
            )
            for _ in range(settings.mail_workers)
        ]

    async def _fan_out(self, send_from: datetime) -> None:
        gathered = timedelta(seconds=self._settings.changes_gathered_seconds)
        fan_outs, woken = FanOuts(self.store, self._features, send_from, gathered), self._wake_up.listener()
        while True:
            if await self._patiently(fan_outs.step):
                self._wake_up.ring()
            else:
                await woken(IDLE_SECONDS)

    async def _watch(self, reader: Reader) -> None:
        while True:
            await self._patiently(lambda: self._metrics.look(self.store, reader))
            await asyncio.sleep(METRICS_SECONDS)

    async def _look_again(self, reader: Reader) -> None:
        while True:
            await asyncio.sleep(self._patience.look_again_seconds)
            await reader.look_again()

    async def _patiently(self, work: Callable[[], Awaitable[T]]) -> T:
        """Again until it succeeds: MongoDB may go away meanwhile."""
        while True:
            try:
                return await work()
            except Exception as error:
                log.warning("waiting for MongoDB: %s", type(error).__name__)
                await asyncio.sleep(RETRY_SECONDS)

    async def why_not_ready(self) -> list[str]:
        reasons = [self._state] if self._state else []
        try:
            held = await unreadable_entries(self.store)
        except Exception:
            held, reasons = [], [*reasons, "MongoDB does not answer"]
        if self._reader is None or self._state:
            return reasons
        listener = self._reader.listener
        if listener.failure is not None:
            reasons.append(f"partitions could not be taken: {type(listener.failure).__name__}")
        if (silent := listener.seconds_since_poll()) > self._patience.silent_seconds:
            reasons.append(f"no answer from Kafka for {silent:.0f} s")
        # its own stops alone: an instance of a version that can go on must get ready to take them over
        return [*reasons, *self._reader.paused.values(), *held]


async def run(settings: NotificationSettings) -> None:
    office = read_office(settings.description_path, settings.office)
    with (
        listening(settings.http_host, settings.http_port, settings.watched_port) as sockets,
        tracing("notification", office.code, settings.traces_endpoint) as traces,
    ):
        async with (
            connected(settings) as connections,
            running(settings, office, connections, traces) as sides,
        ):
            await serve(sides, sockets, settings.trusted_proxies)


def main() -> None:
    settings = read_settings(NotificationSettings)
    run_service("notification", settings.office, run(settings))


if __name__ == "__main__":
    main()
