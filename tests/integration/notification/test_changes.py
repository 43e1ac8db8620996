"""Changes of an activity: gathered, told once, and against what each was told last."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest

from shared.contracts.activity import Session
from tests.integration.notification.stage import Stage, registration
from tests.support.waiting import until

DAY = timedelta(days=1)
STARTS = datetime(2030, 3, 1, tzinfo=UTC)
WAYAN, MADE = "Wayan Contoh", "Made Contoh"


def meeting(day: int, after: timedelta = timedelta(0), **more: Any) -> Session:
    starts = STARTS + day * DAY + after
    whole = {"title": f"Hari {day}", "zone": "WITA", "place": "Balai Contoh", "jp": 4}
    times = {"starts": starts, "ends": starts + timedelta(hours=4)}
    return Session(id=f"hari-{day}", **whole | times | more)


ONE, TWO = meeting(1), meeting(2)


async def sent(stage: Stage, template: str, number: int = 1) -> None:
    async def done() -> bool:
        return len(await stage.rows(template=template, state="sent")) == number

    await until(done)


def became(rows: Iterable[dict[str, Any]], who: str = WAYAN) -> list[tuple[str, str | None]]:
    """State and reason of each mail about a change to them, in the order of the facts."""
    theirs = [row for row in rows if row["registration"] == registration(who)]
    changes = [row for row in theirs if row["template"] == "activity-changed"]
    order = sorted(changes, key=lambda row: int(row["needs_activity"]))
    return [(row["state"], row.get("reason")) for row in order]


def told(stage: Stage, who: str = WAYAN) -> list[str]:
    """Of each mail about a change to them what it says is new."""
    mails = [one for one in stage.sink.kept if _is_change(one, who)]
    texts = [str(one.get_body(("plain",)).get_content()) for one in mails]  # type: ignore[union-attr]
    said = [text.partition("Mohon catat yang baru:")[2].partition("Anda tetap")[0] for text in texts]
    return ["\n".join(text.strip().splitlines()) for text in said]


def _is_change(mail: EmailMessage, who: str) -> bool:
    _, template, name, _ = str(mail["X-Simpul-Delivery"]).split(":")
    return (template, name) == ("activity-changed", registration(who))


async def test_four_changes_in_a_moment_make_one_mail_of_what_is_new_in_the_end(stage: Stage) -> None:
    new = {"title": "Judul kedua"}
    async with stage.running(changes_gathered_seconds="3"):
        await stage.publish("rakor", ONE, TWO)
        await stage.confirm("rakor", WAYAN)
        await sent(stage, "confirmed")
        first = await stage.change("rakor", ONE)
        await stage.change("rakor", ONE, fields=("title",), **new)
        await stage.change("rakor", meeting(1, 7 * DAY), **new)
        await stage.change("rakor", ONE, TWO, **new)
        rows = await stage.settled(5)
    assert became(rows) == [("sent", None), *[("withdrawn", "merged")] * 3]
    assert told(stage) == ["Nama kegiatan\n  Semula: Rapat Koordinasi\n  Menjadi: Judul kedua"]
    (mail,) = (one for one in stage.sink.kept if _is_change(one, WAYAN))
    assert mail["X-Simpul-Delivery"] == f"{first}:activity-changed:{registration(WAYAN)}:-"


async def test_there_and_back_again_is_no_news(stage: Stage) -> None:
    async with stage.running(changes_gathered_seconds="2"):
        await stage.publish("rakor", ONE)
        await stage.confirm("rakor", WAYAN)
        await sent(stage, "confirmed")
        await stage.change("rakor", ONE, title="Lain")
        await stage.change("rakor", ONE)
        rows = await stage.settled(3)
    assert became(rows) == [("withdrawn", "unchanged"), ("withdrawn", "merged")]
    assert len(stage.sink.kept) == 1


async def test_each_hears_of_what_changed_since_the_last_mail_to_them(stage: Stage) -> None:
    """Who registers between two changes read of the first in the mail that confirmed it."""
    async with stage.running(changes_gathered_seconds="4"):
        await stage.publish("rakor", ONE)
        await stage.confirm("rakor", WAYAN)
        await sent(stage, "confirmed")
        await stage.change("rakor", ONE, title="Judul kedua")
        await stage.confirm("rakor", MADE)
        await sent(stage, "confirmed", 2)
        await stage.change("rakor", meeting(1, place="Aula Baru"), title="Judul kedua")
        rows = await stage.settled(5)
    place = "Tempat\n  Semula: Balai Contoh\n  Menjadi: Aula Baru"
    assert told(stage, MADE) == [place]
    assert told(stage) == [f"Nama kegiatan\n  Semula: Rapat Koordinasi\n  Menjadi: Judul kedua\n\n{place}"]
    assert became(rows) == [("sent", None), ("withdrawn", "merged")]
    assert became(rows, MADE) == [("sent", None)]


async def test_a_cancellation_goes_at_once_and_withdraws_the_change(stage: Stage) -> None:
    async with stage.running(changes_gathered_seconds="3600"):
        await stage.publish("rakor", ONE)
        await stage.confirm("rakor", WAYAN)
        await sent(stage, "confirmed")
        await stage.change("rakor", ONE, title="Judul kedua")
        await stage.cancel_activity("rakor", ONE)
        rows = await stage.settled(3)
    assert became(rows) == [("withdrawn", "cancelled")]
    subjects = [mail["Subject"].partition(":")[0] for mail in stage.sink.kept]
    assert subjects == ["Terkonfirmasi", "Kegiatan dibatalkan"]


async def test_a_change_behind_a_first_mail_that_is_late_is_told_in_it(stage: Stage) -> None:
    stage.sink.script["confirmed"] = ["451 later"] * 2
    async with stage.running():
        await stage.publish("rakor", ONE)
        await stage.confirm("rakor", WAYAN)
        await stage.change("rakor", ONE, title="Judul kedua")
        rows = await stage.settled(2)
    assert became(rows) == [("withdrawn", "merged")]
    assert [mail["Subject"] for mail in stage.sink.kept] == ["Terkonfirmasi: Judul kedua"]


@pytest.mark.broker
@pytest.mark.once
async def test_a_change_while_one_is_being_sent_is_told_after_it_by_whichever_instance(stage: Stage) -> None:
    async with stage.running(), stage.running():
        await stage.publish("rakor", ONE)
        await stage.confirm("rakor", WAYAN)
        await sent(stage, "confirmed")
        stage.sink.seconds = 1.0
        await stage.change("rakor", ONE, title="Judul kedua")

        async def begun() -> bool:
            return bool(await stage.rows(template="activity-changed", open={"$exists": True}))

        await until(begun)
        await stage.change("rakor", ONE, title="Judul ketiga")
        rows = await stage.settled(3)
    assert became(rows) == [("sent", None), ("sent", None)]
    head = "Nama kegiatan\n  Semula: "
    assert told(stage) == [
        f"{head}Rapat Koordinasi\n  Menjadi: Judul kedua",
        f"{head}Judul kedua\n  Menjadi: Judul ketiga",
    ]


@pytest.mark.broker
@pytest.mark.once
async def test_what_a_killed_sender_may_have_told_is_taken_back_once_it_is_not_so(stage: Stage) -> None:
    stage.sink.script["activity-changed"] = ["keep+hang"]
    await stage.publish("rakor", ONE)
    await stage.confirm("rakor", WAYAN)
    async with stage.process(mail_lease_seconds="9"):
        await sent(stage, "confirmed")
        await stage.change("rakor", ONE, title="Judul kedua")
        await asyncio.wait_for(stage.sink.hanging.wait(), 60)
        await asyncio.sleep(0.1)
    await stage.change("rakor", ONE)
    async with stage.running():
        rows = await stage.settled(3)
    assert became(rows) == [("sent", None), ("withdrawn", "merged")]
    head = "Nama kegiatan\n  Semula: "
    assert told(stage) == [
        f"{head}Rapat Koordinasi\n  Menjadi: Judul kedua",
        f"{head}Judul kedua\n  Menjadi: Rapat Koordinasi",
    ]


async def test_many_changes_of_what_nobody_reads_do_not_forget_what_was_told(stage: Stage) -> None:
    async with stage.running():
        await stage.publish("rakor", ONE)
        await stage.confirm("rakor", WAYAN)
        await sent(stage, "confirmed")
        for number in range(30):
            await stage.change("rakor", ONE, fields=("closes",), host=f"Panitia {number}")
        await stage.change("rakor", ONE, title="Judul kedua")
        rows = await stage.settled(2)
    assert became(rows) == [("sent", None)]
    assert told(stage) == ["Nama kegiatan\n  Semula: Rapat Koordinasi\n  Menjadi: Judul kedua"]
