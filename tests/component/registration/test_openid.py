"""Signing in at a provider of OpenID Connect: bound by an invitation, and forged in every way known."""

import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from joserfc.jwk import OctKey, RSAKey

from services.registration.kernel.actions import Role
from shared.accounts.domain.permissions import Grant
from tests.component.registration.test_accounts import EMAIL, csrf, invited
from tests.component.registration.test_pages import sound
from tests.support import accounts
from tests.support.office import METRICS, PUBLIC_URL, TestOffice, new_office
from tests.support.openid_provider import CLIENT, SECRET, OpenIdProvider, openid_provider
from tests.support.servers import Servers

BEGIN = "/staf/masuk/oidc"


@dataclass
class Place:
    office: TestOffice
    client: httpx.AsyncClient
    provider: OpenIdProvider

    async def returned(self, path: str = BEGIN) -> str:
        """Where the provider sends the browser back to, once somebody signed in there."""
        away = await self.client.get(path)
        assert away.status_code == 303, away.text
        async with httpx.AsyncClient() as browser:
            back = await browser.get(away.headers["Location"])
        return back.headers["Location"].removeprefix(PUBLIC_URL)

    async def signed_in(self, path: str = BEGIN) -> httpx.Response:
        """The page on which the browser lands."""
        page = await self.client.get(await self.returned(path))
        sound(page)
        return page

    async def bound(self, subject: str = "wayan") -> str:
        """Somebody who accepted an invitation with an identity; their account. Signed out again."""
        self.provider.subject = subject
        path = await invited(self.office, Grant(Role.PANITIA))
        assert (await self.signed_in(f"{path}/oidc")).status_code == 200
        self.client.cookies.clear()
        row = await self.office.store["accounts"].find_one({"letters": EMAIL})
        assert row is not None
        return str(row["_id"])

    async def is_inside(self) -> bool:
        return (await self.client.get("/staf")).status_code == 200


@asynccontextmanager
async def desk(brokerless: Servers, **changed: object) -> AsyncIterator[Place]:
    async with (
        openid_provider() as provider,
        new_office(brokerless) as office,
        office.registration(**provider.settings | changed) as client,
    ):
        yield Place(office, client, provider)


async def test_an_invitation_binds_an_identity_which_then_signs_in(brokerless: Servers) -> None:
    async with desk(brokerless) as place:
        path = await invited(place.office, Grant(Role.PANITIA))
        assert f'href="{path}/oidc">Pakai akun Uji' in (await place.client.get(path)).text
        page = await place.signed_in(f"{path}/oidc")
        assert page.headers["refresh"] == "0; url=/staf"
        assert await place.is_inside()
        assert (await place.client.get(path)).status_code == 404, "it was used"
        row = await place.office.store["accounts"].find_one({"letters": EMAIL})
        assert row is not None
        assert row["identity"] == {"issuer": place.provider.issuer, "subject": "wayan"}
        assert (row["name"], row["state"]) == ("Ni Wayan Uji", "active")
        place.client.cookies.clear()
        assert f'href="{BEGIN}">Masuk dengan akun Uji' in (await place.client.get("/staf/masuk")).text
        await place.signed_in()
        assert await place.is_inside()
        metrics = (await place.client.get(METRICS)).text
        assert 'simpul_sign_ins_total{result="accepted"} 2.0' in metrics


async def test_strangers_who_set_out_and_come_back_without_consent_leave_nothing(
    brokerless: Servers,
) -> None:
    async with desk(brokerless) as place:
        for _ in range(30):
            away = await place.client.get(BEGIN)
            state = httpx.URL(away.headers["Location"]).params["state"]
            answer = await place.client.get("/staf/masuk/oidc/kembali", params={"state": state})
            assert (answer.status_code, "tidak memberikan persetujuan" in answer.text) == (422, True)
        assert await place.office.store["challenges"].count_documents({}) == 0


ROLES = {"realm_access.roles": {"simpul-pimpinan": "pimpinan", "simpul-admin": "admin"}}


async def test_roles_of_claims_last_as_long_as_the_session(brokerless: Servers) -> None:
    async with desk(brokerless, oidc_roles=json.dumps(ROLES)) as place:
        invitation = await invited(place.office, Grant(Role.PANITIA, "uji"))
        place.provider.claims = {"realm_access": {"roles": ["simpul-pimpinan", "panitia"]}}
        await place.signed_in(f"{invitation}/oidc")
        assert (await place.client.get("/staf/orang")).status_code == 200
        assert (await place.client.get("/staf/akun")).status_code == 403
        before = dict(place.client.cookies)
        place.client.cookies.clear()
        place.provider.claims = {}
        await place.signed_in()
        assert (await place.client.get("/staf/orang")).status_code == 403, "the claim is gone"
        place.client.cookies.clear()
        place.client.cookies.update(before)
        assert (await place.client.get("/staf/orang")).status_code == 200, "that session had it"
        row = await place.office.store["accounts"].find_one({"letters": EMAIL})
        assert row is not None
        assert [one["role"] for one in row["grants"]] == ["panitia"], "they are no grants"
        deeds = await place.office.store["history"].find({"deed": "bring_roles"}).to_list(None)
        assert [(one["actor"], one["query"]) for one in deeds] == [(row["_id"], "pimpinan")]
        place.client.cookies.clear()
        place.provider.claims = {"realm_access": {"roles": ["simpul-admin"]}}
        await place.signed_in()
        page = await place.client.get(f"/staf/akun/{row['_id']}")
        sound(page)
        assert "peran dari akun luar: admin" in page.text
        disabling = csrf(page)
        unproved = await place.client.post(f"{page.url.path}/nonaktif", data=disabling)
        assert unproved.headers["Location"].startswith("/staf/buktikan"), "the provider said not when"
        await place.office.store["sessions"].update_many({}, {"$set": {"proved": datetime.now(UTC)}})
        assert (await place.client.post(f"{page.url.path}/nonaktif", data=disabling)).status_code == 303
        assert not await place.is_inside(), "disabled at once"
        assert (await place.signed_in()).status_code == 422, "no claim makes an account"


async def test_claims_of_a_stranger_make_no_account(brokerless: Servers) -> None:
    async with desk(brokerless, oidc_roles=json.dumps(ROLES)) as place:
        place.provider.claims = {"realm_access": {"roles": ["simpul-admin"]}, "email": EMAIL}
        assert (await place.signed_in()).status_code == 422
        assert await place.office.store["accounts"].count_documents({}) == 0
        admin = await accounts.session(place.office, await accounts.account(place.office, Grant(Role.ADMIN)))
        page = await place.client.get("/staf/akun", headers=admin)
        sound(page)
        assert "Menurut akun Uji, setiap kali masuk" in page.text
        sent = csrf(page) | {"email": EMAIL, "peran": "luar"}
        assert (await place.client.post("/staf/akun", data=sent, headers=admin)).status_code == 303
        row = await place.office.store["accounts"].find_one({"letters": EMAIL})
        assert row is not None
        assert row["grants"] == []


async def test_without_the_setting_no_claim_gives_a_role(brokerless: Servers) -> None:
    async with desk(brokerless) as place:
        place.provider.claims = {"realm_access": {"roles": ["simpul-admin", "admin"]}, "roles": ["admin"]}
        await place.bound()
        await place.signed_in()
        assert (await place.client.get("/staf/akun")).status_code == 403
        admin = await accounts.session(place.office, await accounts.account(place.office, Grant(Role.ADMIN)))
        page = await place.client.get("/staf/akun", headers=admin)
        assert "Menurut akun" not in page.text
        sent = csrf(page) | {"email": "made@balai.example", "peran": "luar"}
        assert (await place.client.post("/staf/akun", data=sent, headers=admin)).status_code == 422


async def test_an_address_alone_signs_nobody_in(
    brokerless: Servers, caplog: pytest.LogCaptureFixture
) -> None:
    async with desk(brokerless) as place:
        await place.bound()
        place.provider.subject = "orang-lain"
        place.provider.claims = {"email": EMAIL, "email_verified": True}
        page = await place.signed_in()
        assert page.status_code == 422
        assert "Mintalah undangan kepada admin balai" in page.text
        assert not await place.is_inside()
        assert "orang-lain" not in caplog.text


async def test_an_identity_is_of_one_account_and_goes_with_it(brokerless: Servers) -> None:
    async with desk(brokerless) as place:
        name = await place.bound()
        other = await accounts.account(place.office, state="invited")
        making = await accounts.invited_again(place.office, other)
        page = await place.signed_in(f"{making}/oidc")
        assert (page.status_code, "akun petugas lain" in page.text) == (422, True)
        assert (await place.client.get(making)).status_code == 200, "the invitation still stands"
        again = await accounts.invited_again(place.office, name)
        assert (await place.signed_in()).status_code == 422, "a new invitation takes the identity with it"
        await place.signed_in(f"{again}/oidc")
        assert await place.is_inside()
        await place.office.store["accounts"].update_one({"_id": name}, {"$set": {"state": "disabled"}})
        place.client.cookies.clear()
        assert (await place.signed_in()).status_code == 422


def other_key(provider: OpenIdProvider) -> None:
    provider.key = RSAKey.generate_key(2048, {"kid": "uji"})


def no_signature(provider: OpenIdProvider) -> None:
    provider.algorithm, provider.key = "none", OctKey.generate_key(256)


def secret_of_both(provider: OpenIdProvider) -> None:
    provider.algorithm, provider.key = "HS256", OctKey.import_key(SECRET)


def claiming(**claims: Any) -> Callable[[OpenIdProvider], None]:
    return lambda provider: provider.claims.update(claims)


FORGERIES = {
    "another issuer": claiming(iss="https://issuer.example"),
    "another audience": claiming(aud="another-client"),
    "two audiences and none authorized": claiming(aud=[CLIENT, "another-client"]),
    "authorized for another": claiming(aud=[CLIENT, "another-client"], azp="another-client"),
    "another nonce": claiming(nonce="another"),
    "no nonce": claiming(nonce=None),
    "expired": claiming(exp=int(time.time()) - 600),
    "no end": claiming(exp=None),
    "no subject": claiming(sub=None),
    "issued later": claiming(iat=int(time.time()) + 3600),
    "another key": other_key,
    "no signature": no_signature,
    "the secret that both have": secret_of_both,
}


async def test_a_forged_token_signs_nobody_in(brokerless: Servers) -> None:
    async with desk(brokerless) as place:
        await place.bound()
        provider = place.provider
        for name, forge in FORGERIES.items():
            provider.claims, provider.algorithm, provider.key = {}, "RS256", provider.known
            forge(provider)
            page = await place.signed_in()
            assert (page.status_code, "tidak dapat dipercaya" in page.text) == (422, True), name
            assert not await place.is_inside(), name
        provider.claims, provider.algorithm, provider.key = {}, "RS256", provider.known
        await place.signed_in()
        assert await place.is_inside(), "what is right is still taken"


async def test_what_a_browser_did_not_begin_it_cannot_end(brokerless: Servers) -> None:
    async with desk(brokerless) as place:
        await place.bound()
        back = await place.returned()
        began = dict(place.client.cookies)
        place.client.cookies.clear()
        assert (await place.client.get(back)).status_code == 422, "another browser has no such cookie"
        place.client.cookies.update(began)
        assert (await place.client.get(back)).status_code == 422, "and took the state with it"
        back = await place.returned()
        code = back.partition("code=")[2].partition("&")[0]
        for altered in (
            back.partition("&state=")[0],
            f"{back}x",
            f"/staf/masuk/oidc/kembali?code={code}&state=x",
            (await place.returned()).replace("code=", "code=x"),
        ):
            assert (await place.client.get(altered)).status_code == 422, altered
        assert not await place.is_inside()


async def test_a_code_is_good_once(brokerless: Servers) -> None:
    async with desk(brokerless) as place:
        await place.bound()
        back = await place.returned()
        assert (await place.client.get(back)).status_code == 200
        place.client.cookies.clear()
        assert (await place.client.get(back)).status_code == 422
        again = await place.returned()
        used = back.partition("code=")[2].partition("&")[0]
        fresh = again.partition("code=")[2].partition("&")[0]
        page = await place.client.get(again.replace(fresh, used))
        assert (page.status_code, "tidak dapat dipercaya" in page.text) == (422, True)


async def test_a_provider_that_is_away_leaves_the_other_ways(brokerless: Servers) -> None:
    async with desk(brokerless) as place:
        await place.bound()
        back = await place.returned()
        place.provider.broken = True
        for path in (BEGIN, back):
            page = await place.client.get(path)
            assert page.status_code == 503
            assert "Layanan akun Uji tidak menjawab" in page.text
            assert 'href="/staf/masuk"' in page.text
        assert (await place.client.get("/staf/masuk")).status_code == 200
    async with new_office(brokerless) as office, office.registration(**place.provider.settings) as client:
        assert (await client.get(BEGIN)).status_code == 503, "nobody listens there"


async def test_who_fails_often_waits_here_too(brokerless: Servers) -> None:
    async with desk(brokerless, failed_sign_ins_per_address=2) as place:
        for _ in range(2):
            assert (await place.client.get("/staf/masuk/oidc/kembali?code=x&state=x")).status_code == 422
        assert (await place.client.get(BEGIN)).status_code == 429
        assert (await place.client.post("/staf/masuk", data={"sandi": "x"})).status_code == 429


async def test_without_a_provider_there_is_no_such_way(brokerless: Servers) -> None:
    async with new_office(brokerless) as office, office.registration() as client:
        assert BEGIN not in (await client.get("/staf/masuk")).text
        assert (await client.get(BEGIN)).status_code == 404
