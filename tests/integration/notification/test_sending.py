"""What the mail server says, or does not, decides what becomes of a delivery."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from pymongo.errors import AutoReconnect

from services.notification.kernel.ports import ClaimedDelivery
from services.notification.storage.deliveries import MongoLedger
from tests.integration.notification.stage import Stage, confirmed, registration

pytestmark = pytest.mark.both_drivers


async def test_each_thing_that_happens_to_a_registration_makes_its_mail(stage: Stage) -> None:
    async with stage.running():
        await stage.publish("rakor")
        await stage.confirm("rakor", "Wayan Contoh")
        await stage.waitlist("rakor", "Made Contoh", place=7)
        await stage.promote("rakor", "Made Contoh")
        await stage.cancel("rakor", "Wayan Contoh")
        rows = await stage.settled(4)
    assert {row["state"] for row in rows} == {"sent"}
    assert sorted(stage.sink.deliveries()) == [row["_id"] for row in rows]
    waitlisted = next(mail for mail in stage.sink.kept if mail["Subject"].startswith("Daftar tunggu"))
    assert waitlisted["To"] == "Made Contoh <made.contoh@peserta.example>"
    assert "urutan ke-7" in waitlisted.get_body(("plain",)).get_content()
    codes = [attempt["code"] for row in rows for attempt in row["attempts"]]
    assert codes == [250] * 4


async def test_a_passing_refusal_is_tried_again_and_a_final_one_is_not(stage: Stage) -> None:
    stage.sink.script["confirmed"] = ["451 later"]
    stage.sink.script["waitlisted"] = ["550 never"]
    stage.sink.refuse["penuh@peserta.example"] = "552 full"
    async with stage.running():
        await stage.publish("rakor")
        await stage.confirm("rakor", "Wayan Contoh")
        await stage.waitlist("rakor", "Made Contoh")
        await stage.waitlist("rakor", "Penuh")
        rows = await stage.settled(3)
    found = {row["registration"]: (row["state"], [a["code"] for a in row["attempts"]]) for row in rows}
    assert found[registration("Wayan Contoh")] == ("sent", [451, 250])
    assert found[registration("Made Contoh")] == ("failed", [550])
    assert found[registration("Penuh")] == ("failed", [552])
    assert len(stage.sink.kept) == 1


@pytest.mark.parametrize(("cut", "kept"), [("keep+drop", 2), ("drop", 1), ("keep+hang", 2)])
async def test_a_lost_answer_is_counted_and_sent_again_only_where_missing_it_is_worse(
    stage: Stage, cut: str, kept: int
) -> None:
    stage.sink.script["confirmed"] = [cut]
    stage.sink.script["waitlisted"] = [cut]
    async with stage.running(smtp_seconds="1"):
        await stage.publish("rakor")
        confirmed = await stage.confirm("rakor", "Wayan Contoh")
        await stage.waitlist("rakor", "Made Contoh")
        rows = await stage.settled(2)
    states = {row["template"]: (row["state"], row["ambiguous"], row["tries"]) for row in rows}
    assert states == {"confirmed": ("sent", 1, 2), "waitlisted": ("ambiguous", 1, 1)}
    mails = [mail for mail in stage.sink.kept if mail["X-Simpul-Delivery"].startswith(f"{confirmed}:")]
    assert len(mails) == kept
    assert len({mail["Message-ID"] for mail in mails}) == 1


@pytest.mark.broker
@pytest.mark.once
async def test_a_process_killed_between_attempt_and_answer_leaves_a_counted_attempt(stage: Stage) -> None:
    stage.sink.script["confirmed"] = ["keep+hang"]
    await stage.publish("rakor")
    async with stage.process(mail_lease_seconds="6", smtp_seconds="2"):
        await stage.confirm("rakor", "Wayan Contoh")
        await asyncio.wait_for(stage.sink.hanging.wait(), 60)
    async with stage.process(mail_lease_seconds="6", smtp_seconds="2"):
        (row,) = await stage.settled(1)
    assert (row["state"], row["ambiguous"], row["tries"]) == ("sent", 1, 2)
    assert len(stage.sink.kept) == 2


async def test_addresses_outside_the_allowed_ones_are_held_back(stage: Stage) -> None:
    async with stage.running(mail_only_to="@kantor.example, satu@peserta.example"):
        await stage.publish("rakor")
        for name, email in (("Satu", None), ("Dua", "dua@kantor.example"), ("Tiga", None)):
            await stage.person("rakor", name, stage.next_number("rakor"), email)
            await stage.state(confirmed("rakor", name), "rakor")
        rows = await stage.settled(3)
    held = [(row["registration"], row["reason"]) for row in rows if row["state"] == "withdrawn"]
    assert held == [(registration("Tiga"), "held_back")]
    assert set(stage.sink.recipients) == {"satu@peserta.example", "dua@kantor.example"}


async def test_what_fell_due_before_the_database_was_made_is_never_sent(stage: Stage) -> None:
    async with stage.running():
        await stage.publish("rakor")
        await stage.confirm("rakor", "Wayan Contoh", at=datetime.now(UTC) - timedelta(hours=1))
        await stage.confirm("rakor", "Made Contoh")
        rows = await stage.settled(2)
    assert [(row["state"], row.get("reason")) for row in rows] == [
        ("expired", "before_birth"),
        ("sent", None),
    ]


async def test_it_may_be_told_from_when_to_send_but_not_past_the_shelf_life(stage: Stage) -> None:
    now = datetime.now(UTC)
    async with stage.running(send_from="2020-01-01T00:00:00Z"):
        await stage.publish("rakor")
        await stage.confirm("rakor", "Wayan Contoh", at=now - timedelta(days=8))
        await stage.confirm("rakor", "Made Contoh", at=now - timedelta(days=6))
        rows = await stage.settled(2)
    assert [(row["state"], row.get("reason")) for row in rows] == [("expired", "shelf_life"), ("sent", None)]


async def test_the_bucket_holds_for_all_workers_together(stage: Stage) -> None:
    async with stage.running(mails_per_minute="60", mail_workers="3"):
        await stage.publish("rakor")
        began = datetime.now(UTC)
        for number in range(12):
            await stage.confirm("rakor", f"Peserta {number}")
        await stage.settled(12)
        took = (datetime.now(UTC) - began).total_seconds()
    assert len(stage.sink.kept) == 12
    assert took > 4.5, "six at once, then one a second"


async def test_a_slow_server_makes_no_worker_lose_what_it_claimed(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    stage.sink.seconds = 0.15
    await stage.publish("rakor")
    for number in range(16):
        await stage.confirm("rakor", f"Peserta {number}")
    async with stage.running(mail_lease_seconds="1.2", smtp_seconds="0.3"):
        await stage.settled(16)
    assert len(stage.sink.kept) == 16
    assert "passed to another worker" not in caplog.text


class AnswersLost(MongoLedger):
    """The first attempt is begun in the database, and nobody hears that it was."""

    lost = 0

    async def begin_attempts(
        self, held: Sequence[ClaimedDelivery], lease: timedelta, revs: Mapping[str, int]
    ) -> list[ClaimedDelivery]:
        kept = await super().begin_attempts(held, lease, revs)
        if not self.lost:
            self.lost += 1
            raise AutoReconnect
        return kept


async def test_a_failure_of_one_letter_holds_up_no_other_and_is_no_lost_answer(stage: Stage) -> None:
    await stage.publish("rakor")
    for number in range(5):
        await stage.waitlist("rakor", f"Peserta {number}")  # not sent again when an answer was lost
    async with stage.running(ledger=AnswersLost, mail_workers="1"):
        rows = await stage.settled(5)
    assert {(row["state"], row["ambiguous"]) for row in rows} == {("sent", 0)}
    assert sorted(row["tries"] for row in rows) == [1, 1, 1, 1, 2]
    assert len(stage.sink.kept) == 5


async def test_once_an_activity_is_over_its_mails_invite_nobody(stage: Stage) -> None:
    """Also what was owed before its end and goes out after it."""
    async with stage.running():
        await stage.publish("rakor")  # whose one session is long over
        await stage.confirm("rakor", "Wayan Contoh")
        await stage.waitlist("rakor", "Made Contoh")
        await stage.promote("rakor", "Made Contoh")
        await stage.cancel("rakor", "Wayan Contoh")
        await stage.settled(4)
    assert len(stage.sink.kept) == 4
    for mail in stage.sink.kept:
        text = str(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]
        assert "sudah selesai" in text
        assert "Silakan hadir" not in text
        assert list(mail.iter_attachments()) == []
