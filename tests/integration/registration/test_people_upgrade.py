"""A register whose people were rows of digests: what was proved stays, what was only said becomes a claim."""

from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from services.registration.features.people.people import ProvingSources
from services.registration.features.people.people_upgrade import is_upgraded, upgrade
from services.registration.features.people.store import People
from services.registration.storage.formats import move_private
from services.registration.storage.provision import provision, require_fit
from shared.contracts.commands import Participant
from shared.mongo.driver import DatabaseMisfit
from tests.component.registration.browser import STAFF, announce
from tests.component.registration.test_ticking import book
from tests.support.features import ALL
from tests.support.former import put_private_in_place
from tests.support.office import TestOffice, new_office, office_file
from tests.support.servers import Servers
from tests.support.verbs import simpul
from tests.support.waiting import until

pytestmark = pytest.mark.broker
TITLES = ["Nama", "Email", "NIP", "NUPTK", "Unsur"]
INVITED = [
    ["Ni Luh Diundang, S.Pd.", "diundang@sekolah.example", "193504012005012001", "1234567890123456", "guru"],
    ["Ida Korban", "korban@sekolah.example", "", "2234567890123456", "guru"],
]
FORM = {"name": "I Made Sendiri", "email": "sendiri@sekolah.example", "nuptk": "3234567890123456"}
POISONER = {"name": "Peracun", "email": "racun@lain.example", "nuptk": INVITED[1][3]}


async def asked(client: httpx.AsyncClient, activity: str) -> list[httpx.Response]:
    """The same list and the same registration of the public, as often as one likes."""
    path = f"/api/v1/activities/{activity}"
    return [
        await client.post(f"{path}/imports", content=book([TITLES, *INVITED]), headers=STAFF),
        await client.post(
            f"{path}/registrations",
            json={"participant": FORM, "category": "guru"},
            headers={"Prefer": "wait=20", "Idempotency-Key": "sendiri-1"},
        ),
    ]


async def as_it_was(office: TestOffice) -> None:
    """Make of each person the rows that they were: one with the contact, and one for each digest. A stranger
    who named the second invited person's number first is who they are taken for."""
    await put_private_in_place(office.store)
    people, digests = office.store["people"], office.digests
    for row in await people.find({}).to_list(None):
        named = [digests.person(Participant.model_validate(row["who"]))]
        if row["who"]["email"] == INVITED[1][1]:
            row["who"] = POISONER
            named.append(digests.person(Participant.model_validate(POISONER)))
        contact = named[-1].email.hex()
        rows = {
            digest.hex(): {"_id": digest.hex(), "ref": row["ref"], "contact": contact}
            for one in named
            for digest in (*one.numbers.values(), one.email)
        }
        rows[contact]["who"] = row["who"]
        await people.delete_one({"_id": row["_id"]})
        await people.insert_many(rows.values())
        await office.store["registrations"].update_many(
            {"who.ref": row["ref"]}, {"$set": {"who.contact": contact}}
        )
    await office.store["keys"].delete_one({"_id": "people"})


def proving(office: TestOffice) -> ProvingSources:
    return ProvingSources(office.code, frozenset([office.portal]))


async def person(office: TestOffice, email: str) -> dict[str, Any]:
    (row,) = await office.store["people"].find({"who.email": email}).to_list(None)
    return dict(row)


async def registered(office: TestOffice) -> int:
    await office.at_rest()
    return await office.store["registrations"].count_documents({})


async def test_numbers_are_proved_only_where_the_ledger_shows_who_stated_them(servers: Servers) -> None:
    async with new_office(servers) as office:
        async with office.registration() as client:
            await announce(client, "uji")
            await asked(client, "uji")
            assert await registered(office) == 3
        await as_it_was(office)
        with pytest.raises(DatabaseMisfit, match="simpul provision office"):
            await require_fit(office.code, office.store, ALL, office.cluster)
        await provision(office.code, office.store, ALL, office.kafka, office.partitions, 1)
        assert not await is_upgraded(office.store), "that takes the key of persons"
        assert await upgrade(office.store, office.digests, proving(office))
        assert await move_private(office.store)
        invited, poisoner = await person(office, INVITED[0][1]), await person(office, POISONER["email"])
        who = office.digests.person(Participant.model_validate(invited["who"]))
        assert {*who.numbers.values(), who.email} == set(map(bytes, invited["known_by"]))
        assert poisoner["unproved"] == ["nuptk"]
        assert len(poisoner["known_by"]) == 1, "neither the number nor the name of whom they were taken for"
        assert await People(office.store, office.digests).with_several_numbers() == [poisoner["ref"]]
        assert (await person(office, FORM["email"]))["unproved"] == ["nuptk"]
        async with office.registration() as client:
            again = await asked(client, "uji")
            assert all(answer.is_success for answer in again), [answer.text for answer in again]
            assert await registered(office) == 3, "the same list and the same people: nothing new"
            await announce(client, "dua")
            await asked(client, "dua")
            assert await registered(office) == 6
            assert (await person(office, INVITED[1][1]))["ref"] != poisoner["ref"]


async def test_an_upgrade_that_was_killed_goes_on(servers: Servers) -> None:
    async with new_office(servers) as office:
        async with office.registration() as client:
            await announce(client, "uji")
            await asked(client, "uji")
            await office.at_rest()
        await as_it_was(office)
        leading = await office.store["people"].find({"who": {"$exists": False}}).to_list(None)
        await upgrade(office.store, office.digests, proving(office))
        whole = await office.store["people"].find({}).sort("_id", 1).to_list(None)
        await office.store["people"].insert_many(leading)  # killed before they were deleted
        await office.store["keys"].delete_one({"_id": "people"})
        assert await upgrade(office.store, office.digests, proving(office)) == []
        assert await office.store["people"].find({}).sort("_id", 1).to_list(None) == whole
        assert await is_upgraded(office.store)


async def test_two_who_are_called_alike_by_then_are_listed_for_staff(servers: Servers) -> None:
    async with new_office(servers) as office:
        who = {"name": "I Ketut Sama", "email": "sama@sekolah.example"}
        rows = [{"_id": ref, "ref": ref, "contact": ref, "who": who} for ref in ("a" * 24, "b" * 24)]
        await office.store["people"].insert_many(rows)
        await office.store["keys"].delete_one({"_id": "people"})
        await upgrade(office.store, office.digests, proving(office))
        row = await office.store["perhaps_same"].find_one({})
        assert row is not None
        assert row["refs"] == [rows[0]["ref"], rows[1]["ref"]]


async def test_the_upgrade_waits_until_registration_is_stopped(servers: Servers, tmp_path: Path) -> None:
    if not servers.append_time:
        pytest.skip("the embedded broker goes on naming members of a group that left it")
    async with new_office(servers) as office:
        file = tmp_path / "office.yaml"
        file.write_text(yaml.safe_dump(office_file(office.code).model_dump(mode="json")))
        given = {"SIMPUL_OFFICE_FILE": str(file), "SIMPUL_PERSON_KEY": office.person_key}
        async with office.registration() as client:
            await announce(client, "uji")
            await asked(client, "uji")
            await office.at_rest()
            await as_it_was(office)
            code, _, errors = await simpul(servers, "provision", "office", office.code, **given)
            assert (code, "stop the registration" in errors) == (1, True), errors

        async def upgraded() -> bool:  # the broker notices in its own time that nobody is left
            code, output, _ = await simpul(servers, "provision", "office", office.code, **given)
            return code == 0 and "3 people" in output

        await until(upgraded)
