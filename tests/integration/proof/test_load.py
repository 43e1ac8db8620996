"""The proof's clients against one office in this process: a seed repeats what they decide."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from proof.history import History, events
from proof.load import Load
from proof.offices import GRANTED, OfficeView
from shared.signatures import Signer
from tests.support.office import STAFF_TOKEN, TestOffice, new_office
from tests.support.servers import Servers

pytestmark = pytest.mark.broker
SIGNER = Signer("0a" * 32)
ENOUGH = 45  # commands of each kind of client, to compare two runs by


def view(office: TestOffice, urls: list[str]) -> OfficeView:
    found = OfficeView(office.code, urls, STAFF_TOKEN, office.servers.kafka, SIGNER, office.partitions)
    office.grants = {found.regional: {"key": SIGNER.public_texts[0], "may": list(GRANTED)}}
    return found


def reach(load: Load, client: httpx.AsyncClient) -> None:
    """Both instances of the only office are this service, without a socket."""
    for one in load.offices.values():
        one.client.through([client, client])


async def played(servers: Servers, path: Path, seed: int) -> list[dict[str, Any]]:
    async with new_office(servers) as office:
        seen = view(office, ["http://office"] * 2)
        async with office.registration() as client:
            await _played(office, seen, client, path, seed)
    return list(events(path))


async def _played(
    office: TestOffice, seen: OfficeView, client: httpx.AsyncClient, path: Path, seed: int
) -> None:
    with History(path) as history:
        load = Load([seen], history, seed, 60)
        reach(load, client)
        await load.prepare()
        done = asyncio.Event()
        async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
            tasks.create_task(load.run(done))
            while min(len(decided(list(events(path)), foreign)) for foreign in (False, True)) <= ENOUGH:
                await asyncio.sleep(0.5)  # a busy machine asks fewer in a second
            done.set()
        assert await load.settle(120) == 0
    await office.at_rest()


def decided(history: list[dict[str, Any]], foreign: bool) -> list[tuple[str, str, str]]:
    """Each command once, in the order in which it was first asked; without those that an answer begins, as it
    does of strangers and whom they name (`asing`)."""
    found = {}
    asked = [event for event in history if event["event"] == "invoke"]
    for event in asked:
        drawn = event["type"] in ("registration.submit", "activity.change") and "-asing-" not in event["key"]
        if drawn and (event["via"] == "kafka") == foreign:
            found.setdefault(event["id"], (event["type"], event["key"], event["id"]))
    return list(found.values())


async def test_a_seed_repeats_what_clients_decide_and_all_is_decided(
    servers: Servers, tmp_path: Path
) -> None:
    first = await played(servers, tmp_path / "first.jsonl", 7)
    second = await played(servers, tmp_path / "second.jsonl", 7)
    for foreign in (False, True):
        one, two = decided(first, foreign), decided(second, foreign)
        both = min(len(one), len(two))
        assert both > ENOUGH
        assert one[:both] == two[:both]

    invoked = {event["attempt"]: event for event in first if event.get("via", "kafka") != "kafka"}
    answered = {event.get("attempt"): event for event in first if event["event"] != "invoke"}
    answered = {attempt: event for attempt, event in answered.items() if attempt in invoked}
    assert invoked.keys() == answered.keys()
    results: Counter[str] = Counter()
    outcomes: dict[str, Any] = {}
    for attempt, event in answered.items():
        if (outcome := event.get("outcome")) is not None:
            results[outcome["result"]] += 1
            assert outcomes.setdefault(invoked[attempt]["id"], outcome) == outcome, "one command, one outcome"
    assert set(results) >= {"confirmed", "waitlisted", "cancelled", "recorded", "changed", "refused"}
    assert {event["id"] for event in invoked.values()} == outcomes.keys()


async def test_bursts_fill_an_activity_and_cancel_or_enlarge_it(servers: Servers, tmp_path: Path) -> None:
    async with new_office(servers) as office:
        seen = view(office, ["http://office"] * 2)
        await _burst(office, seen, tmp_path)


async def _burst(office: TestOffice, seen: OfficeView, tmp_path: Path) -> None:
    async with office.registration() as client:
        with History(tmp_path / "history.jsonl") as history:
            load = Load([seen], history, 3, 5)
            reach(load, client)
            bursts = load.bursts[office.code]
            rushed = await bursts.rush(seconds=1, factor=40, seats=10)
            gone = await bursts.cancel(300)
            larger = await bursts.raise_quota(by=300, others=30)
            assert await load.settle(120) == 0
            await load.close()
        rows = await office.store["registrations"].find({}, {"activity": 1, "status": 1}).to_list(None)
        states = await office.store["activities"].find({}).to_list(None)
        await office.at_rest()
        rows = await office.store["registrations"].find({}, {"activity": 1, "status": 1}).to_list(None)
    found = Counter((row["activity"], row["status"]) for row in rows)
    assert found[rushed, "confirmed"] == 10
    assert found[rushed, "waitlisted"] > 100
    assert {row["_id"]: row["cancelled"] for row in states}[gone]
    assert found[gone, "confirmed"] == 150
    assert found[larger, "confirmed"] == 400
