"""A request for an own page is one mail with its link, however often its entry is read."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.contracts.directory import OwnPageEntry
from tests.integration.notification.stage import Stage

pytestmark = [pytest.mark.broker, pytest.mark.once]
PAGE = "ab" * 16


async def test_a_link_is_mailed_once_for_each_request(stage: Stage) -> None:
    now = datetime.now(UTC)
    entry = OwnPageEntry(
        rev=int(now.timestamp()),
        page=PAGE,
        email="wayan@sekolah.example",
        name="Wayan Contoh",
        cause="sebab1",
        at=now,
        link="https://balai.example/saya/rahasia",
        until=now + timedelta(days=30),
    )
    async with stage.running():
        for _ in range(3):
            await stage.enter(f"s:{PAGE}", entry.encoded(), "rakor")
        (row,) = await stage.settled(1)
    assert (row["_id"], row["state"]) == (f"sebab1:own-page:s:{PAGE}:-", "sent")
    (mail,) = stage.sink.kept
    assert mail["Subject"].startswith("Pendaftaran saya")
    body = mail.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "https://balai.example/saya/rahasia" in text
    assert "Wayan Contoh" in text
