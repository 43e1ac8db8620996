"""What stands in names, titles and times, whatever it is, arrives as text and holds nobody up."""

from datetime import UTC, datetime, timedelta

from shared.contracts.activity import Session
from shared.contracts.facts import ActivityPublished, SessionTime
from tests.integration.notification.stage import Stage, confirmed
from tests.support.headers import NOTED

LAST = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


async def test_names_and_titles_arrive_literally_and_write_no_header(stage: Stage) -> None:
    async with stage.running():
        await stage.publish("rakor")
        for number, text in enumerate(NOTED):
            await stage.details("rakor", stage.next_number("rakor"), title=text[:200])
            email = f"p{number}@peserta.example"
            await stage.person("rakor", text[:200], stage.next_number("rakor"), email)
            await stage.state(confirmed("rakor", text[:200]), "rakor")
            await stage.settled(number + 1)
    expected = {
        *("To", "Date", "Message-ID", "X-Simpul-Delivery", "From", "Reply-To", "Subject", "Auto-Submitted"),
        *("MIME-Version", "Content-Type"),
    }
    assert len(stage.sink.kept) == len(NOTED)
    for number, (mail, text) in enumerate(zip(stage.sink.kept, NOTED, strict=True)):
        assert {name for name in mail if not name.startswith("X-") or name == "X-Simpul-Delivery"} == expected
        (to,) = mail["To"].addresses
        assert to.addr_spec == f"p{number}@peserta.example"
        assert "".join(to.display_name.split()) == "".join(text[:200].split())
        assert mail["Subject"] == f"Terkonfirmasi: {text[:200]}"
    assert stage.sink.recipients == [f"p{number}@peserta.example" for number in range(len(NOTED))]


async def test_a_fact_with_times_at_the_ends_of_the_calendar_holds_no_mail_up(stage: Stage) -> None:
    given = {"id": "hari-1", "title": "Hari ke-1", "zone": "WITA", "jp": 8}
    session = Session.model_validate(given | {"starts": LAST - timedelta(hours=1), "ends": LAST})
    times = (SessionTime(id="hari-1", starts=session.starts, ends=session.ends, jp=8),)
    place = {"month": "9999-12", "province": "51", "regency": "51.03"}
    about = {"title": "Rakor", "kind": "rakor", "seats": 5, "quotas": (), "sessions": times} | place
    async with stage.running():
        for before in (timedelta(days=999_999), timedelta(days=-1), None):
            await stage.details("rakor", stage.next_number("rakor"), sessions=(session,))
            body = ActivityPublished.model_validate({"activity": "rakor", "reminder_before": before} | about)
            await stage.state(body, "rakor")
        await stage.confirm("rakor", "Wayan Contoh")
        (row,) = await stage.settled(1)
    assert row["state"] == "sent"
    assert "9999" in stage.sink.kept[0].get_body(("plain",)).get_content()
