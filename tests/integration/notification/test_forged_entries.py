"""Entries of the directory that somebody else than the office writes: no mail goes by them."""

import pytest

from shared.contracts.directory import registration_key
from shared.signatures import Signer
from tests.integration.notification.stage import Stage, registration
from tests.support.office import READY, both
from tests.support.waiting import until

pytestmark = pytest.mark.broker
OFFICE, STRANGER = Signer("01" * 32), Signer("03" * 32)
KEYS = {"record_public_keys": OFFICE.public_texts[0]}
HUGE = 9_000_000_000


async def redirect(stage: Stage, signer: Signer | None, rev: int = HUGE) -> None:
    """As somebody who may write to the directory, and wants a person's mails."""
    own, stage.signer = stage.signer, signer
    await stage.person("rakor", "Wayan Contoh", rev, email="maling@lain.example")
    stage.signer = own


@pytest.mark.parametrize("unsigned", ["accept", "refuse"])
async def test_nobody_elses_number_wins_over_the_offices(stage: Stage, unsigned: str) -> None:
    stage.signer = OFFICE
    async with stage.running(**KEYS, unsigned=unsigned):
        await stage.publish("rakor")
        await stage.confirm("rakor", "Wayan Contoh")
        await stage.settled(1)
        for signer in (None, STRANGER):
            await redirect(stage, signer)
        stage.signer = None
        await stage.enter(registration_key(registration("Wayan Contoh")), None, "rakor")  # forged, its end
        stage.signer = OFFICE
        await stage.cancel("rakor", "Wayan Contoh")
        await stage.settled(2)
        number = stage.next_number("rakor")
        await stage.person("rakor", "Wayan Contoh", number, email="benar@peserta.example")
        await stage.correct("rakor", "Wayan Contoh")
        await stage.confirm("rakor", "Made Contoh")
        await stage.settled(3)
    assert stage.sink.recipients == ["wayan.contoh@peserta.example"] * 2 + ["made.contoh@peserta.example"]
    row = await stage.store["directory"].find_one({"_id": registration_key(registration("Wayan Contoh"))})
    assert row is not None
    assert (row["rev"], "benar@" in row["entry"]) == (number, True)


async def test_what_is_forged_is_parked_alone_and_holds_up_no_other(stage: Stage) -> None:
    stage.signer = OFFICE
    async with (
        stage.running(**KEYS, unsigned="refuse") as sides,
        both(sides, "http://kantor") as client,
    ):
        await stage.publish("rakor")
        await redirect(stage, STRANGER)
        await stage.confirm("rakor", "Made Contoh")
        await stage.settled(1)
        key = registration_key(registration("Wayan Contoh"))
        row = await stage.store["parked"].find_one({"_id": key})
        assert row is not None
        assert row["reason"] == "forbidden"
        assert (await client.get(READY)).json()["status"] == "ready"
        await stage.confirm("rakor", "Wayan Contoh")
        await stage.settled(2)
        assert await stage.store["parked"].find_one({"_id": key}) is None
    assert stage.sink.recipients == ["made.contoh@peserta.example", "wayan.contoh@peserta.example"]


async def test_entries_from_before_the_key_are_signed_by_being_published_again(stage: Stage) -> None:
    async with stage.running():
        await stage.publish("rakor")
        await stage.confirm("rakor", "Wayan Contoh")
        await stage.settled(1)
    await redirect(stage, None)  # before the office has a key, the highest number wins
    stage.signer = OFFICE
    async with stage.running(**KEYS):
        await stage.person("rakor", "Wayan Contoh", 2)

        async def signed() -> bool:
            key = {"_id": registration_key(registration("Wayan Contoh"))}
            row = await stage.store["directory"].find_one(key)
            return row is not None and row.get("signed") is True and row["rev"] == 2

        await until(signed)
