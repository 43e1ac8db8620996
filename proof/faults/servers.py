"""The broker and the database: killed, restarted, held still, voted out."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from local.machine import address
from proof.faults.row import Fault, Stage
from tests.support.servers import Server

DOWN_SECONDS = 2.0
STEPPED_DOWN_SECONDS = 5


def broker(stage: Stage) -> Server:
    return stage.system.broker


def mongod(stage: Stage) -> Server:
    return stage.dice.choice(stage.system.mongods)


def killed(which: Any) -> Fault:
    """kill -9, and started again after a moment on the same files."""

    @asynccontextmanager
    async def fault(stage: Stage) -> AsyncIterator[None]:
        server: Server = which(stage)
        stage.fault(which.__name__, how="killed")
        server.kill()
        yield
        await asyncio.sleep(DOWN_SECONDS)
        await server.start()

    return fault


def restarted(which: Any) -> Fault:
    """Stopped as an operator does."""

    @asynccontextmanager
    async def fault(stage: Stage) -> AsyncIterator[None]:
        server: Server = which(stage)
        stage.fault(which.__name__, how="restarted")
        await asyncio.to_thread(server.stop)
        yield
        await server.start()

    return fault


def paused(which: Any) -> Fault:
    """Held still (SIGSTOP): connections stay open and nobody answers."""

    @asynccontextmanager
    async def fault(stage: Stage) -> AsyncIterator[None]:
        server: Server = which(stage)
        stage.fault(which.__name__, how="stopped")
        server.pause()
        try:
            yield
        finally:
            server.resume()

    return fault


@asynccontextmanager
async def stepped_down(stage: Stage) -> AsyncIterator[None]:
    """The primary gives way; a set of one elects itself again when its time is over."""
    for proxy in stage.system.mongo_proxies:
        url = f"mongodb://{address(proxy.behind)}/?directConnection=true"
        async with AsyncMongoClient[dict[str, Any]](url, serverSelectionTimeoutMS=2000) as client:
            try:
                if (await client.admin.command("hello"))["isWritablePrimary"]:
                    await client.admin.command("replSetStepDown", STEPPED_DOWN_SECONDS, force=True)
                    stage.fault(address(proxy.behind), how="stepped down")
            except PyMongoError as error:
                stage.missed.append(f"{address(proxy.behind)} did not step down: {type(error).__name__}")
    yield
    await asyncio.sleep(STEPPED_DOWN_SECONDS)
