"""The proof's clients against one office in this process: a seed repeats what they decide."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from proof.history import History, events
from proof.load import Load
from proof.offices import OfficeView
from tests.support.office import STAFF_TOKEN, TestOffice, new_office
from tests.support.servers import Servers

pytestmark = pytest.mark.broker


def view(office: TestOffice, urls: list[str]) -> OfficeView:
    return OfficeView(office.code, urls, STAFF_TOKEN, office.servers.kafka, office.partitions)


def reach(load: Load, client: httpx.AsyncClient) -> None:
    """Both instances of the only office are this service, without a socket."""
    for one in load.offices.values():
        one.client.through([client, client])


async def played(servers: Servers, path: Path, seed: int) -> list[dict[str, Any]]:
    async with new_office(servers) as office, office.registration() as client:
        with History(path) as history:
            load = Load([view(office, ["http://office"] * 2)], history, seed, 60)
            reach(load, client)
            await load.prepare()
            done = asyncio.Event()
            asyncio.get_running_loop().call_later(3, done.set)
            await load.run(done)
            assert await load.settle(30) == 0
        await office.at_rest()
    return list(events(path))


def decided(history: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Each command once, in the order in which it was first asked; without those that an answer begins."""
    found = {}
    for event in history:
        if event["event"] == "invoke" and event["type"] in ("registration.submit", "activity.change"):
            found.setdefault(event["id"], (event["type"], event["key"], event["id"]))
    return list(found.values())


async def test_a_seed_repeats_what_clients_decide_and_all_is_decided(
    servers: Servers, tmp_path: Path
) -> None:
    first = await played(servers, tmp_path / "first.jsonl", 7)
    second = await played(servers, tmp_path / "second.jsonl", 7)
    other = await played(servers, tmp_path / "other.jsonl", 8)
    both = min(len(decided(first)), len(decided(second)))
    assert both > 60
    assert decided(first)[:both] == decided(second)[:both]
    assert not set(decided(first)) & set(decided(other))

    invoked = {event["attempt"]: event for event in first if event["event"] == "invoke"}
    answered = {event["attempt"]: event for event in first if event["event"] in ("ok", "fail", "unknown")}
    assert invoked.keys() == answered.keys()
    results: Counter[str] = Counter()
    outcomes: dict[str, Any] = {}
    for attempt, event in answered.items():
        if (outcome := event.get("outcome")) is not None:
            results[outcome["result"]] += 1
            assert outcomes.setdefault(invoked[attempt]["id"], outcome) == outcome, "one command, one outcome"
    assert set(results) >= {"confirmed", "waitlisted", "cancelled", "recorded", "changed", "refused"}
    assert {event["id"] for event in invoked.values()} == outcomes.keys()
