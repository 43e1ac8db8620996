"""Facts and directory: whatever order, repetition or gap they come with, each mail is owed once."""

import asyncio
from datetime import UTC, datetime

import pytest

from services.notification.metrics import Metrics
from services.notification.storage.cursors import Cursor, CursorMoved, Cursors
from services.notification.storage.directory import DirectoryStore
from services.notification.storage.folding import FactsLedger
from services.notification.storage.reader import Reader
from shared.contracts.directory import registration_key
from shared.contracts.envelope import Envelope
from shared.contracts.facts import OfficeTotals, RegistrationConfirmed, Stated
from shared.contracts.topics import directory, facts
from shared.contracts.types import rfc3339
from shared.serving import HttpSides
from tests.integration.notification.stage import TOKEN, Stage, confirmed, registration, why_not_ready
from tests.support.features import MAILS
from tests.support.office import METRICS, READY, both
from tests.support.waiting import until

pytestmark = pytest.mark.broker


async def test_a_mail_waits_for_the_directory_that_its_fact_names(stage: Stage) -> None:
    async with stage.running():
        await stage.publish("rakor")
        number = stage.next_number("rakor")
        await stage.person("rakor", "Wayan Lama", rev=0)
        await stage.state(confirmed("rakor", "Wayan Lama"), "rakor")

        async def waited() -> bool:
            return any(row["waits"] >= 3 for row in await stage.rows())

        await until(waited)
        assert stage.sink.kept == []
        await stage.person("rakor", "Wayan Lama", number, email="baru@peserta.example")
        await stage.settled(1)
    assert stage.sink.recipients == ["baru@peserta.example"]


async def test_an_ended_or_absent_entry_withdraws_the_mail(stage: Stage) -> None:
    async with stage.running():
        await stage.publish("rakor")
        await stage.state(confirmed("rakor", "Tak Tercatat"), "rakor")
        await stage.person("rakor", "Sudah Dihapus", stage.next_number("rakor"))
        await stage.enter(registration_key(registration("Sudah Dihapus")), None, "rakor")
        await stage.person("rakor", "Sudah Dihapus", stage.next_number("rakor"))  # a late repetition
        await stage.state(confirmed("rakor", "Sudah Dihapus"), "rakor")
        rows = await stage.settled(2)
    reasons = {row["registration"]: (row["state"], row["reason"]) for row in rows}
    assert reasons[registration("Tak Tercatat")] == ("withdrawn", "not_in_directory")
    assert reasons[registration("Sudah Dihapus")] == ("withdrawn", "erased")
    assert stage.sink.kept == []


async def test_facts_played_again_make_no_second_mail(stage: Stage) -> None:
    async with stage.running():
        await stage.publish("rakor")
        await stage.confirm("rakor", "Wayan Contoh")
        await stage.cancel_activity("rakor")
        await stage.settled(2)
    await stage.store["cursors"].update_many({}, {"$set": {"offset": 0, "number": 0, "ledger": None}})
    async with stage.running():
        await stage.confirm("lokakarya", "Made Contoh")
        await stage.details("lokakarya", 0)
        await stage.settled(3)
    assert len(stage.sink.kept) == 3
    assert len(set(stage.sink.deliveries())) == 3


async def test_two_instances_owe_and_send_each_mail_once(stage: Stage) -> None:
    await stage.publish("rakor")
    await stage.publish("refleksi")
    assert {stage.partition("rakor"), stage.partition("refleksi")} == {0, 1}
    async with stage.running(), stage.running() as second:
        for number in range(60):
            await stage.confirm("rakor" if number % 2 else "refleksi", f"Peserta {number}")
            if number == 30:
                await until(lambda: _ready(second))
        rows = await stage.settled(60)
    assert len(rows) == 60
    assert sorted(stage.sink.deliveries()) == [row["_id"] for row in rows]


async def test_a_cancelled_activity_owes_one_mail_to_each_of_three_thousand(stage: Stage) -> None:
    await stage.publish("rakor")
    sends = []
    for number in range(3_000):
        sends.append(asyncio.create_task(stage.confirm("rakor", f"Peserta {number}")))
        if len(sends) == 200:
            await asyncio.gather(*sends)
            sends.clear()
    await stage.cancel("rakor", "Peserta 0")
    await stage.cancel_activity("rakor")
    await stage.confirm("rakor", "Sesudahnya")
    async with stage.running(mail_only_to="@tiada.example"):

        async def owed() -> bool:
            count = await stage.store["deliveries"].count_documents({"template": "activity-cancelled"})
            return count >= 2_999 and not await stage.store["fanouts"].find_one({"done": False})

        await until(owed)
        found = await stage.rows(template="activity-cancelled")
    assert len(found) == 2_999
    assert registration("Peserta 0") not in {row["registration"] for row in found}


async def test_a_gap_stops_its_partition_alone_and_says_so(stage: Stage) -> None:
    await stage.publish("rakor")
    await stage.publish("refleksi")
    lost = stage.next_number("rakor")
    stage.numbers[stage.partition("rakor")] += 1
    await stage.confirm("rakor", "Wayan Contoh")
    await stage.confirm("refleksi", "Made Contoh")
    async with stage.running() as service:
        await stage.settled(1)

        async def said() -> bool:
            return any(f"lacks fact {lost}" in sentence for sentence in await why_not_ready(service))

        await until(said)
    assert len(stage.sink.kept) == 1
    await stage.write(OfficeTotals(totals={}), "rakor", lost)  # published late, behind what follows it
    async with stage.running():
        await stage.settled(2)
    assert len(stage.sink.kept) == 2


async def test_a_gap_that_is_filled_late_is_found_without_a_restart(stage: Stage) -> None:
    await stage.publish("rakor")
    lost = stage.next_number("rakor")
    stage.numbers[stage.partition("rakor")] += 1
    await stage.confirm("rakor", "Wayan Contoh")
    async with stage.running() as service:

        async def said() -> bool:
            return any(f"lacks fact {lost}" in sentence for sentence in await why_not_ready(service))

        await until(said)
        await asyncio.sleep(1.2)  # two looks find nothing
        assert await said()
        await stage.write(OfficeTotals(totals={}), "rakor", lost)
        await stage.settled(1)
        await until(lambda: _ready(service))
    assert len(stage.sink.kept) == 1


async def test_entries_that_the_position_ran_past_are_read_after_all(stage: Stage) -> None:
    async with stage.running():
        await stage.person("rakor", "Satu", rev=1)
        topic, partition = directory(stage.office), stage.partition("rakor")

        async def offset(at_least: int) -> bool:
            return (await Cursors(stage.store).read(topic, partition)).offset >= at_least

        await until(lambda: offset(1))
        listener = stage.cluster.listener
        assert listener is not None
        listener.hold((topic, partition))
        await stage.person("rakor", "Dua", rev=2)
        await stage.person("rakor", "Tiga", rev=3)
        listener.seek((topic, partition), 2)
        await until(lambda: offset(3))
    keys = {registration_key(registration(name)) for name in ("Satu", "Dua", "Tiga")}
    assert {row["_id"] async for row in stage.store["directory"].find({})} == keys


async def test_what_is_no_fact_stops_its_partition_after_every_restart(stage: Stage) -> None:
    await stage.publish("rakor")
    await stage.confirm("rakor", "Wayan Contoh")
    junk = await _foreign(stage, "rakor", b"{}", RegistrationConfirmed.type)
    await stage.confirm("rakor", "Made Contoh")
    for _ in range(3):
        async with stage.running() as service:

            async def said(service: HttpSides = service) -> bool:
                sentences = await why_not_ready(service)
                return any(f"offset {junk} holds no readable fact" in sentence for sentence in sentences)

            await stage.settled(1)
            await until(said)
        cursor = await Cursors(stage.store).read(facts(stage.office), stage.partition("rakor"))
        assert (cursor.offset, cursor.number) == (junk, 2)
    assert len(stage.sink.kept) == 1


async def test_a_fact_that_is_not_what_its_type_says_stops_its_partition_alone(stage: Stage) -> None:
    await stage.publish("rakor")
    await stage.publish("refleksi")
    await stage.confirm("rakor", "Wayan Contoh")
    number = stage.next_number("rakor")
    stated = Stated(
        office=stage.office,
        ledger=stage.ledger,
        partition=stage.partition("rakor"),
        number=number,
        at=datetime.now(UTC),
    )
    await _foreign(stage, "rakor", stated.encoded(), RegistrationConfirmed.type)
    async with stage.running() as service:
        await stage.settled(1)

        async def said() -> bool:
            sentences = await why_not_ready(service)
            return any(f"-{number} is no readable {RegistrationConfirmed.type}" in each for each in sentences)

        await until(said)
        await stage.confirm("refleksi", "Made Contoh")
        await stage.settled(2)
    cursor = await Cursors(stage.store).read(facts(stage.office), stage.partition("rakor"))
    assert cursor.number == number - 1


async def _foreign(stage: Stage, activity: str, value: bytes, type: str) -> int:
    """Write what registration never would; returns its offset."""
    envelope = Envelope("x-0-0", f"/{stage.office}/registration", type, activity, rfc3339(datetime.now(UTC)))
    future = await stage.producer.enqueue(
        facts(stage.office), activity.encode(), value, envelope.headers(), stage.partition(activity)
    )
    return int((await future).offset)


async def test_facts_of_another_ledger_stop_their_partition(stage: Stage) -> None:
    await stage.publish("rakor")
    await stage.confirm("rakor", "Wayan Contoh")
    stage.ledger = "f" * 32
    await stage.confirm("rakor", "Made Contoh")
    async with stage.running() as service:
        await stage.settled(1)

        async def said() -> bool:
            return any("made anew" in sentence for sentence in await why_not_ready(service))

        await until(said)
    assert len(await stage.rows()) == 1


async def test_staff_see_states_and_nobody_sees_names(stage: Stage) -> None:
    async with stage.running(mail_only_to="satu@peserta.example") as service:
        await stage.publish("rakor")
        for name in ("Satu", "Dua", "Tiga"):
            await stage.confirm("rakor", name)
        await stage.settled(3)
        async with both(service, "http://kantor") as client:
            assert (await client.get("/api/v1/deliveries")).status_code == 401
            client.headers["Authorization"] = f"Bearer {TOKEN}"
            first = (await client.get("/api/v1/deliveries?state=withdrawn&limit=1")).json()
            rest = await client.get(
                "/api/v1/deliveries", params={"state": "withdrawn", "limit": 5, "after": first["next"]}
            )
            assert [len(first["deliveries"]), len(rest.json()["deliveries"])] == [1, 1]
            assert (await client.get("/api/v1/deliveries?activity=lain")).json()["deliveries"] == []
            everything = (await client.get("/api/v1/deliveries")).text + (await client.get(METRICS)).text
            ready = await client.get(READY)
    assert ready.status_code == 200, ready.text
    assert "example" not in everything
    assert "Satu" not in everything


async def test_the_gauge_forgets_a_state_that_no_delivery_is_in_any_more(stage: Stage) -> None:
    metrics, pending = Metrics(MAILS.templates), {"template": "confirmed", "state": "pending"}
    cursors, at = Cursors(stage.store), datetime.now(UTC)

    async def end_offset(topic: str, partition: int) -> int | None:
        return None

    directory_store = DirectoryStore(stage.store, cursors, MAILS, directory(stage.office), end_offset)
    ledger = FactsLedger(stage.store, MAILS, cursors, at)
    reader = Reader(facts(stage.office), cursors, ledger, directory_store, lambda: None)

    async def shown() -> float | None:
        await metrics.look(stage.store, reader)
        return metrics.registry.get_sample_value("simpul_deliveries", pending)

    await stage.store["deliveries"].insert_one({"_id": "a", "due": at, **pending})
    assert await shown() == 1
    await stage.store["deliveries"].update_one({"_id": "a"}, {"$set": {"state": "sent"}})
    assert await shown() is None


async def test_provisioning_twice_makes_nothing_the_second_time(stage: Stage) -> None:
    assert await stage.provision() == []


async def test_a_run_that_another_instance_applied_changes_nothing(stage: Stage) -> None:
    topic, at = facts(stage.office), datetime.now(UTC)
    cursors = Cursors(stage.store)
    ledger = FactsLedger(stage.store, MAILS, cursors, at)
    stated = [
        (Stated(office=stage.office, ledger=stage.ledger, partition=0, number=number, at=at), body)
        for number, body in enumerate((confirmed("rakor", "Satu"), confirmed("rakor", "Dua")), 1)
    ]
    start, one, two = Cursor(0), Cursor(1, 1, stage.ledger), Cursor(2, 2, stage.ledger)
    await ledger.apply(topic, 0, start, two, stated)
    with pytest.raises(CursorMoved):
        await ledger.apply(topic, 0, start, one, [(stated[0][0], confirmed("rakor", "Tiga"))])
    assert await cursors.read(topic, 0) == two
    found = {row["registration"] for row in await stage.rows()}
    assert found == {registration("Satu"), registration("Dua")}


async def _ready(service: HttpSides) -> bool:
    return not await why_not_ready(service)
