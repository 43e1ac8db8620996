"""kill -9 while files are sent and published: each is there whole, or is swept; none that a command named."""

import asyncio
import hashlib
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from services.registration.features.files.files import BUCKET, FILES, REFERENCES, UPLOADS, Files
from services.registration.features.files.sweep import MARKS, Sweep
from services.registration.storage.intake import Intake
from shared.contracts.commands import PublishMaterial
from shared.mongo.contents import GridFsContents
from shared.mongo.driver import Store
from tests.component.registration.browser import STAFF, announce
from tests.support.deployment import Deployment, deployment
from tests.support.office import TestOffice, activity, new_office
from tests.support.sent_files import PDF
from tests.support.servers import ServerRoom, Servers

pytestmark = pytest.mark.broker
SENT, KILLS = 12, 3
DAY = timedelta(days=1, minutes=1)


def content(number: int) -> bytes:
    """Some megabytes of its own."""
    return PDF[:-6] + bytes([number + 1]) * 3_000_000 + PDF[-6:]


async def send_and_publish(running: Deployment, number: int) -> str:
    """Again until both are answered, as whoever meets a killed instance does; the file's digest."""
    while True:
        service = running.services.get("registration")
        try:
            async with httpx.AsyncClient(base_url=service.url if service else "", timeout=60) as client:
                sent = await client.post("/api/v1/files", content=content(number), headers=STAFF)
                digest = str(sent.json()["digest"])
                body = {"id": f"m-{number}", "title": f"Panduan {number}", "file": digest}
                key = STAFF | {"Idempotency-Key": f"materi-{number}"}
                told = await client.post("/api/v1/activities/uji/materials", json=body, headers=key)
                if told.status_code == 200:
                    return digest
        except (httpx.HTTPError, httpx.UnsupportedProtocol, KeyError, ValueError):
            pass
        await asyncio.sleep(0.2)


async def test_a_killed_service_leaves_each_file_whole_or_to_the_sweep(
    server_room: ServerRoom, tmp_path: Path
) -> None:
    servers = await server_room.servers()
    async with deployment(servers, tmp_path) as running:
        office = running.office
        await running.start("registration", "services.registration.main")
        await office.put(activity("uji", 1), "uji")
        await office.at_rest()
        working = asyncio.gather(*(send_and_publish(running, number) for number in range(SENT)))
        for _ in range(KILLS):
            await asyncio.sleep(1.5)
            running.kill("registration")
            await running.start("registration", "services.registration.main")
        digests = await working
        await office.at_rest()
        running.kill("registration")
        await let_a_day_pass(office.store)
        await sweep(office).step()
        assert await office.store[UPLOADS].count_documents({}) == 0
        files = Files(office.store, GridFsContents(office.store, BUCKET))
        for number, digest in enumerate(digests):
            opened = await files.open(digest)
            assert opened is not None
            data = b"".join([part async for part in opened.read(0, opened.file.size)])
            assert (data == content(number), f"sha256:{hashlib.sha256(data).hexdigest()}") == (True, digest)
        assert await office.store[f"{BUCKET}.files"].count_documents({}) == SENT
        pieces = await office.store.aggregate(f"{BUCKET}.chunks", [{"$group": {"_id": "$files_id"}}])
        assert len(pieces) == await office.store[REFERENCES].count_documents({}) == SENT


def sweep(office: TestOffice) -> Sweep:
    ends = Intake(office.code, office.cluster, office.producer, office.partitions).ends
    return Sweep(office.store, GridFsContents(office.store, BUCKET), ends)


async def let_a_day_pass(store: Store) -> None:
    for collection in (FILES, UPLOADS, MARKS):
        for row in await store[collection].find({}).to_list(None):
            await store[collection].update_one({"_id": row["_id"]}, {"$set": {"at": row["at"] - DAY}})


async def test_a_command_that_waits_on_intake_never_loses_its_file(servers: Servers) -> None:
    async with new_office(servers) as office:
        async with office.registration() as client:
            await announce(client, "uji")
            kept, swept = [
                (await client.post("/api/v1/files", content=content(number), headers=STAFF)).json()["digest"]
                for number in (0, 1)
            ]
            await office.at_rest()
        await let_a_day_pass(office.store)
        await office.put(PublishMaterial(activity="uji", id="a", title="A", file=kept), "uji")
        assert await sweep(office).step() == 0, "what stands on intake is not decided yet"
        async with office.registration() as client:
            await office.at_rest()
            assert await sweep(office).step() == 1
            late = PublishMaterial(activity="uji", id="b", title="B", file=swept)
            row = await office.outcome("uji", await office.put(late, "uji"))
            assert row["reason"] == "file_unknown"
            answer = await client.get("/api/v1/activities/uji/materials/a/file", headers=STAFF)
            assert answer.content == content(0)
