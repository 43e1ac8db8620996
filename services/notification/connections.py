"""What notification reaches outside of its process, handed to it as one; tests hand it twins."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from services.notification.channels.letterhead import Letterhead
from services.notification.channels.smtp import MailChannel, SmtpServer
from services.notification.kernel.ports import Channel, Ledger
from services.notification.settings import NotificationSettings
from services.notification.storage.deliveries import MongoLedger
from shared.contracts.topics import database
from shared.kafka.cluster import Cluster, KafkaCluster
from shared.mongo.driver import Store, connect


@dataclass(frozen=True, slots=True)
class Connections:
    """`channel`: makes a worker's own way to the mail server, for letters on this paper; `ledger`: what it
    claims deliveries from."""

    store: Store
    cluster: Cluster
    channel: Callable[[Letterhead], Channel]
    ledger: Callable[[Store], Ledger] = MongoLedger


@asynccontextmanager
async def connected(settings: NotificationSettings) -> AsyncIterator[Connections]:
    """The servers that the settings name; none of them need be up yet."""
    server = SmtpServer.of(settings.smtp_url, settings.smtp_seconds)
    store = connect(settings.mongo_url, database(settings.office, "notification"), settings.mongo_driver)
    try:
        yield Connections(store, KafkaCluster(settings.kafka), lambda paper: MailChannel(server, paper))
    finally:
        await store.close()
