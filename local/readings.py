"""Reads what came out, from three places that know nothing of each other."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer

from local.addresses import DemoAddresses
from local.comparison import FIGURES, Reading, control_equal, figure, gaps, mails, mails_twice

_MAILED = {
    f"id.simpul.registration.{name}.v1": name for name in ("confirmed", "waitlisted", "promoted", "cancelled")
}

OF_NO_FACT = ("account", "sign-in", "own-page")  # templates of mails that no fact of the office tells of


async def recount(addresses: DemoAddresses) -> Reading:
    """The raw facts of every office from offset 0, each number once, their changes added up."""
    found: Counter[str] = Counter()
    for office in addresses.offices:
        last: dict[int, int] = {}
        found[gaps(office)] = 0
        async with aclosing(_records(addresses.kafka, f"simpul.{office}.facts.v1")) as records:
            async for record in records:
                fact = json.loads(record.value)
                before = last.get(record.partition, 0)
                if fact["number"] <= before:
                    continue  # the same fact published again
                found[gaps(office)] += fact["number"] - before - 1
                last[record.partition] = fact["number"]
                _count(found, office, fact, dict(record.headers)["ce_type"].decode())
    return dict(found)


async def mailbox(addresses: DemoAddresses, client: httpx.AsyncClient) -> Reading:
    """Mails by what their `X-Simpul-Delivery` says; a mail that came twice counts once and is told apart."""
    answer = await client.get(f"{addresses.mailbox.url}/api/v1/messages")
    answer.raise_for_status()
    found: Counter[str] = Counter({mails_twice(office): 0 for office in addresses.offices})
    seen: set[str] = set()
    for message in answer.json():
        headers = {name.lower(): value for name, value in message["headers"].items()}
        delivery = headers.get("x-simpul-delivery", "?:?")
        fact, template = delivery.split(":")[:2]
        if template in OF_NO_FACT:
            continue
        office = fact.rsplit("-", 2)[0]
        found[mails_twice(office) if delivery in seen else mails(office, template)] += 1
        seen.add(delivery)
    return dict(found)


async def national(addresses: DemoAddresses, client: httpx.AsyncClient) -> Reading:
    """The figures that the directorate sees, exact under its token."""
    answer = await client.get(
        f"{addresses.national.url}/api/v1/figures",
        params={"by": "office,activity"},
        headers=bearer(addresses.national.token_file),
    )
    answer.raise_for_status()
    told: dict[str, Any] = answer.json()
    found = {
        figure(row["office"], row["activity"], measure): int(row[measure])
        for row in told["rows"]
        for measure in FIGURES
    }
    for office in told["offices"]:
        found[gaps(office["office"])] = int(office["gaps"])
        found[control_equal(office["office"])] = int(office["control"] == "equal")
    return found


def bearer(token_file: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {Path(token_file).read_text().strip()}"}


def _count(found: Counter[str], office: str, fact: dict[str, Any], kind: str) -> None:
    for change in fact.get("changes", ()):
        for measure, number in change["add"].items():
            found[figure(office, change["cell"]["activity"], measure)] += number
    if template := _MAILED.get(kind):
        found[mails(office, template)] += 1


async def _records(bootstrap: str, topic: str) -> AsyncGenerator[Any, None]:
    """Everything that stands in the topic now, partition by partition."""
    consumer = AIOKafkaConsumer(
        topic,  # without a group it is given every partition as it starts
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=50,
    )
    await asyncio.wait_for(consumer.start(), 10)
    try:
        partitions = consumer.assignment()
        ends = await consumer.end_offsets(partitions)
        for partition in partitions:
            consumer.seek(partition, 0)
        left = {partition for partition in partitions if ends[partition] > 0}
        while left:
            batches = await asyncio.wait_for(consumer.getmany(*left, timeout_ms=500), 10)
            for partition, batch in batches.items():
                for record in batch:
                    yield record
                if batch[-1].offset + 1 >= ends[partition]:
                    left.discard(partition)
    finally:
        await asyncio.wait_for(consumer.stop(), 10)
