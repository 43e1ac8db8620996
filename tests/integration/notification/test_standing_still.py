"""What cannot be taken in is said at once, holds up as little as can be, and goes on by itself later."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import count
from typing import Any, Self

import httpx
import pytest
from pymongo.errors import AutoReconnect

from services.notification.features.accounts import ACCOUNTS
from services.notification.features.gatherings import GATHERINGS
from services.notification.kernel.deliveries import Delivery
from services.notification.kernel.rules import FoldedRows, Owed
from services.notification.kernel.verdicts import Verdict
from services.notification.storage import folding
from services.notification.storage.directory import DirectoryStore
from shared.contracts.directory import RegistrationEntry, registration_key
from shared.contracts.facts import RegistrationConfirmed, Stated
from shared.serving import HttpSides
from tests.integration.notification.stage import TOKEN, Stage, confirmed, registration, why_not_ready
from tests.support.waiting import until

Asked = Callable[[], Awaitable[bool]]


def says(service: HttpSides, words: str) -> Asked:
    async def said() -> bool:
        return any(words in sentence for sentence in await why_not_ready(service))

    return said


def is_ready(service: HttpSides) -> Asked:
    async def ready() -> bool:
        return not await why_not_ready(service)

    return ready


async def seen(service: HttpSides, path: str, management: bool = False) -> httpx.Response:
    transport = httpx.ASGITransport(service.management if management else service.public)
    bearer = {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://kantor", headers=bearer) as client:
        return await client.get(path)


async def held(service: HttpSides) -> list[str]:
    found: list[str] = (await seen(service, "/api/v1/deliveries/counts")).json()["held"]
    return found


async def metrics(service: HttpSides) -> str:
    return (await seen(service, "/metrics", management=True)).text


def counted(service: HttpSides, line: str) -> Asked:
    async def shown() -> bool:
        return line in (await metrics(service)).splitlines()

    return shown


async def waits_for_entry(stage: Stage) -> bool:
    return bool(await stage.rows(state="pending", reason="unreadable_entry"))


async def test_an_entry_that_cannot_be_read_holds_up_the_mails_that_need_it_and_nothing_else(
    stage: Stage,
) -> None:
    """Junk of one key, junk of no key at all, and an entry of a kind that is not known here."""
    key = registration_key(registration("Wayan Contoh"))
    async with stage.running() as service:
        await stage.publish("rakor")
        await stage.enter("", b"{", "rakor")
        await stage.enter("z:baru-1", b'{"rev": 1}', "rakor")
        await stage.enter(key, b'{"rev": 2, "name": "Wayan Contoh"', "rakor")
        await stage.state(confirmed("rakor", "Wayan Contoh"), "rakor")
        await stage.confirm("rakor", "Made Contoh")
        await until(lambda: waits_for_entry(stage))
        (sentence,) = await until(lambda: held(service))
        await until(says(service, sentence))
        assert sentence.endswith("offset 3 holds no readable entry; mails that need it wait")
        await until(counted(service, "simpul_directory_parked 1.0"))
        found = re.search(r"^simpul_directory_passed_over_total (.+)$", await metrics(service), re.MULTILINE)
        assert found is not None
        assert float(found[1]) >= 2, "each as often as it was read"
        (row,) = (await seen(service, "/api/v1/deliveries?state=pending")).json()["deliveries"]
        assert (row["registration"], row["reason"]) == (registration("Wayan Contoh"), "unreadable_entry")
        assert [row["state"] for row in await stage.rows(registration=registration("Made Contoh"))] == [
            "sent"
        ]
        await stage.person(
            "rakor", "Wayan Contoh", rev=2
        )  # the mended entry takes the place of the parked one
        await stage.settled(2)
        await until(is_ready(service))
        assert await held(service) == []
    assert len(stage.sink.kept) == 2


async def test_a_tombstone_takes_what_is_parked_with_it(stage: Stage) -> None:
    key = registration_key(registration("Wayan Contoh"))
    async with stage.running() as service:
        await stage.publish("rakor")
        await stage.enter(key, b"{", "rakor")
        await stage.state(confirmed("rakor", "Wayan Contoh"), "rakor")
        await until(lambda: waits_for_entry(stage))
        await stage.enter(key, None, "rakor")
        (row,) = await stage.settled(1)
        await until(is_ready(service))
    assert (row["state"], row["reason"]) == ("withdrawn", "erased")
    assert await stage.store["parked"].count_documents({}) == 0


async def test_an_entry_that_is_parked_while_it_is_looked_for_is_not_taken_for_missing(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, looks = registration_key(registration("Wayan Contoh")), count()
    read_to_its_end = DirectoryStore.read_to_its_end

    async def parked() -> bool:
        return await stage.store["parked"].count_documents({}) == 1

    async def read_meanwhile(directory: DirectoryStore, partition: int) -> bool:
        if next(looks) == 0:
            await stage.enter(key, b"{", "rakor")
            await until(parked)
        return await read_to_its_end(directory, partition)

    monkeypatch.setattr(DirectoryStore, "read_to_its_end", read_meanwhile)
    async with stage.running():
        await stage.publish("rakor")
        await stage.state(confirmed("rakor", "Wayan Contoh"), "rakor")
        await until(lambda: waits_for_entry(stage))


class NotYetKnown(RegistrationEntry):
    """As an older version has it."""

    @classmethod
    def read(cls, data: bytes | str) -> Self:
        raise OverflowError


async def test_a_version_that_reads_a_parked_entry_goes_on_by_itself(stage: Stage) -> None:
    await stage.publish("rakor")
    await stage.confirm("rakor", "Wayan Contoh")
    known = replace(GATHERINGS.entries["r:"], model=NotYetKnown)
    older = replace(GATHERINGS, entries={**GATHERINGS.entries, "r:": known})
    async with stage.running((older, ACCOUNTS)):
        await until(lambda: waits_for_entry(stage))
    async with stage.running() as service:
        await stage.settled(1)
        await until(is_ready(service))
    assert len(stage.sink.kept) == 1
    assert await stage.store["parked"].count_documents({}) == 0


class Breaking:
    """The rules of a version that something unforeseen happens to, at the confirmation of one person."""

    def __init__(self, name: str) -> None:
        self._name, self.mended = registration(name), False
        rule = GATHERINGS.rules[RegistrationConfirmed]

        def owe(rows: FoldedRows, stated: Stated, body: RegistrationConfirmed) -> Owed:
            if body.registration == self._name and not self.mended:
                raise OverflowError("date value out of range")
            return rule.owe(rows, stated, body)

        broken = {**GATHERINGS.rules, RegistrationConfirmed: replace(rule, owe=owe)}
        self.features = (replace(GATHERINGS, rules=broken), ACCOUNTS)


async def test_a_fact_that_cannot_be_folded_stops_its_partition_with_a_sentence(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    for activity in ("rakor", "refleksi"):
        await stage.publish(activity)
    await stage.confirm("rakor", "Made Contoh")
    bad = await stage.confirm("rakor", "Wayan Contoh")
    await stage.confirm("rakor", "Ketut Contoh")
    sentence = f"fact {bad} cannot be taken in by this version (OverflowError at "
    breaking = Breaking("Wayan Contoh")
    async with stage.running(breaking.features) as service:
        await until(says(service, sentence))
        await stage.confirm("refleksi", "Putu Contoh")
        await stage.settled(2)
        assert [one.startswith(sentence) for one in await held(service)] == [True]
        await until(counted(service, "simpul_partitions_stopped 1.0"))
        assert caplog.text.count("is read no further: ") == 1, (
            "said once, however often it is looked at again"
        )
        breaking.mended = True
        await stage.settled(4)  # without a restart
        await until(is_ready(service))
        assert await held(service) == []
    assert len(stage.sink.kept) == 4


async def test_a_version_that_folds_a_fact_goes_on_by_itself(stage: Stage) -> None:
    await stage.publish("rakor")
    await stage.confirm("rakor", "Wayan Contoh")
    async with stage.running(Breaking("Wayan Contoh").features) as service:
        await until(says(service, "cannot be taken in by this version"))
    async with stage.running() as service:
        assert await held(service)  # also to whoever asks before it has looked
        await stage.settled(1)
        await until(is_ready(service))
        assert await held(service) == []


@pytest.mark.parametrize("topic", ["facts", "directory"])
async def test_what_fails_again_and_again_stops_and_what_passes_does_not(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, topic: str
) -> None:
    owner, name = {
        "facts": (folding.FactsLedger, "apply"),
        "directory": (DirectoryStore, "apply"),
    }[topic]
    works, tries, error = getattr(owner, name), list[int](), AutoReconnect("passing")

    async def fails(*given: Any, **more: Any) -> Any:
        tries.append(1)
        raise error

    await stage.publish("rakor")
    await stage.confirm("rakor", "Wayan Contoh")
    monkeypatch.setattr(owner, name, fails)
    async with stage.running() as service:

        async def tried() -> bool:
            return len(tries) > 5

        await until(tried)
        assert await is_ready(service)()
        error = ValueError("whatever a driver says")
        await until(says(service, "cannot be read on from offset 0 (ValueError at "))
        assert not any("whatever" in sentence for sentence in await held(service))
        monkeypatch.setattr(owner, name, works)
        await stage.settled(1)
        await until(is_ready(service))


async def test_a_mail_that_cannot_be_judged_holds_up_no_other(stage: Stage) -> None:
    def breaks(delivery: Delivery, *known: Any) -> Verdict:
        if delivery.recipient == registration("Wayan Contoh"):
            raise OverflowError("date value out of range")
        return GATHERINGS.decide(delivery, *known)

    async with stage.running((replace(GATHERINGS, decide=breaks), ACCOUNTS)):
        await stage.publish("rakor")
        for name in ("Wayan Contoh", "Made Contoh"):
            await stage.confirm("rakor", name)
        rows = await stage.settled(2)
    became = {row["registration"]: (row["state"], row["reason"]) for row in rows}
    assert became == {
        registration("Wayan Contoh"): ("failed", "unwritable"),
        registration("Made Contoh"): ("sent", None),
    }
