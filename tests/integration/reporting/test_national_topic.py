"""What the directorate reads from the national topic is what the figures say, whatever was killed when."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiokafka import ConsumerRecord

from services.reporting.entrypoints.reader import Reader
from services.reporting.storage.gaps import Gaps
from services.reporting.storage.lease import FIGURES, LONG_AGO, READER, Lease
from services.reporting.storage.publishing import Publisher
from services.reporting.storage.revisions import due_revisions, mark_published
from shared.contracts.envelope import Envelope
from shared.contracts.facts import MEASURES
from shared.contracts.reports import NationalRow
from shared.contracts.topics import NATIONAL_REPORTS
from shared.kafka.cluster import KafkaCluster
from shared.kafka.connection import KafkaSettings
from shared.mongo.driver import Store
from tests.support.offices import NO_BROKER, SpeakingOffice, Spoken, make_national_topic
from tests.support.servers import ON_KAFKA, ServerRoom
from tests.support.topics import all_records
from tests.support.waiting import until

pytestmark = pytest.mark.broker


async def read(store: Store, *said: Spoken, epoch: int = 0) -> None:
    await Reader(store, epoch, Gaps(NO_BROKER), lambda office, facts: None).read(said)


@asynccontextmanager
async def publishing(kafka: str, store: Store, epoch: int = 0) -> AsyncIterator[None]:
    task = asyncio.create_task(Publisher(KafkaCluster(KafkaSettings(kafka, ON_KAFKA)), store, epoch).run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def records_of(kafka: str, office: SpeakingOffice) -> list[ConsumerRecord]:
    found = await all_records(kafka, NATIONAL_REPORTS)
    return [one for one in found if one.key.decode().startswith(f"{office.code}|")]


def as_compacted(records: Sequence[ConsumerRecord]) -> dict[str, Any]:
    """The last record of each key; a tombstone ends its key."""
    last = {one.key.decode(): one.value for one in records}
    return {key: json.loads(value) for key, value in last.items() if value is not None}


async def last_rev(store: Store) -> int:
    row = await store["lease"].find_one({"_id": FIGURES})
    assert row is not None
    return int(row["rev"])


async def figures(store: Store) -> dict[str, dict[str, Any]]:
    rows = await store["roll_ups"].find({}).to_list(None)
    return {row.pop("_id"): row for row in rows}


async def until_published(kafka: str, store: Store, office: SpeakingOffice) -> list[ConsumerRecord]:
    async def nothing_is_due() -> bool:
        return await store["revisions"].find_one({"due": True}) is None

    await until(nothing_is_due)
    records = await records_of(kafka, office)
    told = as_compacted(records)
    for row in told.values():
        row.pop("rev")
    assert told == await figures(store)
    return records


async def test_rows_are_what_the_figures_say_under_a_rev_that_grows(kafka: str, store: Store) -> None:
    office, begun = SpeakingOffice(), await last_rev(store)
    await read(store, office.publish("rakor"), office.confirm("rakor"), office.confirm("rakor", "komunitas"))
    async with publishing(kafka, store):
        records = await until_published(kafka, store, office)
        assert {one.key.decode() for one in records} == {
            f"{office.code}|2024-01|rakor|{category}" for category in ("", "mitra-kerja", "komunitas")
        }
        await read(store, office.confirm("rakor"))
        records = await until_published(kafka, store, office)
    assert len(records) == 4, "only what changed is sent again"
    revs = [NationalRow.read(one.value).rev for one in records]
    assert [rev - begun for rev in revs] == [1, 1, 1, 2]
    last = records[-1]
    envelope = Envelope.of(last.headers)
    assert (envelope.type, envelope.subject) == (NationalRow.type, last.key.decode())
    assert envelope.id == f"{last.key.decode()}@{begun + 2}"
    assert [name for name in MEASURES if NationalRow.read(last.value).model_dump()[name]] == ["confirmed"]


async def test_a_row_that_is_zero_by_now_ends_with_a_tombstone(kafka: str, store: Store) -> None:
    office, begun = SpeakingOffice(), await last_rev(store)
    await read(store, office.publish("rakor"))
    async with publishing(kafka, store):
        await until_published(kafka, store, office)
        await read(store, office.move("rakor", "2024-02"))
        records = await until_published(kafka, store, office)
        assert as_compacted(records).keys() == {f"{office.code}|2024-02|rakor|"}
        assert [one.key.decode() for one in records if one.value is None] == [f"{office.code}|2024-01|rakor|"]
        await read(store, office.move("rakor", "2024-01"))
        records = await until_published(kafka, store, office)
        assert as_compacted(records)[f"{office.code}|2024-01|rakor|"]["rev"] == begun + 3


async def test_what_was_sent_and_not_yet_noted_goes_out_again(kafka: str, store: Store) -> None:
    office, begun = SpeakingOffice(), await last_rev(store)
    await read(store, office.publish("rakor"))
    async with publishing(kafka, store):
        await until_published(kafka, store, office)
    mark = {"$set": {"due": True, "published_rev": 0}}  # killed between the broker's answer and the mark
    await store["revisions"].update_many({}, mark)
    async with publishing(kafka, store):
        records = await until_published(kafka, store, office)
    assert len(records) == 2
    assert len({one.value for one in records}) == 1
    (revision,) = await store["revisions"].find({}).to_list(None)
    assert (revision["rev"], revision["published_rev"]) == (begun + 1, begun + 1)


async def test_a_row_that_a_zombie_may_have_overwritten_is_sent_again(store: Store) -> None:
    office = SpeakingOffice()
    await read(store, office.publish("rakor"))
    older = await due_revisions(store, 0)
    await read(store, office.move("rakor", "2024-01", "rakor"), office.publish("rakor", seats=9))
    newer = await due_revisions(store, 0)
    assert newer[0].rev > older[0].rev
    await mark_published(store, newer)
    assert await due_revisions(store, 0) == []
    await mark_published(store, older)  # its record came after the newer one
    assert await due_revisions(store, 0) == newer


async def test_who_lost_the_lease_publishes_nothing(kafka: str, store: Store) -> None:
    office = SpeakingOffice()
    zombie = await Lease(store).try_acquire()
    assert zombie is not None
    await store["lease"].update_one({"_id": READER}, {"$set": {"until": LONG_AGO}})
    heir = await Lease(store).try_acquire()
    assert heir is not None
    await read(store, office.publish("rakor"), epoch=heir)
    async with publishing(kafka, store, zombie):
        await asyncio.sleep(3)  # it looks each second
        assert await records_of(kafka, office) == []
    async with publishing(kafka, store, heir):
        await until_published(kafka, store, office)


async def test_a_topic_that_was_lost_is_filled_again(server_room: ServerRoom, store: Store) -> None:
    office, broker = SpeakingOffice(), server_room
    first, _ = await broker.broker()
    await make_national_topic(first)
    await read(store, office.publish("rakor"), office.confirm("rakor"))
    async with publishing(first, store):
        await until_published(first, store, office)
    second, _ = await broker.broker()
    await make_national_topic(second)
    async with publishing(second, store):

        async def all_are_there() -> bool:
            return len(as_compacted(await records_of(second, office))) == 2

        await until(all_are_there)
