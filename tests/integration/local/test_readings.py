import asyncio
import json
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from local.addresses import DemoAddresses, MailboxAddress, NationalAddress, OfficeAddress
from local.comparison import figure, gaps, mails
from local.readings import recount
from tests.support.servers import Servers
from tests.support.topics import make_topic, new_office

pytestmark = pytest.mark.broker


def fact(number: int, kind: str, add: dict[str, int]) -> tuple[str, dict[str, Any]]:
    change = {"cell": {"activity": "rakor", "category": "guru"}, "add": add}
    return f"id.simpul.{kind}.v1", {"number": number, "changes": [change]}


async def recounted(servers: Servers, facts: list[tuple[str, dict[str, Any]]]) -> tuple[str, dict[str, int]]:
    office = new_office()
    topic = f"simpul.{office}.facts.v1"
    await make_topic(servers.kafka, topic)
    producer = AIOKafkaProducer(bootstrap_servers=servers.kafka, acks="all")
    await asyncio.wait_for(producer.start(), 10)
    for kind, body in facts:
        headers = [("ce_type", kind.encode())]
        await producer.send_and_wait(topic, json.dumps(body).encode(), b"rakor", 3, None, headers)
    await producer.stop()
    addresses = DemoAddresses(
        kafka=servers.kafka,
        mongo=servers.mongo,
        offices={office: OfficeAddress(*[""] * 6)},
        national=NationalAddress("", "", ""),
        mailbox=MailboxAddress(""),
    )
    return office, dict(await recount(addresses))


FACTS = [
    fact(1, "activity.published", {"activities": 1, "seats": 2}),
    fact(2, "registration.confirmed", {"confirmed": 1}),
    fact(3, "registration.waitlisted", {"waitlisted": 1}),
    fact(4, "registration.promoted", {"waitlisted": -1, "confirmed": 1}),
    fact(5, "of.a.newer.kind", {"present": 2}),
]


async def test_facts_of_every_kind_are_added_up_and_repeated_ones_count_once(servers: Servers) -> None:
    office, found = await recounted(servers, [*FACTS, FACTS[1], FACTS[4]])
    assert found[figure(office, "rakor", "confirmed")] == 2
    assert found[figure(office, "rakor", "waitlisted")] == 0
    assert found[figure(office, "rakor", "present")] == 2
    assert found[mails(office, "promoted")] == 1
    assert found[gaps(office)] == 0


async def test_a_fact_that_is_missing_is_a_gap(servers: Servers) -> None:
    office, found = await recounted(servers, [*FACTS[:2], *FACTS[3:]])
    assert found[gaps(office)] == 1
