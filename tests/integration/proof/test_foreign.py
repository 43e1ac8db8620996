"""The proof's regional system against one office: poison is parked or refused as the history expects."""

import asyncio
import time
from collections import Counter
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from proof.foreign import Foreign
from proof.history import History, events
from proof.offices import OfficeView
from tests.integration.proof.test_load import view
from tests.support.office import TestOffice, new_office
from tests.support.servers import Servers

pytestmark = pytest.mark.broker

Row = dict[str, Any]


async def sent(office: TestOffice, seen: OfficeView, path: Path) -> list[Row]:
    """Every attempt of a few seconds, with every kind of poison once, and what was answered."""
    with History(path) as history:
        foreign = Foreign(seen, history, 5, 0)
        await foreign.prepare()
        done = asyncio.Event()
        asyncio.get_running_loop().call_later(2, done.set)
        await foreign.run(done, rate=60)
        await foreign.all_poison()
        assert await foreign.settle(time.monotonic() + 60) == 0
        await foreign.close()
    attempts: dict[int, Row] = {}
    for event in events(path):
        attempts.setdefault(event["attempt"], {}).update(event)
    for attempt in attempts.values():
        if "offset" in attempt:
            where = attempt["partition"]
            office.ends[where] = max(office.ends.get(where, 0), attempt["offset"] + 1)
    return list(attempts.values())


async def test_every_record_is_decided_parked_or_refused_as_expected(
    servers: Servers, tmp_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        office = await stack.enter_async_context(new_office(servers))
        seen = view(office, [])
        await stack.enter_async_context(office.registration())
        attempts = await sent(office, seen, tmp_path / "history.jsonl")
        await office.at_rest()
        parked = {row["_id"]: row["reason"] for row in await office.store["parked"].find({}).to_list(None)}
        refused = {row["_id"]: row for row in await office.store["outcomes"].find({}).to_list(None)}
        decided = {row["command"] async for row in office.store["facts"].find({"command": {"$ne": None}})}
    decided |= {row["command"] for row in refused.values() if "command" in row}
    expected: Counter[str] = Counter()
    for attempt in attempts:
        expect = attempt.get("expect")
        if attempt["event"] == "fail":
            assert attempt["poison"] == "5 MB", attempt
            continue
        assert attempt["event"] == "ok", attempt
        place = attempt["partition"] << 40 | attempt["offset"]
        expected[expect] += 1
        if expect is None:
            digest = office.digests.command(attempt["key"], attempt["source"], attempt["id"])
            assert digest in decided, attempt
            assert place not in parked
        elif expect in ("invalid", "too_large", "id_reused"):
            assert refused[place]["reason"] == expect, attempt
        else:
            assert parked.pop(place) == expect, attempt
    assert not parked, "nothing else is parked"
    assert set(expected) >= {None, "unreadable", "unknown_type", "wrong_office", "wrong_partition"}
    assert expected["id_reused"], "an id came with another payload"
    assert max(Counter(one["id"] for one in attempts).values()) >= 3, "some were sent three times"
