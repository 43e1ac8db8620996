"""Passkeys over HTTP: what is none is refused, and the script runs on two pages alone."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import httpx
import pytest

from services.registration.kernel.actions import Role
from shared.accounts.challenges import LASTS, Challenges
from shared.accounts.domain.permissions import Grant
from tests.support import accounts
from tests.support.markup import Markup
from tests.support.office import METRICS, SESSION_KEYS, STAFF_TOKEN, new_office
from tests.support.servers import Servers

SIGN_IN, OWN, PROOF = "/staf/masuk/kunci-sandi", "/staf/kunci-sandi", "/staf/buktikan/kunci-sandi"


def challenge(page: httpx.Response) -> dict[str, str]:
    found = re.search(r'name="tantangan" value="([^"]+)"', page.text)
    assert found is not None
    return {"tantangan": unescape(found[1])}


async def test_a_challenge_is_good_once_for_its_purpose_and_ten_minutes(brokerless: Servers) -> None:
    async with new_office(brokerless) as office:
        challenges, now = Challenges(office.store, SESSION_KEYS), datetime.now(UTC)
        one, late = [challenges.issue("passkey_sign_in", {"a": 1}, now) for _ in range(2)]
        assert await challenges.redeem(f"{one}x", "passkey_sign_in", now) is None
        assert await challenges.redeem(one, "passkey_registration", now) is None
        assert await challenges.redeem(one, "passkey_sign_in", now) == {"a": 1}
        assert await challenges.redeem(one, "passkey_sign_in", now) is None
        assert await challenges.redeem(late, "passkey_sign_in", now + LASTS) is None
        assert one not in str(await office.store["challenges"].find({}).to_list(None))


async def test_strangers_who_ask_for_challenges_leave_nothing_behind(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        for _ in range(30):
            assert (await client.get(SIGN_IN)).status_code == 200
        assert await office.store["challenges"].count_documents({}) == 0


async def test_what_is_no_passkey_is_refused_counted_and_made_to_wait(brokerless: Servers) -> None:
    async with (
        new_office(brokerless) as office,
        office.registration(failed_sign_ins_per_address=3) as client,
    ):
        for answer in ("{}", '{"id":"x","rawId":"x","response":[],"type":"public-key"}', "[" * 5_000):
            page = await client.get(SIGN_IN)
            assert Markup(page.text).mistakes == []
            refused = await client.post(SIGN_IN, data=challenge(page) | {"jawaban": answer})
            assert (refused.status_code, "tidak dikenal" in refused.text) == (422, True), answer[:9]
        assert (await client.post(SIGN_IN, data={})).status_code == 429
        assert 'simpul_sign_ins_total{result="refused"} 3.0' in (await client.get(METRICS)).text


async def test_one_is_added_soon_after_signing_in(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        name = await accounts.account(office, Grant(Role.PINTU))
        me = await accounts.session(office, name)
        page = await client.get(OWN, headers=me)
        assert Markup(page.text).mistakes == []
        marks = await accounts.marks(client, me)
        sent = marks | challenge(page) | {"jawaban": "{}"}
        answer = await client.post(OWN, data=sent, headers=me)
        assert (answer.status_code, "belum ditambah" in answer.text) == (422, True)
        long_ago = datetime.now(UTC) - timedelta(minutes=16)
        await office.store["sessions"].update_many({}, {"$set": {"proved": long_ago}})
        page = await client.get(OWN, headers=me)
        assert 'name="tantangan"' not in page.text
        assert 'href="/staf/buktikan?lanjut=%2Fstaf%2Fkunci-sandi"' in page.text
        answer = await client.post(OWN, data=sent, headers=me)
        assert (answer.status_code, "Buktikan dulu" in answer.text) == (422, True)
        assert (
            await client.post(f"{OWN}/hapus", data=marks | {"hapus": "ff"}, headers=me)
        ).status_code == 404


@pytest.mark.parametrize("path", [OWN, f"{OWN}/hapus"])
async def test_the_offices_token_is_nobody_and_has_none(brokerless: Servers, path: str) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        await client.post("/staf/masuk", data={"sandi": STAFF_TOKEN})
        marks = await accounts.marks(client, {})
        assert (await client.post(path, data=marks)).status_code == 404
        assert OWN not in (await client.get("/staf/perangkat")).text


async def test_three_pages_alone_run_the_script(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        me = await accounts.session(office, await accounts.account(office, Grant(Role.ADMIN)))
        policies = {
            path: (await client.get(path, headers=me)).headers["content-security-policy"]
            for path in (
                "/",
                "/staf",
                "/staf/masuk",
                "/staf/perangkat",
                "/staf/buktikan",
                SIGN_IN,
                OWN,
                PROOF,
            )
        }
        assert [path for path, policy in policies.items() if "script-src" in policy] == [SIGN_IN, OWN, PROOF]
        assert policies[OWN].endswith("; script-src 'self'")
        script = await client.get(f"{SIGN_IN}.js")
        assert script.headers["content-type"].startswith("text/javascript")


async def test_an_office_without_a_domain_offers_none(brokerless: Servers) -> None:
    async with (
        new_office(brokerless) as office,
        office.registration(public_url="http://127.0.0.1:8001") as client,
    ):
        assert SIGN_IN not in (await client.get("/staf/masuk")).text
        assert (await client.get(SIGN_IN)).status_code == 404
