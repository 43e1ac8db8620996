"""An account's entry of the directory is one mail, however often it is read."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.contracts.directory import AccountEntry, SignInNews
from tests.integration.notification.stage import Stage

pytestmark = [pytest.mark.broker, pytest.mark.once, pytest.mark.both_drivers]


def entry(rev: int, at: datetime | None = None) -> AccountEntry:
    now = at or datetime.now(UTC)
    return AccountEntry(
        rev=rev,
        account="u:abc",
        email="wayan@balai.example",
        cause=f"sebab{rev}",
        at=now,
        link=f"https://balai.example/staf/undangan/{rev}",
        until=now + timedelta(hours=72),
    )


async def test_an_invitation_is_mailed_once_and_the_next_one_again(stage: Stage) -> None:
    first, second = entry(1), entry(2)
    async with stage.running():
        for _ in range(3):
            await stage.enter("u:abc", first.encoded(), "rakor")
        await stage.settled(1)
        for _ in range(2):
            await stage.enter("u:abc", second.encoded(), "rakor")
        rows = await stage.settled(2)
        await stage.publish("rakor")
        await stage.confirm("rakor", "Wayan Contoh")
        await stage.settled(3)
    assert [(row["_id"], row["state"]) for row in rows] == [
        ("sebab1:account:u:abc:-", "sent"),
        ("sebab2:account:u:abc:-", "sent"),
    ]
    mails = [mail for mail in stage.sink.kept if mail["To"] == "wayan@balai.example"]
    assert [mail["Subject"].partition(":")[0] for mail in mails] == ["Undangan akun"] * 2


async def test_news_of_signing_in_is_mailed_once_and_says_what_stood_in_the_one_before(stage: Stage) -> None:
    now = datetime.now(UTC)
    device = SignInNews(kind="new_device", at=now, device="Chrome di Android")
    first = entry(1).model_copy(update={"news": (device,)})
    second = entry(2).model_copy(update={"news": (device, SignInNews(kind="locked", at=now))})
    async with stage.running():
        for _ in range(3):
            await stage.enter("u:abc", first.encoded(), "rakor")
        await stage.settled(1)
        await stage.enter("u:abc", second.encoded(), "rakor")
        rows = await stage.settled(2)
    assert [(row["_id"], row["state"]) for row in rows] == [
        ("sebab1:sign-in:u:abc:-", "sent"),
        ("sebab2:sign-in:u:abc:-", "sent"),
    ]
    assert [mail["Subject"].partition(":")[0] for mail in stage.sink.kept] == ["Masuk ke akun Anda"] * 2


async def test_an_unreadable_one_is_parked_and_holds_up_nobody(stage: Stage) -> None:
    async with stage.running():
        await stage.enter("u:abc", b'{"rev": 1}', "rakor")
        await stage.publish("rakor")
        await stage.confirm("rakor", "Wayan Contoh")
        await stage.settled(1)
        await stage.enter("u:abc", entry(1).encoded(), "rakor")
        rows = await stage.settled(2)
    assert {row["state"] for row in rows} == {"sent"}


async def test_what_was_owed_before_the_database_was_there_is_not_sent(stage: Stage) -> None:
    async with stage.running():
        await stage.enter("u:abc", entry(1, datetime.now(UTC) - timedelta(days=1)).encoded(), "rakor")
        (row,) = await stage.settled(1)
    assert (row["state"], row["reason"], stage.sink.kept) == ("expired", "before_birth", [])
