"""What registration reaches outside of its process, handed to it as one; tests hand it twins."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from services.registration.settings import RegistrationSettings
from services.registration.web.mails import Mails
from services.registration.web.notification import NotificationMails, client
from shared.contracts import topics
from shared.kafka.cluster import Cluster, KafkaCluster
from shared.mongo.driver import Store, connect
from shared.passes import Passes


@dataclass(frozen=True, slots=True)
class Connections:
    """`mails`: None where it is not said who keeps them."""

    store: Store
    cluster: Cluster
    mails: Mails | None = None


@asynccontextmanager
async def connected(settings: RegistrationSettings) -> AsyncIterator[Connections]:
    """The servers that the settings name; none of them need be up yet."""
    database = topics.database(settings.office, "registration")
    store = connect(settings.mongo_url, database, settings.mongo_driver)
    try:
        async with _mails(settings) as mails:
            yield Connections(store, KafkaCluster(settings.kafka), mails)
    finally:
        await store.close()


@asynccontextmanager
async def _mails(settings: RegistrationSettings) -> AsyncIterator[Mails | None]:
    if settings.notification_url is None:
        yield None
    else:
        async with client(str(settings.notification_url)) as asking:
            yield NotificationMails(asking, Passes(settings.office, settings.link_keys))
