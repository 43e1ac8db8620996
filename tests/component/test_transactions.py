"""When a transaction fails, or nobody knows whether it stands."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from services.registration.kernel.commit import Commit
from services.registration.storage.ledger import Ledger
from shared.contracts import topics
from shared.contracts.commands import SubmitRegistration
from shared.kafka.offsets import survey
from shared.kafka.records import partition_of
from shared.mongo.driver import CommitUnknown, Session, Store
from tests.support.office import activity, new_office, person, servers_trim
from tests.support.servers import Servers
from tests.support.waiting import until

pytestmark = [pytest.mark.broker, pytest.mark.both_drivers]


def submit(number: int) -> SubmitRegistration:
    return SubmitRegistration.model_validate(person(number) | {"activity": "uji"})


async def test_a_record_whose_transaction_cannot_succeed_is_parked_alone(
    servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain, tries = Ledger.commit, []

    async def refusing(ledger: Ledger, commit: Commit) -> None:
        bad = [fact for fact in commit.facts if fact.asked and fact.asked.envelope.id == "buruk"]
        if bad:
            tries.append(len(commit.facts))
            raise ValueError("this document cannot be written")
        await plain(ledger, commit)

    monkeypatch.setattr(Ledger, "commit", refusing)
    async with new_office(servers) as office:
        await office.put(activity("uji", 100), "uji")
        numbers = [(submit(n), "uji", "buruk" if n == 17 else f"baik-{n}") for n in range(40)]
        await office.put_many(numbers)
        async with office.registration():
            await office.at_rest()
        rows = await office.store["parked"].find({}).to_list(None)
        partition = partition_of(b"uji", office.partitions)
        assert [(row["reason"], row["partition"], row["why"]) for row in rows] == [
            ("failed", partition, "ValueError")
        ]
        assert tries[-3:] == [1, 1, 1], "three tries alone"
        assert tries == sorted(tries, reverse=True), "halved down to it"
        assert await office.store["registrations"].count_documents({}) == 39


@pytest.mark.parametrize("stands", [True, False])
async def test_a_commit_without_an_answer_is_looked_up_and_never_repeated(
    servers: Servers, monkeypatch: pytest.MonkeyPatch, stands: bool
) -> None:
    plain, unknown = Store.transaction, [1, 1]

    async def answerless(store: Store, work: Callable[[Session], Awaitable[Any]]) -> Any:
        if not unknown:
            return await plain(store, work)
        unknown.pop()
        if stands:
            await plain(store, work)
        raise CommitUnknown("the connection broke")

    async with new_office(servers) as office, office.registration():
        await office.outcome("uji", await office.put(activity("uji", 3), "uji"))
        await office.at_rest()
        monkeypatch.setattr(Store, "transaction", answerless)
        for number in range(6):
            await office.outcome("uji", await office.put(submit(number), "uji"))
        await office.at_rest()
        assert not unknown
        facts = [fact for fact in await office.facts() if "registration" in fact]
        assert [fact["type"] for fact in facts] == (
            ["registration.confirmed"] * 3 + ["registration.waitlisted"] * 3
        )


async def test_decided_commands_are_deleted_from_intake_where_the_broker_can(servers: Servers) -> None:
    if not servers_trim(servers):
        pytest.skip("the embedded broker deletes no records")
    async with new_office(servers) as office:
        where = (topics.intake(office.code), partition_of(b"uji", office.partitions))

        async def trimmed() -> bool:
            first, end = (await survey(servers.kafka, [where]))[where]
            return end > 1 and first == end - 1

        for round_ in range(2):  # the second finds a log that begins behind its first record
            async with office.registration(trim_seconds=0.3):
                if not round_:
                    await office.put(activity("uji", 30), "uji")
                for number in range(20):
                    await office.put(submit(number + 100 * round_), "uji")
                await office.at_rest()
                await until(trimmed)
        assert await office.store["registrations"].count_documents({}) == 40
