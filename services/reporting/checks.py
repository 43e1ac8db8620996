"""What the national reporting needs, for `simpul check`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.reporting.settings import ReportingSettings
from services.reporting.storage.provision import require_provisioned, require_topic_fits
from shared.check import Check, servers
from shared.contracts.topics import NATIONAL_DATABASE
from shared.mongo.driver import connect
from shared.settings import read_settings


@asynccontextmanager
async def checks() -> AsyncIterator[list[Check]]:
    settings = read_settings(ReportingSettings)
    store = connect(settings.mongo_url, NATIONAL_DATABASE, settings.mongo_driver)
    try:
        yield [
            *servers(settings, store),
            Check(
                "national topic",
                lambda: require_topic_fits(settings.kafka),
                "see that the broker runs where SIMPUL_KAFKA_BOOTSTRAP says",
            ),
            Check("national database", lambda: require_provisioned(store), "run `simpul provision national`"),
        ]
    finally:
        await store.close()
