"""Whoever asks whether the service is ready hears what it lacks."""

from pathlib import Path

import pytest

from services.notification import main
from tests.integration.notification.sink import Sink
from tests.integration.notification.stage import Stage, until
from tests.support.servers import ServerRoom

pytestmark = pytest.mark.broker


async def test_a_silent_broker_or_database_is_said_and_passes(
    server_room: ServerRoom, sink: Sink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(main, "SILENT_SECONDS", 2.0)
    servers = await server_room.servers()
    async with Stage("siap", servers, sink, tmp_path) as stage, stage.running() as service:

        async def says(words: str) -> bool:
            return any(words in sentence for sentence in await service.why_not_ready())

        async def ready() -> bool:
            return not await service.why_not_ready()

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


async def test_without_provisioning_nothing_starts_and_the_sentence_says_what_to_do(stage: Stage) -> None:
    await stage.store.drop()
    async with stage.running() as service:

        async def said() -> bool:
            return any("run `simpul provision office`" in reason for reason in await service.why_not_ready())

        await until(said)


async def test_kafka_may_come_up_later(server_room: ServerRoom, sink: Sink, tmp_path: Path) -> None:
    servers = await server_room.servers()
    async with Stage("nanti", servers, sink, tmp_path) as stage:
        servers.broker.pause()
        async with stage.running() as service:

            async def waiting() -> bool:
                return bool(await service.why_not_ready())

            await until(waiting)
            servers.broker.resume()
            await stage.publish("rakor")
            await stage.confirm("rakor", "Wayan Contoh")
            await stage.settled(1)
    assert len(sink.kept) == 1
