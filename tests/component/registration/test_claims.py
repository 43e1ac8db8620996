"""Nobody becomes somebody else by naming their number, name or address, whoever comes first, by any door."""

import itertools
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from shared.contracts.commands import SubmitRegistration
from tests.component.registration.browser import STAFF, announce, submitted
from tests.component.registration.test_ticking import book
from tests.support.office import TestOffice, new_office
from tests.support.servers import Servers

TITLES = ["Nama", "Email", "NIP", "NUPTK", "Unsur"]
Who = dict[str, str]
Door = Callable[[TestOffice, httpx.AsyncClient, Who], Awaitable[object]]


async def by_form(office: TestOffice, client: httpx.AsyncClient, who: Who) -> object:
    typed = {"nama": who["name"], "email": who["email"], "unsur": "guru", "wilayah": "51.03"}
    numbers = {name: who[name] for name in ("nip", "nuptk") if name in who}
    return await submitted(client, "uji", **typed, **numbers)


async def by_api(office: TestOffice, client: httpx.AsyncClient, who: Who) -> object:
    body = {"participant": who, "category": "guru"}
    return await client.post("/api/v1/activities/uji/registrations", json=body, headers={"Prefer": "wait=20"})


async def by_sheet(office: TestOffice, client: httpx.AsyncClient, who: Who) -> object:
    row = [who["name"], who["email"], who.get("nip", ""), who.get("nuptk", ""), "guru"]
    sheet = book([TITLES, row])
    return await client.post("/api/v1/activities/uji/imports", content=sheet, headers=STAFF)


def by_kafka(vouched: bool) -> Door:
    async def put(office: TestOffice, client: httpx.AsyncClient, who: Who) -> object:
        source = office.portal if vouched else f"/{office.code}/lain"
        command = SubmitRegistration.model_validate(
            {"activity": "uji", "participant": who, "category": "guru"}
        )
        sent = await office.put(command, "uji", secrets.token_hex(8), source)
        return await office.outcome("uji", sent, source)

    return put


STRANGERS: list[Door] = [by_form, by_api, by_kafka(vouched=False)]
VICTIMS: list[Door] = [by_form, by_api, by_sheet, by_kafka(vouched=True)]
CLAIMS = ("nuptk", "nip", "email")
CASES = list(itertools.product(STRANGERS, VICTIMS, CLAIMS))


def victim(number: int, claim: str) -> Who:
    who = {"name": f"Ni Putu Korban {letters(number)}", "email": f"korban{number}@sekolah.example"}
    match claim:
        case "nuptk":
            return who | {"nuptk": f"7{number:015}"}
        case "nip":
            return who | {"nip": f"19350401200501{1}{number:03}"}
    return who


def stranger(number: int, claim: str, known: Who) -> Who:
    who = {"name": f"Jahat {letters(number)}", "email": f"jahat{number}@lain.example"}
    match claim:
        case "nuptk":
            return who | {"nuptk": known["nuptk"]}
        case "nip":
            return who | {"nip": known["nip"], "name": known["name"]}
    return known | {"phone": "0800 0000 9999", "nuptk": f"8{number:015}"}


def letters(number: int) -> str:
    return "".join(chr(ord("A") + int(digit)) for digit in f"{number:03}")


async def contact(office: TestOffice, email: str) -> dict[str, Any]:
    (row,) = await office.store["people"].find({"who.email": email}).to_list(None)
    return dict(row)


@pytest.mark.parametrize("victim_first", [True, False])
async def test_what_a_stranger_claims_is_never_anothers(brokerless: Servers, victim_first: bool) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji", 1_000)
        for number, (door, own_door, claim) in enumerate(CASES):
            who = victim(number, claim)
            comers = [(own_door, who), (door, stranger(number, claim, who))]
            for way, somebody in comers if victim_first else reversed(comers):
                await way(office, client, somebody)
        await office.at_rest()
        for number, (_, own_door, claim) in enumerate(CASES):
            who = victim(number, claim)
            row = await contact(office, who["email"])
            seats = await office.store["registrations"].find({"who.ref": row["ref"]}).to_list(None)
            assert len(seats) == 1, (number, claim)
            assert row["who"]["name"] == who["name"]
            if claim == "email":
                continue  # there is one person, at the address that was named
            other = await contact(office, f"jahat{number}@lain.example")
            assert other["ref"] != row["ref"]
            assert await office.store["registrations"].count_documents({"who.ref": other["ref"]}) == 1
            pair = sorted([row["ref"], other["ref"]])
            assert await office.store["perhaps_same"].count_documents({"refs": pair}) == 1, (number, claim)
            if own_door in VICTIMS[2:]:
                assert claim not in row.get("unproved", ())
                proved = await office.store["people"].find({"known_by": {"$in": row["hints"]}}).to_list(None)
                assert not proved, "what is proved is a claim of nobody"


async def test_the_committees_row_takes_the_number_from_who_claimed_it(brokerless: Servers) -> None:
    who = victim(1, "nuptk")
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji")
        await by_api(office, client, stranger(1, "nuptk", who))
        await by_sheet(office, client, who)
        await office.at_rest()
        claimed, stated = await contact(office, "jahat1@lain.example"), await contact(office, who["email"])
        assert "nuptk" not in claimed["who"]
        assert stated["who"]["nuptk"] == who["nuptk"]
        mended = who | {"email": "alamat.baru@sekolah.example"}
        await by_sheet(office, client, mended)
        await office.at_rest()
        assert await office.store["registrations"].count_documents({}) == 2, "the same person, no second seat"
        assert (await contact(office, who["email"]))["who"] == stated["who"]


async def test_who_registered_by_the_form_is_known_by_the_number_that_a_list_proves(
    brokerless: Servers,
) -> None:
    who = victim(2, "nuptk")
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji")
        await by_form(office, client, {name: value for name, value in who.items() if name != "nuptk"})
        await by_sheet(office, client, who)
        await by_sheet(office, client, who | {"email": "alamat.baru@sekolah.example"})
        await office.at_rest()
        assert await office.store["registrations"].count_documents({}) == 1
        assert (await contact(office, who["email"]))["who"]["nuptk"] == who["nuptk"]


async def test_one_identity_swallows_no_number(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        for number in range(30):
            await announce(client, f"uji-{number}")
            body = {
                "participant": {"name": "Peracun", "email": "racun@lain.example", "nuptk": f"6{number:015}"},
                "category": "guru",
            }
            path = f"/api/v1/activities/uji-{number}/registrations"
            await client.post(path, json=body, headers={"Prefer": "wait=20"})
        await announce(client, "uji")
        for number in range(30):
            teacher = victim(number, "nuptk") | {"nuptk": f"6{number:015}"}
            await by_sheet(office, client, teacher)
        await office.at_rest()
        assert await office.store["registrations"].count_documents({"activity": "uji"}) == 30
        assert await office.store["people"].count_documents({}) == 31
        row = await contact(office, "racun@lain.example")
        assert len(row["hints"]) <= 20
