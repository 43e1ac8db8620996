"""Reminders at their time and mails about changes: to whom they go, and to whom no more."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any, cast

import icalendar

from shared.contracts.activity import Session
from tests.integration.notification.stage import Stage, registration
from tests.support.waiting import until

DAY = timedelta(days=1)
SOON = timedelta(seconds=2)


def session(due: datetime, id: str = "hari-1", **more: Any) -> Session:
    """A session of which people are reminded at `due`, a day before it."""
    whole = {"title": "Hari ke-1", "zone": "WITA", "place": "Balai Contoh", "jp": 2}
    times = {"starts": due + DAY, "ends": due + DAY + timedelta(hours=2)}
    return Session(id=id, **whole | times | more)


def soon(after: timedelta = SOON) -> datetime:
    now = datetime.now(UTC) + after
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


async def fanned_out(stage: Stage, occasion: str) -> None:
    async def done() -> bool:
        row = await stage.store["fanouts"].find_one({"occasion": occasion})
        return row is not None and row["done"]

    await until(done)


async def reminded(stage: Stage) -> dict[tuple[str, str], tuple[str, str | None]]:
    """Registration and occasion -> state and reason of its reminder, once none is pending."""

    async def settled() -> bool:
        return not await stage.rows(template="reminder", state="pending")

    await until(settled)
    return {
        (row["registration"], row["occasion"]): (row["state"], row.get("reason"))
        for row in await stage.rows(template="reminder")
    }


async def test_who_was_confirmed_before_its_time_is_reminded_once(stage: Stage) -> None:
    async with stage.running():
        await stage.publish("rakor", session(soon(timedelta(days=30))))
        for name in ("Wayan Contoh", "Batal"):
            await stage.confirm("rakor", name)
        for name in ("Menunggu", "Naik Tempat"):
            await stage.waitlist("rakor", name)
        await stage.promote("rakor", "Naik Tempat")
        await stage.cancel("rakor", "Batal")
        due = soon()
        moved = await stage.change("rakor", session(due))
        await stage.confirm("rakor", "Terlambat", at=due)
        number = moved.rpartition("-")[2]
        await fanned_out(stage, f"hari-1.{number}")
        found = await reminded(stage)
        await stage.settled(12)
    assert found == {
        (registration(name), f"hari-1.{number}"): ("sent", None) for name in ("Wayan Contoh", "Naik Tempat")
    }
    mails = {mail["X-Simpul-Delivery"]: mail for mail in stage.sink.kept}
    mail = mails[f"{moved}:reminder:{registration('Wayan Contoh')}:hari-1.{number}"]
    assert mail["Subject"] == "Pengingat: Rapat Koordinasi"
    assert datetime.now(UTC) >= due


async def test_a_moved_session_is_told_and_reminded_of_at_its_new_time_alone(stage: Stage) -> None:
    old = soon(timedelta(minutes=4))  # so near that a row is written at once
    async with stage.running():
        await stage.publish("rakor", session(old))
        await stage.confirm("rakor", "Wayan Contoh")
        await stage.waitlist("rakor", "Menunggu")

        async def told() -> bool:
            return len(await stage.rows(state="sent")) == 2

        await until(told)  # the directory was read, so that what stood before is known
        changed = await stage.change("rakor", session(soon(), place="Aula Baru"))
        number = changed.rpartition("-")[2]
        await fanned_out(stage, f"hari-1.{number}")
        its_time = {"$set": {"next": datetime.now(UTC)}}
        await stage.store["deliveries"].update_one({"occasion": "hari-1.1"}, its_time)
        found = await reminded(stage)
        await stage.settled(6)
    who = registration("Wayan Contoh")
    assert found == {(who, "hari-1.1"): ("withdrawn", "moved"), (who, f"hari-1.{number}"): ("sent", None)}
    told = {mail["X-Simpul-Delivery"].split(":")[2]: mail for mail in stage.sink.kept if _is(mail, changed)}
    assert told.keys() == {registration("Wayan Contoh"), registration("Menunggu")}
    text = told[registration("Wayan Contoh")].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "Semula: Balai Contoh" in text
    assert "Menjadi: Aula Baru" in text
    (attached,) = told[registration("Wayan Contoh")].iter_attachments()
    calendar = icalendar.Calendar.from_ical(cast(str, cast(EmailMessage, attached).get_content()))
    (event,) = calendar.walk("VEVENT")
    assert event["LOCATION"] == "Aula Baru"
    assert event["SEQUENCE"] == int(number)
    assert list(told[registration("Menunggu")].iter_attachments()) == []


def _is(mail: EmailMessage, fact: str) -> bool:
    return str(mail["X-Simpul-Delivery"]).startswith(f"{fact}:activity-changed:")


async def test_what_does_not_concern_participants_makes_no_mail(stage: Stage) -> None:
    one = session(soon(timedelta(days=3)))
    async with stage.running():
        await stage.publish("rakor", one)
        await stage.confirm("rakor", "Wayan Contoh")
        await stage.settled(1)
        await stage.change("rakor", one, fields=("quotas", "closes"))
        await stage.change(
            "rakor", one.model_copy(update={"jp": 9})
        )  # of a session, and still nothing to tell
        rows = await stage.settled(2)
    states = {row["template"]: (row["state"], row.get("reason")) for row in rows}
    assert states == {"confirmed": ("sent", None), "activity-changed": ("withdrawn", "unchanged")}
    assert len(stage.sink.kept) == 1


async def test_nobody_is_reminded_of_a_cancelled_activity(stage: Stage) -> None:
    async with stage.running():
        await stage.publish("rakor", session(soon(timedelta(days=30))))
        await stage.confirm("rakor", "Wayan Contoh")
        moved = await stage.change("rakor", to_come := session(soon()))
        await stage.cancel_activity("rakor", to_come)
        await fanned_out(stage, f"hari-1.{moved.rpartition('-')[2]}")
        rows = await stage.settled(3)
    assert "reminder" not in {row["template"] for row in rows}
    cancelled = next(mail for mail in stage.sink.kept if mail["Subject"].startswith("Kegiatan dibatalkan"))
    (attached,) = cancelled.iter_attachments()
    assert cast(EmailMessage, attached)["Content-Type"].params["method"] == "CANCEL"


async def test_a_seat_given_back_after_its_time_withdraws_the_reminder(stage: Stage) -> None:
    stage.sink.script["reminder"] = ["451 later"]
    async with stage.running():
        await stage.publish("rakor", session(soon()))
        await stage.confirm("rakor", "Wayan Contoh")

        async def tried() -> bool:
            return any(row["tries"] for row in await stage.rows(template="reminder"))

        await until(tried)
        await stage.cancel("rakor", "Wayan Contoh")
        found = await reminded(stage)
    assert list(found.values()) == [("withdrawn", "cancelled")]
    assert not any(mail["Subject"].startswith("Pengingat") for mail in stage.sink.kept)


async def test_who_is_read_after_the_fan_out_is_reminded_all_the_same(stage: Stage) -> None:
    due = soon()
    async with stage.running():
        await stage.publish("rakor", session(due))
        await fanned_out(stage, "hari-1.1")
        await stage.confirm("rakor", "Wayan Contoh", at=due - timedelta(milliseconds=1))
        await stage.confirm("rakor", "Made Contoh", at=due)
        await stage.settled(3)
        found = await reminded(stage)
    assert found == {(registration("Wayan Contoh"), "hari-1.1"): ("sent", None)}


async def test_reminders_that_fell_due_while_nobody_worked_go_out_once_after_it(stage: Stage) -> None:
    due = soon(timedelta(milliseconds=500))
    born = due - timedelta(hours=1)
    await stage.publish("rakor", session(due))
    await stage.confirm("rakor", "Wayan Contoh", at=due - timedelta(seconds=1))

    async def passed() -> bool:
        return datetime.now(UTC) > due

    await until(passed)
    for _ in range(2):
        async with stage.running(send_from=born.isoformat()):
            await stage.settled(2)
            found = await reminded(stage)
        await stage.store["cursors"].update_many({}, {"$set": {"offset": 0, "number": 0, "ledger": None}})
    assert found == {(registration("Wayan Contoh"), "hari-1.1"): ("sent", None)}
    assert len(stage.sink.kept) == 2
