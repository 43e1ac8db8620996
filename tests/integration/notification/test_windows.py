"""Mails that are attempted together stay each its own: who lost its lease, who was killed, who is slow."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

import pytest

from services.notification.kernel.delivery_worker import DeliveryPace
from services.notification.kernel.ports import ClaimedDelivery
from services.notification.storage.deliveries import MongoLedger
from shared.mongo.driver import Store
from tests.integration.notification.stage import Stage
from tests.support.waiting import until

pytestmark = pytest.mark.both_drivers


async def owed(stage: Stage, count: int) -> None:
    await stage.publish("rakor")
    for number in range(count):
        await stage.confirm("rakor", f"Peserta {number}")


class Watched(MongoLedger):
    """Tells how many attempts were begun together; of the first several the last is taken over by another."""

    def __init__(self, store: Store, robbed: bool = False) -> None:
        super().__init__(store)
        self.sizes, self.stolen, self.robbed = list[int](), list[str](), robbed

    async def begin_attempts(
        self, held: Sequence[ClaimedDelivery], lease: timedelta, revs: Mapping[str, int]
    ) -> list[ClaimedDelivery]:
        self.sizes.append(len(held))
        if self.robbed and not self.stolen and len(held) > 1:
            self.stolen.append(held[-1].delivery.id)
            await self._rows.update_one({"_id": self.stolen[0]}, {"$set": {"claim": "another"}})
        return await super().begin_attempts(held, lease, revs)


async def test_a_quick_server_is_given_several_at_once_and_not_at_first(stage: Stage) -> None:
    await owed(stage, 40)
    watched = Watched(stage.store)
    async with stage.running(ledger=lambda _: watched, mail_workers="1"):
        rows = await stage.settled(40)
    assert {(row["state"], row["tries"], "open" in row) for row in rows} == {("sent", 1, False)}
    assert sorted(stage.sink.deliveries()) == [row["_id"] for row in rows]
    assert watched.sizes[0] == 1
    assert 1 < max(watched.sizes) <= DeliveryPace().window


async def test_a_slow_server_is_given_one_at_a_time(stage: Stage) -> None:
    stage.sink.seconds = 0.6
    await owed(stage, 4)
    watched = Watched(stage.store)
    async with stage.running(ledger=lambda _: watched, mail_workers="1"):
        await stage.settled(4)
    assert watched.sizes == [1] * 4


async def test_who_lost_its_lease_is_not_sent_and_the_others_of_the_window_are(stage: Stage) -> None:
    await owed(stage, 12)
    watched = Watched(stage.store, robbed=True)

    async def others_sent() -> bool:
        return len(await stage.rows(state="sent")) == 11

    async with stage.running(ledger=lambda _: watched, mail_workers="1"):
        await until(others_sent)
        (left,) = await stage.rows(state="pending")
    assert (left["_id"], left["claim"], left["tries"]) == (watched.stolen[0], "another", 0)
    assert left["_id"] not in stage.sink.deliveries()
    assert len(stage.sink.kept) == 11


@pytest.mark.parametrize("answer", ["550 never", "451 later", "421 closing", "keep+drop", "drop"])
async def test_what_happens_to_one_of_a_window_happens_to_no_other(stage: Stage, answer: str) -> None:
    stage.sink.script["confirmed"] = ["250 taken"] * 9 + [answer]
    await owed(stage, 20)
    async with stage.running(mail_workers="1"):
        rows = await stage.settled(20)
    lost = int(answer.endswith("drop"))
    assert Counter((row["state"], row["ambiguous"], row["tries"]) for row in rows) == {
        ("sent", 0, 1): 19,
        ("failed" if answer[0] == "5" else "sent", lost, 1 if answer[0] == "5" else 2): 1,
    }
    times = Counter(stage.sink.deliveries())
    assert sorted(times.values()) == [1] * (len(times) - 1) + [2 if answer == "keep+drop" else 1]
    assert len(times) == 20 - (answer[0] == "5")


@pytest.mark.broker
@pytest.mark.once
async def test_a_kill_in_a_window_leaves_at_most_its_mails_counted_and_none_twice_beyond_them(
    stage: Stage,
) -> None:
    stage.sink.script["confirmed"] = ["250 taken"] * 20 + ["keep+hang"]
    await owed(stage, 40)
    async with stage.process(mail_lease_seconds="9", smtp_seconds="3", mail_workers="1"):
        await asyncio.wait_for(stage.sink.hanging.wait(), 60)
        await asyncio.sleep(0.1)
    open_rows = {row["_id"] for row in await stage.rows(open={"$exists": True})}
    assert 1 <= len(open_rows) <= DeliveryPace().window
    async with stage.running():
        rows = await stage.settled(40)
    assert {row["state"] for row in rows} == {"sent"}
    assert {row["_id"] for row in rows if row["ambiguous"]} == open_rows
    assert max(row["ambiguous"] for row in rows) == 1
    times = Counter(stage.sink.deliveries())
    assert {id for id, number in times.items() if number > 1} <= open_rows
    assert len(times) == 40
