"""Proving anew who one is: as one signs in, throttled as there, and back to the desk alone."""

import time
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import httpx
import pytest

from services.registration.kernel.actions import Role
from shared.accounts.domain.permissions import Grant
from tests.component.registration.browser import announce
from tests.component.registration.test_accounts import Person, accepted, csrf, invited, signed_in
from tests.component.registration.test_openid import Place
from tests.component.registration.test_openid import desk as desk_of_provider
from tests.component.registration.test_pages import sound
from tests.component.registration.test_passkeys import challenge
from tests.support.markup import Markup
from tests.support.office import STAFF_TOKEN, TestOffice, new_office
from tests.support.servers import Servers

PROOF, FILE = "/staf/buktikan", "/staf/kegiatan/uji/peserta.xlsx?unsur=guru"
ASKED = f"{PROOF}?lanjut={quote(FILE, safe='')}"


async def long_ago(office: TestOffice) -> None:
    moved = {"proved": datetime.now(UTC) - timedelta(minutes=16)}
    await office.store["sessions"].update_many({}, {"$set": moved})


async def at_the_desk(office: TestOffice, client: httpx.AsyncClient) -> Person:
    """Signed in long ago; their next code is good."""
    await announce(client, "uji")
    person = await accepted(office, client, await invited(office, Grant(Role.ADMIN)))
    assert (await signed_in(client, person.typed)).status_code == 303
    await office.store["accounts"].update_one({"_id": person.name}, {"$set": {"step": 0}})
    await long_ago(office)
    return person


async def test_a_password_and_a_code_lead_back_to_the_file(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        person = await at_the_desk(office, client)
        answer = await client.get(FILE)
        assert (answer.status_code, answer.headers["location"]) == (303, ASKED)
        page = await client.get(ASKED)
        sound(page)
        assert "Dengan kunci sandi" not in page.text, "the account has none"
        sent = csrf(page) | {"lanjut": FILE} | person.typed
        wrong = await client.post(PROOF, data=sent | {"kode": "000000"})
        assert (wrong.status_code, 'href="#kata-sandi"' in wrong.text) == (422, True)
        sound(wrong)
        assert (await client.get(FILE)).status_code == 303
        page = await client.post(PROOF, data=sent)
        sound(page)
        assert (page.status_code, page.headers["refresh"]) == (200, f"0; url={FILE}")
        assert "1 percobaan masuk ke akun Anda gagal" in page.text
        assert (await client.get(FILE)).status_code == 200
        assert (await client.get("/staf/riwayat.csv")).status_code == 200
        assert (await client.post(PROOF, data=sent)).status_code == 422, "a code is good once"


async def test_who_guesses_at_a_desk_that_somebody_left_waits(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        person = await at_the_desk(office, client)
        marks = csrf(await client.get(ASKED))
        wrong = marks | person.typed | {"kata-sandi": "salah"}
        answers = [(await client.post(PROOF, data=wrong)).status_code for _ in range(6)]
        assert answers == [422] * 5 + [429]
        assert (await client.post(PROOF, data=marks | person.typed)).status_code == 429
        assert (await client.get(FILE)).status_code == 303
        assert (await client.post(PROOF, data=person.typed)).status_code == 403, "no form of ours"


@pytest.mark.parametrize(
    "link",
    [
        "https://jahat.example/",
        "//jahat.example",
        "/staf//jahat.example",
        "/staf/\\jahat.example",
        "/stafjahat",
        "/",
        "javascript:alert(1)",
        "/staf/x\n",
        f"/staf/{'x' * 1_001}",
    ],
)
async def test_it_leads_back_to_the_desk_alone(brokerless: Servers, link: str) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        person = await at_the_desk(office, client)
        page = await client.get(PROOF, params={"lanjut": link})
        assert 'name="lanjut" value="/staf"' in page.text
        page = await client.post(PROOF, data=csrf(page) | {"lanjut": link} | person.typed)
        assert page.headers["refresh"] == "0; url=/staf"


async def test_the_offices_token_is_nobody_who_could_prove_more(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await announce(client, "uji")
        await client.post("/staf/masuk", data={"sandi": STAFF_TOKEN})
        await long_ago(office)
        assert (await client.get(FILE)).status_code == 200
        assert (await client.get(ASKED)).status_code == 404


async def test_a_passkey_of_nobody_proves_nothing(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await at_the_desk(office, client)
        page = await client.get(f"{PROOF}/kunci-sandi", params={"lanjut": FILE})
        assert Markup(page.text).mistakes == []
        sent = csrf(page) | challenge(page) | {"lanjut": FILE, "jawaban": "{}"}
        answer = await client.post(f"{PROOF}/kunci-sandi", data=sent)
        assert (answer.status_code, "bukan milik akun Anda" in answer.text) == (422, True)
        assert (await client.get(FILE)).status_code == 303


async def bound(place: Place) -> None:
    await announce(place.client, "uji")
    path = await invited(place.office, Grant(Role.PANITIA))
    await place.signed_in(f"{path}/oidc")


async def test_a_provider_that_asks_anew_proves_it(brokerless: Servers) -> None:
    async with desk_of_provider(brokerless) as place:
        await bound(place)
        answer = await place.client.get(FILE)
        assert answer.headers["location"] == ASKED, "nobody knows when they proved it there"
        page = await place.client.get(ASKED)
        sound(page)
        assert 'name="kata-sandi"' not in page.text
        elsewhere = f"{PROOF}/oidc?lanjut={quote(FILE)}"
        assert elsewhere in page.text
        for claims, subject, told in (
            ({}, "wayan", "tidak menanyakan lagi"),
            ({"auth_time": int(time.time()) - 960}, "wayan", "tidak menanyakan lagi"),
            ({"auth_time": int(time.time())}, "made", "masuk orang lain"),
            ({"auth_time": 10**30}, "wayan", "tidak dapat dipercaya"),
        ):
            place.provider.claims, place.provider.subject = claims, subject
            page = await place.signed_in(elsewhere)
            assert (page.status_code, told in page.text) == (422, True), told
            assert (await place.client.get(FILE)).status_code == 303
        place.provider.claims, place.provider.subject = {"auth_time": int(time.time()) + 3600}, "wayan"
        page = await place.signed_in(elsewhere)
        assert (page.status_code, page.headers["refresh"]) == (200, f"0; url={FILE}")
        assert (place.provider.asked["prompt"], place.provider.asked["max_age"]) == ("login", "900")
        assert (await place.client.get(FILE)).status_code == 200
        row = await place.office.store["sessions"].find_one({})
        assert row is not None
        assert row["proved"] <= datetime.now(UTC), "whatever the provider's clock says"


async def test_a_provider_that_says_when_spares_the_proof(brokerless: Servers) -> None:
    async with desk_of_provider(brokerless) as place:
        place.provider.claims = {"auth_time": int(time.time())}
        await bound(place)
        assert (await place.client.get(FILE)).status_code == 200
