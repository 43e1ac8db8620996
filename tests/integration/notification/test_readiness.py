"""Whoever asks whether the service is ready hears what it lacks."""

import asyncio
from pathlib import Path

import pytest

from services.notification.main import Patience
from shared.mongo.driver import DatabaseMisfit
from tests.integration.notification.sink import Sink
from tests.integration.notification.stage import Stage, why_not_ready
from tests.support.servers import ServerRoom
from tests.support.waiting import until

pytestmark = pytest.mark.broker


async def test_a_silent_broker_or_database_is_said_and_passes(
    server_room: ServerRoom, sink: Sink, tmp_path: Path
) -> None:
    servers = await server_room.servers()
    hasty = Patience(silent_seconds=2.0)
    async with Stage("siap", servers, sink, tmp_path) as stage, stage.running(patience=hasty) as service:

        async def says(words: str) -> bool:
            return any(words in sentence for sentence in await why_not_ready(service))

        async def ready() -> bool:
            return not await why_not_ready(service)

        await until(ready)
        servers.broker.pause()
        await until(lambda: says("no answer from Kafka"))
        servers.broker.resume()
        await until(ready)
        servers.mongod.pause()
        await until(lambda: says("MongoDB does not answer"))
        servers.mongod.resume()
        await until(ready)
        await stage.publish("rakor")
        await stage.confirm("rakor", "Wayan Contoh")
        await stage.settled(1)
    assert len(sink.kept) == 1


async def test_without_provisioning_it_refuses_to_start_and_says_what_to_do(stage: Stage) -> None:
    await stage.store.drop()
    with pytest.raises(DatabaseMisfit, match="run `simpul provision office`"):
        async with stage.running():
            pass


async def test_kafka_may_come_up_later(server_room: ServerRoom, sink: Sink, tmp_path: Path) -> None:
    servers = await server_room.servers()
    async with Stage("nanti", servers, sink, tmp_path) as stage:
        await stage.publish("rakor")
        await stage.confirm("rakor", "Wayan Contoh")
        servers.broker.pause()
        coming = asyncio.get_running_loop().call_later(2, servers.broker.resume)
        async with stage.running():
            await stage.settled(1)
        coming.cancel()
    assert len(sink.kept) == 1
