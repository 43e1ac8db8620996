"""Staff sign in at a real Keycloak, in a real Chromium, to which the provider is another site."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from local.machine import free_port
from services.registration.features.accounts.accounts_desk import office_invitations
from services.registration.kernel.actions import Role
from shared.accounts.domain.permissions import Grant
from tests.support import keycloak
from tests.support.deployment import Deployment, deployment
from tests.support.servers import Servers

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.broker,
    pytest.mark.once,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
    pytest.mark.skipif(not keycloak.is_there(), reason="no Keycloak in Maven's repository on this machine"),
]
PHONE = {"width": 360, "height": 740}
BUTTON = "Masuk dengan akun Keycloak"


@dataclass
class Place:
    running: Deployment
    office: str
    browser: Browser

    async def page(self) -> Page:
        context = await self.browser.new_context(viewport=PHONE, locale="id-ID")  # type: ignore[arg-type]
        page = await context.new_page()
        page.set_default_timeout(60_000)  # Keycloak's first page takes long on a busy machine
        return page

    async def invitation(self, email: str, role: Role) -> str:
        making = office_invitations(self.running.office.store, self.office)
        return await making.invite(email, [Grant(role)], datetime.now(UTC), "staff")


@pytest_asyncio.fixture
async def place(servers: Servers, tmp_path: Path) -> AsyncIterator[Place]:
    async with (
        keycloak.keycloak(tmp_path / "keycloak") as issuer,
        deployment(servers, tmp_path) as running,
        async_playwright() as playwright,
    ):
        port = free_port()
        running.env |= {
            "SIMPUL_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "SIMPUL_OIDC_ISSUER": issuer,
            "SIMPUL_OIDC_CLIENT_ID": keycloak.CLIENT,
            "SIMPUL_OIDC_CLIENT_SECRET": keycloak.SECRET,
            "SIMPUL_OIDC_NAME": "Keycloak",
            "SIMPUL_OIDC_ROLES": '{"realm_access.roles": {"simpul-pimpinan": "pimpinan"}}',
        }
        service = await running.start("registration", "services.registration.main", port=port)
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield Place(running, service.url, browser)
        await browser.close()


async def sign_in_there(page: Page, user: str) -> None:
    await page.locator("#username").fill(user)
    await page.locator("#password").fill(keycloak.password(user))
    await page.locator("#kc-login").click()


async def headed(page: Page, heading: str) -> None:
    await expect(page.get_by_role("heading", level=1)).to_have_text(heading, timeout=60_000)


async def proves_anew(place: Place, page: Page) -> None:
    """Somebody who signed in an hour ago is asked by Keycloak again, which knows them, and comes back."""
    sessions = place.running.office.store["sessions"]
    row = await sessions.find_one({})
    assert row is not None
    assert (row["roles"], row["stays"]) == (["pimpinan"], None)
    assert datetime.now(UTC) - row["proved"] < timedelta(minutes=15), "Keycloak says when"
    await sessions.update_many({}, {"$set": {"proved": datetime.now(UTC) - timedelta(hours=1)}})
    await page.goto(f"{place.office}/staf/buktikan?lanjut=/staf/orang")
    await page.get_by_role("link", name="Dengan akun Keycloak").click()
    await page.locator("#password").fill(keycloak.password("wayan"))
    await page.locator("#kc-login").click()
    await page.wait_for_url(f"{place.office}/staf/orang")
    row = await sessions.find_one({})
    assert row is not None
    assert datetime.now(UTC) - row["proved"] < timedelta(minutes=15)


async def test_an_invitation_is_accepted_with_an_identity_which_signs_in_from_then_on(place: Place) -> None:
    page = await place.page()
    await page.goto(await place.invitation("ni.wayan@kantor.example", Role.PINTU))
    await page.get_by_role("link", name="Pakai akun Keycloak").click()
    await sign_in_there(page, "wayan")
    await page.wait_for_url(f"{place.office}/staf")
    await expect(page.get_by_text("Wayan Uji")).to_be_visible()
    row = await place.running.office.store["accounts"].find_one({"letters": "ni.wayan@kantor.example"})
    assert row is not None
    assert (row["state"], "password" in row) == ("active", False)
    await page.get_by_role("link", name="Orang", exact=True).click()  # the role there is pimpinan here
    await headed(page, "Orang")
    await proves_anew(place, page)

    another = await place.page()
    await another.goto(f"{place.office}/staf/masuk")
    await another.get_by_role("link", name=BUTTON).click()
    await sign_in_there(another, "wayan")
    await another.wait_for_url(f"{place.office}/staf")
    await another.get_by_role("button", name="Keluar").click()
    await headed(another, "Masuk petugas")

    stranger = await place.page()
    await stranger.goto(f"{place.office}/staf/masuk")
    await stranger.get_by_role("link", name=BUTTON).click()
    await sign_in_there(stranger, "made")
    await headed(stranger, "Belum masuk")
    await expect(stranger.get_by_text("Mintalah undangan kepada admin balai")).to_be_visible()
    await stranger.goto(f"{place.office}/staf")
    await headed(stranger, "Masuk petugas")
