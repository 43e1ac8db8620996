"""Staff add a passkey and sign in with it, in a real Chromium with a virtual authenticator."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, CDPSession, Page, async_playwright, expect

from local.machine import free_port
from services.registration.kernel.actions import Role
from shared.accounts.domain.permissions import Grant
from tests.support import accounts
from tests.support.deployment import Deployment, deployment
from tests.support.servers import Servers

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.broker,
    pytest.mark.once,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
expect.set_options(timeout=30_000)


@dataclass
class Place:
    running: Deployment
    office: str
    context: BrowserContext
    page: Page
    devtools: CDPSession
    authenticator: str
    account: str

    async def sign_in(self) -> None:
        """As somebody who typed password and code."""
        header = await accounts.session(self.running.office, self.account)
        value = header["Cookie"].partition("=")[2]
        await self.context.add_cookies([{"name": "simpul", "value": value, "url": self.office}])

    async def sign_out(self) -> None:
        await self.context.clear_cookies()

    async def verifies(self, user: bool) -> None:
        await self.devtools.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self.authenticator, "isUserVerified": user}
        )

    async def credentials(self) -> list[dict[str, Any]]:
        found = await self.devtools.send("WebAuthn.getCredentials", {"authenticatorId": self.authenticator})
        credentials: list[dict[str, Any]] = found["credentials"]
        return credentials

    async def row(self) -> dict[str, Any]:
        row = await self.running.office.store["accounts"].find_one({"_id": self.account})
        assert row is not None
        return dict(row)

    async def add_passkey(self) -> None:
        await self.sign_in()
        await self.page.goto(f"{self.office}/staf/perangkat")
        await self.page.get_by_role("link", name="Kunci sandi saya").click()
        await self.page.get_by_role("button", name="Tambah kunci sandi").click()
        await expect(self.page.get_by_text("Kunci sandi sudah ditambah")).to_be_visible()

    async def use_passkey(self) -> None:
        await self.page.goto(f"{self.office}/staf/masuk")
        await self.page.get_by_role("link", name="Masuk dengan kunci sandi").click()
        await self.page.get_by_role("button", name="Pakai kunci sandi").click()


@asynccontextmanager
async def browser_with_authenticator() -> AsyncIterator[tuple[Page, CDPSession, str]]:
    """A page; how its browser is spoken to, and by which name its authenticator."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = await browser.new_context(locale="id-ID")
        page = await context.new_page()
        devtools = await context.new_cdp_session(page)
        await devtools.send("WebAuthn.enable")
        made = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
        made |= {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
        added = await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": made})
        yield page, devtools, added["authenticatorId"]
        await browser.close()


@pytest_asyncio.fixture
async def place(servers: Servers, tmp_path: Path) -> AsyncIterator[Place]:
    async with (
        deployment(servers, tmp_path) as running,
        browser_with_authenticator() as (page, devtools, authenticator),
    ):
        port = free_port()
        office = f"http://localhost:{port}"  # a passkey is bound to a name, not to a number
        running.env["SIMPUL_PUBLIC_URL"] = office
        await running.start("registration", "services.registration.main", port=port)
        account = await accounts.account(running.office, Grant(Role.PANITIA))
        yield Place(running, office, page.context, page, devtools, authenticator, account)


async def test_a_passkey_is_added_used_and_removed(place: Place) -> None:
    page = place.page
    await place.add_passkey()
    await expect(page.get_by_text("Chrome di Linux, ditambah")).to_be_visible()
    await place.sign_out()
    await place.use_passkey()
    await page.wait_for_url(f"{place.office}/staf")
    [kept] = (await place.row())["passkeys"]
    assert kept["count"] > 0, "it is counted"
    assert kept["used"] is not None
    deeds = await place.running.office.store["history"].distinct("deed", {"actor": place.account})
    assert "add_passkey" in deeds

    await page.goto(f"{place.office}/staf/kunci-sandi")
    await page.get_by_role("button", name="Tambah kunci sandi").click()
    await expect(page.get_by_text("Perangkat ini sudah punya kunci sandi")).to_be_visible()
    await page.get_by_role("button", name="Hapus").click()
    await expect(page.get_by_text("Kunci sandi sudah dihapus")).to_be_visible()
    await place.sign_out()
    await place.use_passkey()
    await expect(page.get_by_text("Kunci sandi ini tidak dikenal")).to_be_visible()


async def test_a_passkey_proves_anew_who_one_is_and_the_file_comes(place: Place) -> None:
    page, sessions = place.page, place.running.office.store["sessions"]
    await place.add_passkey()
    await sessions.update_many({}, {"$set": {"proved": datetime.now(UTC) - timedelta(minutes=16)}})
    await page.goto(f"{place.office}/staf/buktikan?lanjut=/staf/kunci-sandi")
    await page.get_by_role("link", name="Dengan kunci sandi").click()
    await place.verifies(user=False)
    await page.get_by_role("button", name="Pakai kunci sandi").click()
    await expect(page.get_by_text("Tidak jadi: perangkat tidak menjawab")).to_be_visible()
    await place.verifies(user=True)
    await page.get_by_role("button", name="Pakai kunci sandi").click()
    await page.wait_for_url(f"{place.office}/staf/kunci-sandi")
    await expect(page.get_by_role("button", name="Tambah kunci sandi")).to_be_visible()


async def test_whom_the_authenticator_did_not_verify_stays_outside(place: Place) -> None:
    await place.add_passkey()
    await place.sign_out()
    await place.verifies(user=False)
    await place.use_passkey()
    await expect(place.page.get_by_text("Tidak jadi: perangkat tidak menjawab")).to_be_visible()


async def test_a_copied_authenticator_and_an_answer_of_before_stay_outside(place: Place) -> None:
    page = place.page
    await place.add_passkey()
    [copy] = await place.credentials()
    await place.sign_out()
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    await place.use_passkey()
    await page.wait_for_url(f"{place.office}/staf")
    await place.sign_out()
    [answer] = filter(None, sent)
    again = await page.request.post(
        f"{place.office}/staf/masuk/kunci-sandi",
        data=answer,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert (again.status, "tidak dikenal" in await again.text()) == (422, True), "its challenge was used"
    await place.devtools.send("WebAuthn.clearCredentials", {"authenticatorId": place.authenticator})
    await place.devtools.send(
        "WebAuthn.addCredential", {"authenticatorId": place.authenticator, "credential": copy}
    )
    await place.use_passkey()
    await expect(page.get_by_text("Kunci sandi ini tidak dikenal")).to_be_visible()
    assert (await place.row())["failures"] == 1, "its owner is told"


async def test_the_page_is_read_by_everybody_and_without_javascript_says_so(place: Place) -> None:
    browser = place.context.browser
    assert browser is not None
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(f"{place.office}/staf/masuk/kunci-sandi")
    await expect(page.get_by_text("Halaman ini memerlukan JavaScript")).to_be_visible()
    await expect(page.get_by_role("button", name="Pakai kunci sandi")).to_be_hidden()
    axed = await place.context.browser.new_context(bypass_csp=True)  # type: ignore[union-attr]
    seen = await axed.new_page()
    await seen.goto(page.url)
    await expect(seen.get_by_role("button", name="Pakai kunci sandi")).to_be_visible()
    assert (await Axe().run(seen)).response["violations"] == []
    await page.get_by_role("link", name="Masuk dengan cara lain").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Masuk petugas")
