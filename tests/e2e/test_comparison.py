"""The comparison is no formality: it agrees with the demo, and not with a copy that lacks one thing."""

import asyncio
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaProducer, ConsumerRecord

from local.addresses import DemoAddresses, MailboxAddress
from local.machine import accepts, free_port
from local.processes import Processes, until_ready
from tests.e2e.demo import Demo
from tests.support.servers import ServerRoom
from tests.support.topics import all_records, make_topic

CONFIRMED = ("ce_type", b"id.simpul.registration.confirmed.v1")


def checked(demo: Demo, addresses: Path) -> tuple[int, set[str]]:
    """Exit code and the rows that differ, by the command that anyone would give."""
    command = [sys.executable, "-m", "local.check", str(addresses)]
    done = subprocess.run(command, cwd=demo.folder, capture_output=True, text=True, timeout=60)
    assert not done.stderr
    marked = [line for line in done.stdout.splitlines() if line.startswith("differs: ")]
    return done.returncode, {line.removeprefix("differs: ") for line in marked}


def test_a_check_of_the_played_demo_agrees(played: Demo) -> None:
    assert checked(played, played.simpul / "demo.json") == (0, set())


@pytest.mark.broker
async def test_one_fact_taken_away_is_named(played: Demo, server_room: ServerRoom, tmp_path: Path) -> None:
    kafka, _ = await server_room.broker()
    for office in played.addresses.offices:
        topic = f"simpul.{office}.facts.v1"
        records = await all_records(played.addresses.kafka, topic)
        if office == "bali":
            confirmed = [record for record in records if CONFIRMED in record.headers]
            records.remove(confirmed[len(confirmed) // 2])
        await write(kafka, topic, records)
    copy = written(tmp_path, replace(played.addresses, kafka=kafka))
    rows = {"bali/rakor-bali-2024 confirmed", "bali mails confirmed", "bali gaps"}
    assert checked(played, copy) == (1, rows)


async def test_one_mail_taken_away_is_named(played: Demo, tmp_path: Path) -> None:
    messages = await mails_of(played)
    messages.remove(next(one for one in messages if is_delivery(one, "bali", "confirmed")))
    assert await checked_with_mails(played, tmp_path, messages) == (1, {"bali mails confirmed"})


async def test_one_mail_sent_twice_is_named(played: Demo, tmp_path: Path) -> None:
    messages = await mails_of(played)
    messages.append(next(one for one in messages if is_delivery(one, "sumbar", "promoted")))
    assert await checked_with_mails(played, tmp_path, messages) == (1, {"sumbar mails sent twice"})


async def mails_of(demo: Demo) -> list[dict[str, Any]]:
    async with httpx.AsyncClient(timeout=30) as client:
        found: list[dict[str, Any]] = (
            await client.get(f"{demo.addresses.mailbox.url}/api/v1/messages")
        ).json()
    return found


def is_delivery(message: dict[str, Any], office: str, template: str) -> bool:
    delivery = str(message["headers"]["X-Simpul-Delivery"])
    return delivery.startswith(f"{office}-") and f":{template}:" in delivery


async def checked_with_mails(
    demo: Demo, folder: Path, messages: list[dict[str, Any]]
) -> tuple[int, set[str]]:
    """As if the mailbox held just these: a folder served over HTTP answers as it does."""
    answer = folder / "mailbox/api/v1/messages"
    answer.parent.mkdir(parents=True)
    answer.write_text(json.dumps(messages))
    port = free_port()
    serve = ["http.server", str(port), "--bind", "127.0.0.1", "--directory", str(folder / "mailbox")]
    with Processes(folder / "logs") as processes:
        child = processes.start("mailbox-copy", [sys.executable, "-m", *serve])
        await until_ready(child, lambda: accepts(port), within=200)
        copy = replace(demo.addresses, mailbox=MailboxAddress(f"http://127.0.0.1:{port}"))
        return await asyncio.to_thread(checked, demo, written(folder, copy))


def written(folder: Path, addresses: DemoAddresses) -> Path:
    addresses.write(folder / "demo.json")
    return folder / "demo.json"


async def write(kafka: str, topic: str, records: list[ConsumerRecord]) -> None:
    await make_topic(kafka, topic)
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=False)
    await producer.start()
    try:
        sent = [
            await producer.send(topic, one.value, one.key, one.partition, headers=list(one.headers))
            for one in records
        ]
        await asyncio.gather(*sent)
    finally:
        await producer.stop()
