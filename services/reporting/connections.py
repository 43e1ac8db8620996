"""What reporting reaches outside of its process, handed to it as one; tests hand it twins."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from services.reporting.settings import ReportingSettings
from shared.contracts.topics import NATIONAL_DATABASE
from shared.kafka.cluster import Cluster, KafkaCluster
from shared.mongo.driver import Store, connect


@dataclass(frozen=True, slots=True)
class Connections:
    store: Store
    cluster: Cluster


@asynccontextmanager
async def connected(settings: ReportingSettings) -> AsyncIterator[Connections]:
    """The servers that the settings name; none of them need be up yet."""
    store = connect(settings.mongo_url, NATIONAL_DATABASE, settings.mongo_driver)
    try:
        yield Connections(store, KafkaCluster(settings.kafka))
    finally:
        await store.close()
