"""An answer that nobody can phrase: what was decided stands, and whoever waits is told that it is pending."""

import logging

import pytest

from services.registration.kernel.command_client import CommandClient
from services.registration.kernel.features import Features
from shared.contracts.facts import RegistrationConfirmed
from shared.mongo.driver import is_passing
from tests.component.test_register import STAFF, publish, statuses
from tests.support.features import ALL
from tests.support.office import new_office, person
from tests.support.servers import Servers


async def test_a_fact_without_a_phrase_is_committed_and_its_command_pending(
    brokerless: Servers, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    known = {fact: result for fact, result in ALL.results.items() if fact != RegistrationConfirmed.type}
    monkeypatch.setattr(Features, "results", known)
    url, headers = "/api/v1/activities/uji/registrations", STAFF | {"Prefer": "wait=1"}
    async with new_office(brokerless) as office, office.registration() as client:
        await publish(office, "uji")
        claims = await office.store["cursors"].distinct("epoch")
        for number in range(2):
            answer = await client.post(
                url, json=person(number), headers=headers | {"Idempotency-Key": f"k{number}"}
            )
            assert (answer.status_code, answer.json()["state"]) == (202, "pending")
        again = await client.post(url, json=person(0), headers=headers | {"Idempotency-Key": "k0"})
        assert (again.status_code, again.json()["state"]) == (202, "pending")
        assert await statuses(office, "uji") == {"confirmed": 2}
        assert await office.store["parked"].count_documents({}) == 0
        assert await office.store["cursors"].distinct("epoch") == claims, "no partition was claimed anew"
        asked = await client.get(answer.headers["Location"], headers=STAFF)
        assert asked.json()["state"] == "pending"
        source = {"source": f"/{office.code}/http/staff"}
        told = await client.get("/api/v1/commands", params=source, headers=STAFF)
        assert [one["state"] for one in told.json()["outcomes"]] == ["pending", "pending"]
    said = [one.getMessage() for one in caplog.records if one.levelno >= logging.ERROR]
    assert [one for one in said if "cannot be phrased" in one and "KeyError" in one] == said
    assert len(said) == 1


class Broken:
    """Outcomes of which none can be looked up."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def find(self, digests: object) -> dict[bytes, object]:
        raise self.error


@pytest.mark.parametrize(("error", "lines"), [(TimeoutError(), 0), (KeyError("x"), 1)])
async def test_what_fails_for_good_when_it_is_looked_up_is_said(
    error: Exception, lines: int, caplog: pytest.LogCaptureFixture
) -> None:
    command_client = CommandClient(None, None, Broken(error), ALL, is_passing)  # type: ignore[arg-type]
    assert await command_client.decided_before(b"") is None
    assert [one.levelno for one in caplog.records] == [logging.ERROR] * lines
