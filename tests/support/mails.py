"""An office's real notification in this process, listening as it does when deployed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import uvicorn

from local.machine import free_port
from services.notification.connections import Connections, connected
from services.notification.main import running
from services.notification.provision import provision_office
from services.notification.settings import NotificationSettings
from services.notification.storage.provision import provision
from shared.contracts import topics
from tests.support.features import MAILS
from tests.support.office import TestOffice, office_file, session_timeout_ms
from tests.support.waiting import until


async def provisioned(office: TestOffice, real: Connections) -> Connections:
    """The database of notification, and the office's own topics, on the broker or in memory."""
    if office.servers.kafka:
        await provision_office(office.code, office.servers.mongo, "motor", office.kafka)
    else:
        read = (topics.facts(office.code), topics.directory(office.code))
        await provision(real.store, MAILS, read, office.partitions)
    return replace(real, cluster=office.cluster)


@asynccontextmanager
async def notification(office: TestOffice, smtp_url: str) -> AsyncIterator[str]:
    """Its address."""
    shared = office.settings().model_dump(exclude={"http_port", "management_port"})
    shared |= {"kafka_session_timeout_ms": session_timeout_ms(office.servers)}
    more = {"smtp_url": smtp_url, "smtp_seconds": 3, "mails_per_minute": 600_000, "mail_workers": 2}
    settings = NotificationSettings(**(shared | more))
    port = free_port()
    async with (
        connected(settings) as real,
        running(settings, office_file(office.code), await provisioned(office, real)) as sides,
    ):
        server = uvicorn.Server(uvicorn.Config(sides.public, port=port, log_config=None, lifespan="on"))
        serving = asyncio.create_task(server.serve())

        async def begun() -> bool:
            return server.started

        await until(begun)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            await serving
