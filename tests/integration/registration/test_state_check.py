"""`simpul rebuild registration --check`: the stored states are what the ledger leads to, byte for byte."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.registration.storage.formats import formats, holds_private, move_private
from services.registration.storage.provision import provision, require_fit
from services.registration.storage.state_check import check_states
from services.registration.storage.state_share import Findings
from services.registration.storage.stored_fact import LedgerUnreadable
from shared.contracts.commands import CancelActivity, CancelRegistration, ChangeActivity, SubmitRegistration
from shared.mongo.driver import DatabaseMisfit
from shared.mongo.formats import mark_formats
from tests.support.backup import dump
from tests.support.drivers import driver
from tests.support.features import ALL
from tests.support.former import put_private_in_place
from tests.support.office import TestOffice, activity, new_office, office_file, person
from tests.support.servers import Servers
from tests.support.verbs import simpul

pytestmark = pytest.mark.broker

CHECK = ("rebuild", "registration", "--check")
QUOTAS = [{"id": "semua", "seats": 2}, {"id": "guru", "seats": 1, "categories": ["guru"]}]
FACTS_WITH_PRIVATE = 8


def submission(name: str, number: int) -> SubmitRegistration:
    return SubmitRegistration.model_validate(person(number) | {"activity": name})


@asynccontextmanager
async def busy_office(servers: Servers) -> AsyncIterator[tuple[TestOffice, str]]:
    """One that did a bit of everything, and a registration of it."""
    async with new_office(servers) as office, office.registration():

        async def ask(command: Any, key: str) -> Any:
            return await office.outcome(key, await office.put(command, key))

        await ask(activity("uji", quotas=QUOTAS), "uji")
        await ask(activity("batal"), "batal")
        await ask(submission("batal", 0), "batal")
        made = [(await ask(submission("uji", n), "uji"))["data"]["registration"] for n in range(4)]
        await ask(CancelRegistration(registration=made[0]), "uji")
        await ask(ChangeActivity(activity="uji", title="Uji kedua"), "uji")
        await ask(CancelActivity(activity="batal"), "batal")
        yield office, made[1]


def environment(office: TestOffice) -> dict[str, str]:
    return {"SIMPUL_OFFICE": office.code, "SIMPUL_MONGO_DRIVER": driver()}


async def found(office: TestOffice) -> Findings:
    findings = await check_states(office.store, ALL)
    assert findings.states == 7
    return findings


async def test_states_are_what_the_facts_lead_to_while_the_office_goes_on(servers: Servers) -> None:
    async with busy_office(servers) as (office, _):
        code, output, errors = await simpul(servers, *CHECK, **environment(office))
        assert (code, errors) == (0, "")
        assert output.startswith("7 states are what ")
        assert output.count("\n") == 1, "nothing was compared without what stays in the office"
        going_on = asyncio.create_task(
            office.put_many([(submission("uji", n), "uji", f"p{n}") for n in range(10, 300)])
        )
        states = 0
        while states < 7 + 290:
            findings = await check_states(office.store, ALL)
            assert (findings.mismatches, findings.surplus) == ([], {})
            states = findings.states
        await going_on


async def test_a_state_that_differs_is_named_by_kind_and_id_alone(servers: Servers) -> None:
    async with busy_office(servers) as (office, registration):
        await office.at_rest()
        rows = office.store["registrations"]
        await rows.update_one({"_id": registration}, {"$set": {"arrival": 99, "who.group": "Kanari"}})
        await office.store["activities"].delete_one({"_id": "batal"})
        await rows.insert_one({"_id": "a" * 29, "activity": "uji"})
        code, output, errors = await simpul(servers, *CHECK, **environment(office))
        assert (code, output) == (1, "")
        assert errors.startswith("2 of 7 states differ from what ")
        assert {f"registration {registration}", "activity batal"} < set(errors.splitlines())
        assert "Kanari" not in errors


async def test_a_row_that_no_fact_made_is_counted(servers: Servers) -> None:
    async with busy_office(servers) as (office, _):
        await office.at_rest()
        await office.store["registrations"].insert_one({"_id": "a" * 29, "activity": "uji"})
        code, _, errors = await simpul(servers, *CHECK, **environment(office))
        assert (code, errors) == (1, "1 are stored of registration that no fact made\n")


async def test_without_what_stays_in_the_office_the_rest_is_compared_and_that_is_said(
    servers: Servers,
) -> None:
    async with busy_office(servers) as (office, registration):
        await office.at_rest()
        private = office.store["private"]
        rows = await private.find({}).sort("_id", 1).to_list(None)
        assert len(rows) == FACTS_WITH_PRIVATE + 1, "each of the kind has one, also where there is no reason"
        await private.delete_many({"described": {"$exists": True}})
        await private.replace_one({"registrant": {"$exists": True}}, {})
        findings = await found(office)
        assert (findings.mismatches, findings.facts_without_row, findings.facts_erased) == ([], 3, 1)
        await office.store["registrations"].update_one({"_id": registration}, {"$set": {"round": 7}})
        code, _, errors = await simpul(servers, *CHECK, **environment(office))
        assert code == 1
        assert errors.splitlines()[1:] == [
            f"registration {registration}",
            "3 facts from before it lay beside them were compared without what stays in the office",
            "1 facts of persons who were erased were compared without what stays in the office",
        ]


async def test_of_a_large_partition_a_share_of_its_states_is_compared_at_a_time(
    servers: Servers,
) -> None:
    async with busy_office(servers) as (office, registration):
        await office.at_rest()
        whole = await check_states(office.store, ALL, 2)
        assert (whole.mismatches, whole.surplus, whole.facts_without_row, whole.facts_erased) == (
            [],
            {},
            0,
            0,
        )
        await office.store["registrations"].delete_one({"_id": registration})
        assert [ref.id for ref in (await check_states(office.store, ALL, 2)).mismatches] == [registration]


async def test_a_ledger_with_a_gap_is_said(servers: Servers) -> None:
    async with busy_office(servers) as (office, _):
        await office.at_rest()
        fact = await office.store["facts"].find_one({"type": "id.simpul.activity.published.v1"})
        assert fact is not None
        await office.store["facts"].delete_one({"_id": fact["_id"]})
        with pytest.raises(LedgerUnreadable, match="the ledger lacks fact"):
            await check_states(office.store, ALL)


async def test_a_row_that_cannot_be_read_is_said_without_what_it_holds(servers: Servers) -> None:
    async with busy_office(servers) as (office, _):
        await office.at_rest()
        which = {"registrant": {"$exists": True}}
        await office.store["private"].update_one(which, {"$set": {"registrant.institution": "Kanari"}})
        code, output, errors = await simpul(servers, *CHECK, **environment(office))
        assert (code, output, errors.count("\n"), "Kanari" in errors) == (1, "", 1, False)
        assert "cannot be folded (ValidationError at " in errors


async def test_it_only_compares(servers: Servers) -> None:
    code, _, errors = await simpul(servers, "rebuild", "registration", SIMPUL_OFFICE="bali")
    assert (code, errors) == (2, "states are only compared: simpul rebuild registration --check\n")


async def test_provisioning_moves_what_a_former_version_kept_in_the_facts(
    servers: Servers, tmp_path: Path
) -> None:
    async with busy_office(servers) as (office, _):
        await office.at_rest()
        before = await dump(office.store, "facts", "private")
        await put_private_in_place(office.store)
        with pytest.raises(DatabaseMisfit, match=f"run `simpul provision office {office.code}`"):
            await require_fit(office.code, office.store, ALL, office.cluster)
        code, _, errors = await simpul(servers, *CHECK, **environment(office))
        assert (code, errors.count("\n")) == (1, 1)
        assert "holds facts in version 1, not 2" in errors
        await office.store["private"].insert_many(before["private"][:2])  # killed between the two steps
        await provision(office.code, office.store, ALL, office.kafka, office.partitions, 1)
        (said,) = await move_private(office.store)
        assert said.startswith(f"what stays in the office of {len(before['private'])} facts of ")
        after = await dump(office.store, "facts", "private")
        known = {row["_id"] for row in before["facts"]}
        assert [row for row in after["facts"] if row["_id"] in known] == before["facts"]
        assert after["private"] == before["private"]
        await require_fit(office.code, office.store, ALL, office.cluster)
        file = tmp_path / "office.yaml"
        file.write_text(yaml.safe_dump(office_file(office.code).model_dump(mode="json")))
        code, output, errors = await simpul(
            servers, "provision", "office", office.code, SIMPUL_OFFICE_FILE=str(file)
        )
        assert (code, errors, office.store.name in output) == (0, "", False), "nothing is left to be done"


async def test_what_a_former_version_wrote_that_ran_again_since_is_moved_too(servers: Servers) -> None:
    async with busy_office(servers) as (office, _):
        await office.at_rest()
        await put_private_in_place(office.store)
        await mark_formats(office.store, formats(ALL))
        assert await holds_private(office.store)
        assert len(await move_private(office.store)) == 1
        assert not await holds_private(office.store)
        assert (await found(office)).facts_without_row == 0


async def test_what_a_newer_version_wrote_is_refused_at_start(servers: Servers) -> None:
    async with new_office(servers) as office:
        await office.store["formats"].update_one({"_id": "registration"}, {"$set": {"version": 2}})
        with pytest.raises(DatabaseMisfit, match="holds registration in version 2, and this program knows 1"):
            await require_fit(office.code, office.store, ALL, office.cluster)
